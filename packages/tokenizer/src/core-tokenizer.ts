// Text to ids and back: what every tokenizer has.

import type { ChatMessage } from "./chat/messages.js";
import type { ChatTemplate, RenderOptions } from "./chat/template.js";
import type { TokenizerTemplates } from "./chat/tokenizer-templates.js";
import { type EncodingParts, encodingParts } from "./components/encoding-parts.js";
import type { Padding } from "./components/padding.js";
import {
  buildPostProcessor,
  joinSequences,
  type PostProcessor,
} from "./components/post-processors.js";
import type { Truncation } from "./components/truncation.js";
import type { StreamDecoder } from "./decoding/stream-decoder.js";
import { TokenDecoder } from "./decoding/token-decoder.js";
import type { TokenizerConfig, TokenizerDefinition } from "./definition.js";
import { Encoding, type EncodingSource, knownSource, type Spans } from "./encoding.js";
import { TokenizerError } from "./errors.js";
import type { Extras } from "./extras.js";
import { type LoadOptions, loadDefinition, type TokenizerSource } from "./formats/resolve.js";
import type { Healing } from "./healing.js";
import { needed } from "./needed.js";
import {
  checkCount,
  checkFlag,
  checkIds,
  checkList,
  checkOptions,
  checkSpecial,
  checkText,
  type EncodeOptions,
} from "./options.js";
import { countBeginning, cutBeginning } from "./pipeline/beginning.js";
import { Pipeline } from "./pipeline/pipeline.js";
import { flatten } from "./pipeline/shape.js";
import { SpanSink } from "./pipeline/span-sink.js";
import type { SpecialTokens } from "./pipeline/special-tokens.js";
import type { TextPair } from "./shaping-options.js";
import { PipelineStreamEncoder, type StreamEncoder } from "./stream-encoder.js";
import { NOTHING_AROUND, type Surroundings, surroundings } from "./template.js";
import { TokenNames, type VocabularyEntry } from "./token-names.js";
import { isHigh } from "./unicode/surrogates.js";

export interface DecodeOptions {
  /** Leaves out special tokens; false by default. */
  readonly skipSpecialTokens?: boolean;
  /**
   * Takes out spaces before punctuation and the endings of English contractions, as transformers'
   * `clean_up_tokenization_spaces`. False by default, whatever the file says (`config.cleanUpTokenizationSpaces`):
   * it is made for vocabularies of words, and takes spaces that are text from all others.
   */
  readonly cleanUpTokenizationSpaces?: boolean;
}

type SkipOptions = Pick<DecodeOptions, "skipSpecialTokens">;

function skips(options: SkipOptions): boolean {
  checkOptions(options);
  const { skipSpecialTokens = false } = options;
  checkFlag(skipSpecialTokens, "skipSpecialTokens");
  return skipSpecialTokens;
}

/** What of the options decides the tokens before truncation. */
interface Asked {
  readonly addSpecialTokens?: boolean;
  readonly specialTokens?: SpecialTokens | undefined;
}

/**
 * The core of {@link Tokenizer}: for byte-pair encodings over bytes or with SentencePiece's marks, which nearly all
 * language models have. Definitions of other kinds, pairs, truncation, padding, word ids and compiling need the
 * whole, and are refused here.
 */
export class CoreTokenizer {
  static readonly name: string = "Tokenizer"; // as users see it, minified or not
  /** Everything that the file says. */
  readonly definition: TokenizerDefinition;
  readonly #pipeline: Pipeline;
  readonly #decoder: TokenDecoder;
  readonly #names: TokenNames;
  readonly #post: PostProcessor | undefined;
  readonly #around: Surroundings | undefined;
  readonly #truncation: Truncation | undefined;
  readonly #padding: Padding | undefined;
  /** Units of the text that the last count needed. */
  #read = 0;
  #templates: TokenizerTemplates | undefined;

  /** @throws ERR_FORMAT or ERR_UNSUPPORTED for what the definition says. */
  constructor(definition: TokenizerDefinition) {
    if (!definition?.model?.vocabulary || !Array.isArray(definition.addedTokens)) {
      throw new TokenizerError(
        "ERR_FORMAT",
        "expected a definition with a model's vocabulary and addedTokens, found none: Tokenizer.load reads files",
      );
    }
    this.definition = definition;
    const extras = this.#extras;
    this.#pipeline = new Pipeline(definition, extras);
    this.#names = new TokenNames(definition, this.#pipeline.normalize);
    this.#decoder = new TokenDecoder(definition, this.#names, extras);
    this.#post = definition.postProcessor && buildPostProcessor(definition.postProcessor);
    this.#around = surroundings(this.#post);
    const { truncation, padding } = definition;
    this.#truncation = truncation && needed(extras, "truncation").readTruncation(truncation);
    this.#padding = padding && needed(extras, "padding").readPadding(padding);
  }

