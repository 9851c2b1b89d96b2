// From a text to ids, whichever way serves it: the byte encoder where the definition
// has its shape, and the generic pipeline for everything else and for what only it knows.

import { IdSink } from "../bpe/id-sink.js";
import { AddedTokenMatcher } from "../components/added-tokens.js";
import type { GenericPipeline, PieceTokens } from "../components/generic-pipeline.js";
import type { AddedToken, Component, PreparedMerges, TokenizerDefinition } from "../definition.js";
import type { Extras } from "../extras.js";
import { needed } from "../needed.js";
import type { Dfa } from "../pattern/automaton.js";
import { readPattern } from "../pattern/compile.js";
import { nfc } from "../unicode/normalize.js";
import { BytePipeline } from "./byte-pipeline.js";
import type { PiecePipeline } from "./piece-pipeline.js";
import { flatten, type Shape, shapeOf } from "./shape.js";
import type { SpanSink } from "./span-sink.js";
import { refused, type SpecialTokens } from "./special-tokens.js";

const AS_TEXT = { specialAsText: true };
const AS_TOKENS = {};

/** No limit on the number of tokens. */
export const UNLIMITED = 0x7fffffff;

export class Pipeline {
  readonly definition: TokenizerDefinition;
  /** What the definition's shape allows. */
  readonly bytes: BytePipeline | undefined;
  /** For other definitions, if it has their shape. */
  readonly #pieces: PiecePipeline | undefined;
  /** The ids of the current call. */
  readonly sink: IdSink;
  readonly rawMatcher: AddedTokenMatcher;
  readonly normalizedMatcher: AddedTokenMatcher;
  readonly hasRaw: boolean;
  readonly hasNormalized: boolean;
  readonly #extras: Extras | undefined;
  /** What the definition's normalizer does to a text. */
  readonly normalize: (text: string) => string;
  readonly #added = new Map<number, AddedToken>();
  readonly #automata = new Map<string, Dfa>();
  #generic: GenericPipeline | undefined;
  #longestAdded: number | undefined;