  /** What a subclass has beyond the core: of no use elsewhere, so its type isn't told. */
  protected get extras(): object | undefined {
    return undefined;
  }

  get #extras(): Extras | undefined {
    return this.extras as Extras | undefined;
  }

  /**
   * Loads a tokenizer: a path or URL of a `tokenizer.json`, `tokenizer.model`, `.tiktoken` or `.gguf`
   * file or of what {@link compile} wrote, a directory, a hub id such as `"Qwen/Qwen2.5-Math-7B"`, bytes,
   * or an object that was parsed from tokenizer.json. What stands beside a `tokenizer.json` or `tokenizer.model`
   * (`tokenizer_config.json`, `chat_template.jinja` …) is read with it.
   *
   * @throws ERR_LOAD when it can't be read, ERR_FORMAT when it isn't what it should be,
   *   ERR_UNSUPPORTED when it asks for what this package doesn't have, ERR_LIMIT when it is too large,
   *   ERR_ARGUMENT for wrong options; what `options.signal` is aborted with.
   */
  static async load<T extends typeof CoreTokenizer>(
    this: T,
    source: TokenizerSource,
    options: LoadOptions = {},
  ): Promise<InstanceType<T>> {
    const definition = await loadDefinition(source, options);
    return new this(definition) as InstanceType<T>;
  }

  /** One more than the highest id, added tokens included. */
  get size(): number {
    return this.#names.size;
  }

  /** What stands beside the vocabulary: special tokens by their part, the chat template. */
  get config(): TokenizerConfig {
    return this.definition.config ?? {};
  }

  /**
   * The ids of a text, and on demand everything else that is known of them.
   *
   * @throws ERR_SPECIAL_TOKEN when `specialTokens` is `"refuse"` and the text has one.
   */
  encode(text: string, options: EncodeOptions = {}): Encoding {
    checkOptions(options);
    const { pair } = options;
    if (pair !== undefined || !this.#isPlain(options)) {
      return this.encodeBatch([pair === undefined ? text : [text, pair]], options)[0] as Encoding;
    }
    const ids = this.#plainIds(text, options);
    const around = (options.addSpecialTokens ?? true) ? this.#around : undefined;
    const source: EncodingSource = {
      parts: () => this.#parts(text, options, () => undefined),
      spans: () => this.#spans(text, options),
      range: () => [around?.before.length ?? 0, ids.length - (around?.after.length ?? 0)],
      token: (id) => this.#names.token(id),
      make: (some, from) => this.makeEncoding(some, text, undefined, from, options),
      buffer: this.#pipeline.bytes?.buffer,
    };
    return source.make(ids, source);
  }

  /** The encodings of several texts or pairs, padded to the same length when padding is asked for. */
  encodeBatch(
    texts: readonly (string | readonly [string, string])[],
    options: EncodeOptions = {},
  ): Encoding[] {
    checkOptions(options);
    checkList(texts, "texts");
    checkSpecial(options);
    const plain = options.pair === undefined && this.#isPlain(options);
    const single = options.pair === undefined && this.#around !== undefined;
    if (single && texts.every((text) => typeof text === "string")) {
      if (!plain) return this.#shaped(texts as readonly string[], options, this.#around);
      return texts.map((text) => this.encode(text as string, options));
    }
    const sequences = needed(this.#extras, "a pair of texts").pairsOf(texts, options.pair);
    const truncation = () => this.#truncationOf(options);
    const all = sequences.map(([text, pair]) => this.#parts(text, options, truncation, pair));
    const padding = this.#paddingOf(options);
    const padded = padding ? needed(this.#extras, "padding").pad(all, padding) : all;
    return padded.map((parts, i) => {
      const [text, pair] = sequences[i] as TextPair;
      const source = knownSource(() => parts, {
        token: (id) => this.#names.token(id),
        make: (ids, from) => this.makeEncoding(ids, text, pair, from, options),
      });
      return source.make(Int32Array.from(parts.ids), source);
    });
  }

  /** Single texts, truncated or padded: their ids at once, everything else when it is asked for. */
  #shaped(texts: readonly string[], options: EncodeOptions, around: Surroundings): Encoding[] {
    const { addSpecialTokens = true, specialTokens } = options;
    const asked = { addSpecialTokens, specialTokens };
    const added = addSpecialTokens ? (this.#post?.addedTokens(false) ?? 0) : 0;
    const { cutIds, shaped } = needed(this.#extras, "truncation");
    return shaped({
      all: texts.map((text) =>
        cutIds(this.#pipeline, text, specialTokens, this.#truncationOf(options), added),
      ),
      around: addSpecialTokens ? around : NOTHING_AROUND,
      padding: this.#paddingOf(options),
      parts: (i, truncation) => this.#parts(texts[i] as string, asked, () => truncation),
      encoding: (i, ids, parts) => {
        const source = knownSource(parts, {
          token: (id) => this.#names.token(id),
          make: (some, from) =>
            this.makeEncoding(some, texts[i] as string, undefined, from, options),
        });
        return source.make(ids, source);
      },
    });
  }

  /** The ids of a text and nothing else: {@link encode} for hot loops. */
  encodeIds(text: string, options: EncodeOptions = {}): Int32Array {
    checkOptions(options);
    if (options.pair === undefined && this.#isPlain(options)) return this.#plainIds(text, options);
    return this.encode(text, options).ids;
  }

  /** How many tokens {@link encode} gives, without making them. The file's truncation is left aside. */
  count(
    text: string,
    options: Pick<EncodeOptions, "addSpecialTokens" | "specialTokens"> = DEFAULTS,
  ): number {
    checkOptions(options);
    checkText(text);
    checkSpecial(options);
    const added = this.#added(options);
    if (added === undefined) return this.#lengthOf(text, options);
    const { sink } = this.#pipeline;
    sink.count = 0;
    this.#pipeline.encode(text, options.specialTokens);
    return sink.count + added;
  }

  /**
   * How many tokens {@link count} gives, but at most `limit`: reads no more of the text than it must.
   *
   * @example
   * tokenizer.countUpTo(prompt, 4097) > 4096 // too long, known without reading all of it
   */
  countUpTo(
    text: string,
    limit: number,
    options: Pick<EncodeOptions, "addSpecialTokens" | "specialTokens"> = DEFAULTS,
  ): number {
    checkOptions(options);
    checkText(text);
    checkCount(limit, "limit");
    checkSpecial(options);
    const added = this.#added(options);
    if (added === undefined) return Math.min(limit, this.#lengthOf(text, options));
    if (added >= limit) {
      if (options.specialTokens === "refuse") this.#pipeline.refuseSpecial(text);
      return limit;
    }
    return Math.min(limit, added + this.#countText(text, limit - added, options.specialTokens));
  }

  /**
   * The beginning of a text that has at most `limit` tokens, special tokens of the template not
   * counted. It is what the first `limit` tokens stand for, or less where a character would be cut
   * or where the beginning by itself becomes more tokens than it was in the whole.
   */
  truncate(
    text: string,
    limit: number,
    options: Pick<EncodeOptions, "specialTokens"> = DEFAULTS,
  ): string {
    checkOptions(options);
    checkText(text);
    checkCount(limit, "limit");
    checkSpecial(options);
    return this.#truncated(text, limit, options.specialTokens ?? "parse");
  }

  /**
   * The text of ids.
   *
   * @throws ERR_UNKNOWN_TOKEN for an id that the vocabulary lacks.
   */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    checkIds(ids);
    const text = this.#decoder.decode(ids, skips(options));
    checkFlag(options.cleanUpTokenizationSpaces, "cleanUpTokenizationSpaces");
    if (!options.cleanUpTokenizationSpaces) return text;
    return needed(this.#extras, "cleanUpTokenizationSpaces").cleanUp(text);
  }

  decodeBatch(batch: readonly ArrayLike<number>[], options: DecodeOptions = {}): string[] {
    checkList(batch, "batch");
    return batch.map((ids) => this.decode(ids, options));
  }

  /**
   * The bytes of ids, which are UTF-8 when no character is cut off. What is no text is left as it is,
   * where {@link decode} puts U+FFFD.
   */
  decodeBytes(ids: ArrayLike<number>, options: SkipOptions = {}): Uint8Array {
    checkIds(ids);
    return this.#decoder.bytes(ids, skips(options));
  }

  /** A decoder for ids that arrive one after another; it never gives half a character. */
  decodeStream(options: SkipOptions = {}): StreamDecoder {
    return this.#decoder.stream(skips(options));
  }

  /**
   * An encoder for text that arrives in parts; its ids are those of the whole text. The file's
   * truncation is left aside. Ids come early where the file is a byte-pair encoding without
   * unusual normalizers and its added tokens don't look at what stands next to them; else they
   * all come at the end.
   */
  encodeStream(
    options: Pick<EncodeOptions, "addSpecialTokens" | "specialTokens"> = {},
  ): StreamEncoder {
    checkOptions(options);
    checkSpecial(options);
    const { addSpecialTokens = true, specialTokens = "parse" } = options;
    const around = addSpecialTokens ? this.#around : NOTHING_AROUND;
    const whole = { ...options, truncation: false, padding: false } as const;
    return new PipelineStreamEncoder(
      this.#pipeline,
      specialTokens,
      this.#around && around,
      (text) => this.encode(text, whole).ids,
    );
  }

  /**
   * Takes back the last token of a prompt, so that the model may choose one that goes on
   * beyond it: `"https:"` can then become `"https://"`.
   */
  heal(
    text: string,
    options: Pick<EncodeOptions, "addSpecialTokens" | "specialTokens"> = {},
  ): Healing {
    checkOptions(options);
    const { startHealing } = needed(this.#extras, "healing");
    const ids = this.#plainIds(text, options);
    const after = options.addSpecialTokens === false ? 0 : (this.#around?.after.length ?? 0);
    const own = ids.subarray(0, ids.length - after);
    const last = own.at(-1);
    const stays =
      last === undefined ||
      last === this.#pipeline.bytes?.encoder.unknownId ||
      this.#names.isAdded(last);
    return startHealing(this.#decoder.byteDecoder, own, stays);
  }

  /** The id of a token as the vocabulary writes it, or undefined. An added token is found by its content. */
  tokenToId(token: string): number | undefined {
    checkText(token, "token");
    return this.#names.id(token);
  }

  /**
   * The token of an id as the vocabulary writes it, or undefined. Added tokens that are searched for in the
   * normalized text are normalized (`▁<s>` for `<s>`).
   */
  idToToken(id: number): string | undefined {
    return this.#names.has(id) ? this.#names.token(id) : undefined;
  }

  /**
   * The bytes that a token puts into a text, a space for a mark of one (`Ġ`, `▁`); of tokens whose
   * decoder looks at their neighbours, the UTF-8 of what the vocabulary writes.
   *
   * @throws ERR_UNKNOWN_TOKEN for an id that the vocabulary lacks.
   */
  tokenBytes(id: number): Uint8Array {
    return this.#decoder.tokenBytes(id);
  }

  /** Whether `skipSpecialTokens` leaves this token out. */
  isSpecial(id: number): boolean {
    return this.#names.isSpecial(id);
  }

  /** The id of the token that begins a text, if `config` names one. */
  get bosId(): number | undefined {
    return this.#idOf(this.config.bosToken);
  }

  /** The id of the token that ends a text, if `config` names one. */
  get eosId(): number | undefined {
    return this.#idOf(this.config.eosToken);
  }

  /** The id of the token that fills, if `config` names one. */
  get padId(): number | undefined {
    return this.#idOf(this.config.padToken);
  }

  #idOf(token: string | undefined): number | undefined {
    return token === undefined ? undefined : this.#names.id(token);
  }

  /** The whole vocabulary in order of ids. */
  vocabulary(): IterableIterator<VocabularyEntry> {
    return this.#names.entries();
  }

  /**
   * The chat template of the file.
   *
   * @param name  which, where there are several: `"default"`, or `"tool_use"`.
   * @throws ERR_TEMPLATE when there is none, or it isn't Jinja.
   */
  async chatTemplate(name = "default"): Promise<ChatTemplate> {
    return (await this.#chat()).named(name);
  }

  /**
   * A conversation as the text that the model was trained on, as transformers' `apply_chat_template`
   * makes it. With tools, the template `tool_use` is taken where there is one.
   *
   * @throws ERR_TEMPLATE with what the template says of these messages.
   */
  async applyChatTemplate(
    messages: readonly ChatMessage[],
    options: RenderOptions = {},
  ): Promise<string> {
    return (await this.#chat()).render(messages, options);
  }

  async #chat(): Promise<TokenizerTemplates> {
    if (this.#templates !== undefined) return this.#templates;
    const { TokenizerTemplates } = await import("./chat/tokenizer-templates.js");
    this.#templates ??= new TokenizerTemplates(this.config);
    return this.#templates;
  }

  /** The encoding of {@link applyChatTemplate}'s text, to which nothing is added. */
  async encodeChat(
    messages: readonly ChatMessage[],
    options: RenderOptions & Omit<EncodeOptions, "addSpecialTokens" | "pair"> = {},
  ): Promise<Encoding> {
    const text = await this.applyChatTemplate(messages, options);
    return this.encode(text, { ...options, addSpecialTokens: false });
  }

  /** What {@link load} reads in a few milliseconds: the same tokenizer, in this package's own format. */
  compile(): Uint8Array {
    return needed(this.#extras, "compiling").writeCompiled(
      this.definition,
      this.#pipeline.prepared(),
    );
  }

  /** What {@link encode} returns; a subclass returns more. */
  protected makeEncoding(
    ids: Int32Array,
    text: string,
    pair: string | undefined,
    source: EncodingSource,
    _options: EncodeOptions,
  ): Encoding {
    return new Encoding(ids, text, pair, source);
  }

  #isPlain({ truncation, padding }: EncodeOptions): boolean {
    for (const each of [truncation, padding]) {
      if (each !== undefined && each !== false) checkOptions(each, "truncation and padding");
    }
    return (
      this.#around !== undefined &&
      (truncation === false || (truncation === undefined && this.#truncation === undefined)) &&
      (padding === false || (padding === undefined && this.#padding === undefined))
    );
  }

  #plainIds(text: string, options: EncodeOptions): Int32Array {
    checkText(text);
    checkSpecial(options);
    const { sink } = this.#pipeline;
    const around = (options.addSpecialTokens ?? true) ? this.#around : undefined;
    sink.count = 0;
    if (around !== undefined) sink.pushAll(around.before);
    this.#pipeline.encode(text, options.specialTokens);
    if (around !== undefined) sink.pushAll(around.after);
    return sink.take();
  }

  /** Tokens that the template adds; undefined when it does more to a text than stand around it. */
  #added({ addSpecialTokens = true }: EncodeOptions): number | undefined {
    if (this.#around === undefined) return undefined;
    return addSpecialTokens ? this.#around.before.length + this.#around.after.length : 0;
  }

  #lengthOf(text: string, options: EncodeOptions): number {
    return this.encode(text, { ...options, truncation: false, padding: false }).length;
  }

  /** Counts at least `limit` tokens if there are so many, and notes how much of the text decided them. */
  #countText(text: string, limit: number, special: SpecialTokens | undefined): number {
    const { sink } = this.#pipeline;
    this.#read = text.length;
    const known = countBeginning(this.#pipeline, text, limit, special ?? "parse");
    if (known !== undefined) return known;
    sink.count = 0;
    if (text.length <= WINDOW || special === "refuse" || !this.#pipeline.streams) {
      this.#pipeline.encode(text, special, limit);
      return sink.count;
    }
    const stream = new PipelineStreamEncoder(this.#pipeline, special ?? "parse", NOTHING_AROUND);
    let count = 0;
    for (let at = 0; at < text.length; at += WINDOW) {
      count += stream.push(text.slice(at, at + WINDOW)).length;
      if (count < limit) continue;
      this.#read = Math.min(at + WINDOW, text.length);
      return count;
    }
    return count + stream.end().length;
  }

  #truncated(text: string, limit: number, special: SpecialTokens): string {
    const known = limit > 0 ? cutBeginning(this.#pipeline, text, limit, special) : undefined;
    if (known !== undefined) return known;
    const countOf = (part: string, most: number) => this.#countText(part, most, special);
    const close = this.#pipeline.streams || special === "refuse" ? undefined : this.#extras;
    const part = close?.moreThan(limit, text, countOf) ?? text;
    if (this.#countText(part, limit + 1, special) <= limit) return part;
    const ends = this.#ends(part.slice(0, this.#read), special, limit + 1);
    if (ends === undefined) return this.#bisected(part.slice(0, this.#read), limit, special);
    let keep = limit;
    for (let tries = 0; keep > 0; tries++) {
      const end = ends[keep - 1] as number;
      if (keep < ends.length && ends[keep] === end) {
        // A token that ends within a character has all of it; the prefix may not.
        keep--;
        tries--;
        continue;
      }
      const prefix = text.slice(0, end);
      // A beginning is cut into pieces by itself, which can give more tokens than before.
      if (this.#countText(prefix, limit + 1, special) <= limit) return prefix;
      keep -= tries < PATIENCE ? 1 : 1 << Math.min(tries - PATIENCE, 30);
    }
    return "";
  }

  /** Where the first tokens of a text end, at least `limit` of them if it has so many; undefined if that isn't known. */
  #ends(text: string, special: SpecialTokens, limit: number): ArrayLike<number> | undefined {
    const { sink } = this.#pipeline;
    const spans = new SpanSink();
    sink.count = 0;
    this.#pipeline.encode(text, special, limit, spans);
    if (!spans.failed && spans.count === sink.count) return spans.spans().ends;
    return this.#extras && this.#pipeline.detailed(text, special).ends;
  }

  /** A beginning of at most `limit` tokens, by trying lengths. */
  #bisected(text: string, limit: number, special: SpecialTokens): string {
    const prefix = (length: number) =>
      text.slice(0, length - (isHigh(text.charCodeAt(length - 1)) ? 1 : 0));
    let low = 0;
    let high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#countText(prefix(middle), limit + 1, special) <= limit) low = middle;
      else high = middle - 1;
    }
    return prefix(low);
  }

  #spans(text: string, options: EncodeOptions): Spans | undefined {
    if (this.#trimsOffsets()) return undefined;
    const around = (options.addSpecialTokens ?? true) ? this.#around : undefined;
    const spans = new SpanSink();
    const { sink } = this.#pipeline;
    sink.count = 0;
    for (const _ of around?.before ?? []) spans.push(0, 0);
    this.#pipeline.encode(text, options.specialTokens, undefined, spans);
    if (spans.failed) return undefined;
    for (const _ of around?.after ?? []) spans.push(0, 0);
    return spans.spans();
  }

  /** Whether the post-processor leaves out the white space of tokens from their spans. */
  #trimsOffsets(): boolean {
    return flatten(this.definition.postProcessor, "processors").some(
      ({ type, trim_offsets: trims = type === "RobertaProcessing" }) => trims === true,
    );
  }

  #parts(
    text: string,
    { addSpecialTokens = true, specialTokens }: Asked,
    truncationOf: () => Truncation | undefined,
    pair?: string,
  ): EncodingParts {
    let sequences = [this.#sequence(text, specialTokens, 0)];
    if (pair !== undefined) {
      sequences.push(this.#sequence(pair, specialTokens, 1));
    }
    const truncation = truncationOf();
    if (truncation) {
      const added = addSpecialTokens ? (this.#post?.addedTokens(pair !== undefined) ?? 0) : 0;
      sequences = needed(this.#extras, "truncation").truncate(sequences, truncation, added);
    }
    if (this.#post === undefined) return joinSequences(sequences);
    return this.#post.process(sequences, addSpecialTokens, this.#extras?.trimOffsets);
  }

  #truncationOf({ truncation }: EncodeOptions): Truncation | undefined {
    if (truncation === undefined) return this.#truncation;
    return truncation ? needed(this.#extras, "truncation").toTruncation(truncation) : undefined;
  }

  #sequence(text: string, special: SpecialTokens | undefined, sequence: number): EncodingParts {
    const { ids, starts, ends, words, texts } = this.#pipeline.detailed(text, special);
    const tokens = ids.map((id, i) => texts.get(i) ?? this.#names.token(id));
    const offsets = ids.flatMap((_, i) => [starts[i] as number, ends[i] as number]);
    return encodingParts(ids, words, sequence, { tokens, offsets });
  }

  #paddingOf({ padding }: EncodeOptions): Padding | undefined {
    if (padding === undefined) return this.#padding;
    if (padding === false) return undefined;
    return needed(this.#extras, "padding").toPadding(
      padding,
      this.config.padToken ?? this.#padding?.token,
      (token) => this.#names.id(token),
    );
  }
}

/** Units of a text that are encoded at a time when all of it may not be needed. */
const WINDOW = 8192;
/** One object for all calls: counting shall allocate nothing. */
const DEFAULTS = {};
/** Tokens that a truncated text gives up one by one, before it gives up more at a time. */
const PATIENCE = 8;