  constructor(definition: TokenizerDefinition, extras: Extras | undefined) {
    this.definition = definition;
    this.#extras = extras;
    const { addedTokens } = definition;
    for (const token of addedTokens) this.#added.set(token.id, token);
    const raw = addedTokens.filter((token) => !token.normalized);
    const normalized = addedTokens.filter((token) => token.normalized);
    this.hasRaw = raw.length > 0;
    this.hasNormalized = normalized.length > 0;
    this.rawMatcher = new AddedTokenMatcher(raw);
    this.normalize = this.#textNormalizer(
      flatten(definition.normalizer, "normalizers"),
      extras !== undefined || this.hasNormalized,
    );
    this.normalizedMatcher = new AddedTokenMatcher(normalized, ({ content }) =>
      this.normalize(content),
    );
    const shape = shapeOf(definition);
    this.bytes = shape && this.#buildBytes(shape);
    if (this.bytes === undefined) {
      this.#pieces = needed(
        extras,
        `a tokenizer of this kind (${kindOf(definition)})`,
      ).piecePipeline(definition);
    }
    this.sink = this.bytes?.loop ?? new IdSink();
  }

  /** Whether ids can be given before the whole text is there. */
  get streams(): boolean {
    const { bytes, definition } = this;
    const composes = (components: readonly Component[]) =>
      components.every(({ type }) => type === "NFC");
    return (
      bytes !== undefined &&
      composes(bytes.shape.normalizers) &&
      // What the shape leaves out of its normalizers, such tokens are searched for after.
      (!this.hasNormalized || composes(flatten(definition.normalizer, "normalizers"))) &&
      !definition.addedTokens.some((token) => token.lstrip || token.rstrip || token.singleWord)
    );
  }

  /** Whether a text, which no normalizer changes, has an added token. */
  hasAdded(text: string, asText: boolean): boolean {
    const options = asText ? AS_TEXT : AS_TOKENS;
    const found =
      (this.hasRaw && this.rawMatcher.find(text, 0, options) !== undefined) ||
      (this.hasNormalized && this.normalizedMatcher.find(text, 0, options) !== undefined);
    this.rawMatcher.release();
    this.normalizedMatcher.release();
    return found;
  }

  /** Units of the longest added token. */
  get longestAdded(): number {
    this.#longestAdded ??= this.definition.addedTokens.reduce(
      (longest, { content }) => Math.max(longest, content.length),
      0,
    );
    return this.#longestAdded;
  }

  /** What a compiled file keeps of the way over bytes. */
  prepared(): PreparedMerges | undefined {
    const { bytes } = this;
    if (bytes === undefined) return undefined;
    const { content } = bytes.shape;
    const { merges, splits, ...rest } = bytes.encoder.known;
    const { prepare } = needed(this.#extras, "compiling");
    return { ...prepare(merges, splits), ...rest, content, automata: this.#automata };
  }

  isSpecial(id: number): boolean {
    return this.#added.get(id)?.special ?? false;
  }

  /** The content of an added token. */
  content(id: number): string {
    return this.#added.get(id)?.content ?? "";
  }

  /** @param isUsed  whether any text will be normalized so. */
  #textNormalizer(components: readonly Component[], isUsed: boolean): (text: string) => string {
    if (components.length === 0 || !isUsed) return (text) => text;
    if (this.#extras === undefined && components.every(({ type }) => type === "NFC")) return nfc;
    const { textNormalizer } = needed(this.#extras, "a normalizer other than NFC");
    return textNormalizer(
      components.length === 1
        ? (components[0] as Component)
        : { type: "Sequence", normalizers: components },
    );
  }

  #buildBytes(shape: Shape): BytePipeline | undefined {
    const automata = [];
    const { vocabulary, prepared } = shape.model;
    const dialect = vocabulary.encoding === "bytes" ? "rust" : "oniguruma";
    for (const { pattern } of shape.stages) {
      const key = `${dialect} ${pattern}`;
      const dfa = prepared?.automata.get(key) ?? readPattern(pattern, dialect).dfa;
      if (dfa === undefined) return undefined;
      this.#automata.set(key, dfa);
      automata.push(dfa);
    }
    const bytes = new BytePipeline(shape, automata, this.#shapeNormalizer(shape));
    return bytes.encoder.isExact ? bytes : undefined;
  }

  #shapeNormalizer({ normalizers }: Shape): ((text: string) => string) | undefined {
    if (normalizers.length === 0) return undefined;
    if (normalizers.every(({ type }) => type === "NFC")) return nfc;
    return this.#textNormalizer(normalizers, true);
  }

  get generic(): GenericPipeline {
    this.#generic ??= needed(this.#extras, "what is asked of this encoding").genericPipeline(
      this.definition,
      this.#pieces?.model,
    );
    return this.#generic;
  }

  /**
   * Adds the ids of `text` to {@link sink}, without those of a post-processor.
   *
   * @param limit  stops soon after the sink has so many.
   * @param spans  where each of them stands, when asked for.
   */
  encode(
    text: string,
    special: SpecialTokens = "parse",
    limit: number = UNLIMITED,
    spans?: SpanSink,
  ): void {
    if (special === "refuse") this.refuseSpecial(text);
    if (this.bytes === undefined) {
      const specialAsText = special === "text";
      if (this.#pieces) this.#encodePieces(this.#pieces, text, specialAsText, limit);
      else this.sink.pushAll(this.generic.encode(text, { specialAsText }).ids);
      spans?.fail();
      return;
    }
    const { bytes } = this;
    const asText = special === "text";
    const hasRaw =
      this.hasRaw && this.rawMatcher.find(text, 0, asText ? AS_TEXT : AS_TOKENS) !== undefined;
    this.rawMatcher.release();
    if (!hasRaw) {
      this.#encodeSegment(bytes, asText, limit, spans, text, 0);
      return;
    }
    const matches = this.rawMatcher.findAll(text, asText);
    let at = 0;
    for (let m = 0; m < matches.length && this.sink.count < limit; m += 3) {
      const start = matches[m] as number;
      const end = matches[m + 1] as number;
      if (start > at) {
        this.#encodeSegment(bytes, asText, limit, spans, text.slice(at, start), at);
      }
      this.sink.push(matches[m + 2] as number);
      spans?.push(start, end);
      at = end;
    }
    if (at < text.length && this.sink.count < limit) {
      this.#encodeSegment(bytes, asText, limit, spans, at === 0 ? text : text.slice(at), at);
    }
  }

  #encodePieces(pieces: PiecePipeline, text: string, asText: boolean, limit: number): void {
    const { sink } = this;
    const parts = (
      matcher: AddedTokenMatcher,
      whole: string,
      each: (part: string, at: number) => void,
    ) => {
      const matches = matcher.isEmpty ? [] : matcher.findAll(whole, asText);
      let at = 0;
      for (let m = 0; m < matches.length; m += 3) {
        const start = matches[m] as number;
        if (start > at) each(whole.slice(at, start), at);
        if (sink.count >= limit) return;
        sink.push(matches[m + 2] as number);
        at = matches[m + 1] as number;
      }
      if (at < whole.length && sink.count < limit) each(at === 0 ? whole : whole.slice(at), at);
    };
    parts(this.rawMatcher, needed(this.#extras, "this").wellFormed(text), (raw, base) => {
      parts(this.normalizedMatcher, pieces.normalized(raw), (part, at) => {
        pieces.encode(sink, part, base + at === 0, limit);
      });
    });
  }

  /** A part, from `base` on, without added tokens of the raw kind. */
  #encodeSegment(
    bytes: BytePipeline,
    asText: boolean,
    limit: number,
    spans: SpanSink | undefined,
    text: string,
    base: number,
  ): void {
    const first = base === 0;
    if (this.hasNormalized && this.#encodeNormalized(bytes, asText, limit, spans, text, base)) {
      return;
    }
    const from = this.sink.count;
    const normalized = bytes.normalized(text);
    const prefixed = bytes.encode(normalized, first, limit);
    if (spans === undefined) return;
    // Two normalizers can change a text and change it back, and spans tell.
    if (normalized === text && bytes.shape.normalizers.length < 2)
      spans.addSegment(bytes, from, base, prefixed);
    else spans.fail();
  }

  /** The same where the normalized text has added tokens; false if it has none. */
  #encodeNormalized(
    bytes: BytePipeline,
    asText: boolean,
    limit: number,
    spans: SpanSink | undefined,
    text: string,
    base: number,
  ): boolean {
    const normalized = this.normalize(text);
    const matches = this.normalizedMatcher.findAll(normalized, asText);
    if (matches.length === 0) return false;
    if (normalized !== text) spans?.fail();
    let at = 0;
    const part = (end: number) => {
      if (end === at || this.sink.count >= limit) return;
      const from = this.sink.count;
      const first = base === 0 && at === 0;
      const prefixed = bytes.encodeNormalized(normalized.slice(at, end), first, limit);
      spans?.addSegment(bytes, from, base + at, prefixed);
    };
    for (let m = 0; m < matches.length && this.sink.count < limit; m += 3) {
      part(matches[m] as number);
      this.sink.push(matches[m + 2] as number);
      at = matches[m + 1] as number;
      spans?.push(base + (matches[m] as number), base + at);
    }
    part(normalized.length);
    return true;
  }

  refuseSpecial(text: string): void {
    for (const [matcher, searched] of [
      [this.rawMatcher, text],
      [this.normalizedMatcher, this.hasNormalized ? this.normalize(text) : ""],
    ] as const) {
      const matches = matcher.findAll(searched, false);
      for (let m = 0; m < matches.length; m += 3) {
        const token = this.#added.get(matches[m + 2] as number);
        if (token?.special) throw refused(token.content, matches[m] as number);
      }
    }
  }

  /** Tokens with what else is known of them: exact, and slower. */
  detailed(text: string, special: SpecialTokens = "parse", offsets = true): PieceTokens {
    if (special === "refuse") this.refuseSpecial(text);
    return this.generic.encode(text, { offsets, specialAsText: special === "text" });
  }
}

const kindOf = ({ model, preTokenizer }: TokenizerDefinition) =>
  preTokenizer === undefined ? model.type : `${model.type} with ${preTokenizer.type}`;
