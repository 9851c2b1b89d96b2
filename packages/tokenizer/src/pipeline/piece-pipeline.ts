// From a text to ids for models that look at words as text, Unigram and WordPiece: the cuts
// that their definitions have, made in one loop over the text without an object a piece.

import { IdSink } from "../bpe/id-sink.js";
import { AlignedText } from "../components/aligned-text.js";
import { buildNormalizer, type Normalizer } from "../components/normalizers.js";
import type { Component, TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { createPieceModel } from "../models/create-piece-model.js";
import type { WordModel } from "../models/piece-model.js";
import { isWhiteSpace } from "../unicode/categories.js";
import { isPunctuationChar } from "../unicode/predicates.js";
import { PRIMERS } from "./byte-pipeline.js";
import { flatten, isMarkReplacement } from "./shape.js";

const MARK = 0x2581;

/**
 * - `"whole"`: the text as it is.
 * - `"marks"`: before each space or mark, which then begins the piece.
 * - `"marked"`: the whole text, its spaces made marks.
 * - `"words"`: at white space, and before each mark; words begin with a mark.
 * - `"bert"`: at white space, and around each punctuation character.
 */
type Cut = "whole" | "marks" | "marked" | "words" | "bert";

interface Cutting {
  readonly cut: Cut;
  /** What gets a mark in front unless it begins with one: no piece, each, or the first of a text. */
  readonly prefix: "never" | "always" | "first";
}

/** How the pre-tokenizer cuts, or undefined where only the generic pipeline knows. */
function cuttingOf({ preTokenizer, normalizer }: TokenizerDefinition): Cutting | undefined {
  const parts = flatten(preTokenizer, "pretokenizers");
  const [first, second] = parts;
  if (first === undefined) {
    const marks = isMarkReplacement(flatten(normalizer, "normalizers").at(-1));
    return { cut: marks ? "marked" : "whole", prefix: "never" };
  }
  const words = parts.length === 2 && first.type === "WhitespaceSplit";
  if (parts.length === 1 && first.type === "BertPreTokenizer") {
    return { cut: "bert", prefix: "never" };
  }
  const metaspace = words ? second : parts.length === 1 ? first : undefined;
  if (metaspace?.type !== "Metaspace" || metaspace["replacement"] !== "▁") return undefined;
  const prefix = schemeOf(metaspace);
  const splits = metaspace["split"] !== false;
  // Where the first piece begins in the original text is known without alignments only if
  // nothing was rewritten.
  if (prefix === "first" && (words || normalizer !== undefined)) return undefined;
  if (words) return splits ? { cut: "words", prefix } : undefined;
  return { cut: splits ? "marks" : "marked", prefix };
}

function schemeOf(metaspace: Component): Cutting["prefix"] {
  const scheme = metaspace["prepend_scheme"];
  if (scheme === "always" || scheme === "first" || scheme === "never") return scheme;
  return metaspace["add_prefix_space"] === false ? "never" : "always";
}

export class PiecePipeline {
  readonly model: WordModel;
  readonly #cutting: Cutting;
  readonly #normalizer: Normalizer | undefined;

  private constructor(model: WordModel, cutting: Cutting, normalizer: Normalizer | undefined) {
    this.model = model;
    this.#cutting = cutting;
    this.#normalizer = normalizer;
    this.#prime();
  }

  /**
   * Takes each way through the loops once. Code that is optimised before a rare way was taken
   * is thrown away when it first is, in the middle of a text.
   */
  #prime(): void {
    const sink = new IdSink();
    for (const text of PRIMERS) {
      try {
        this.encode(sink, this.normalized(text), true, 0x7fffffff);
      } catch (error) {
        // A vocabulary without an unknown token has not all of these.
        if (!(error instanceof TokenizerError)) throw error;
      }
      sink.count = 0;
    }
  }

  /** Undefined if the generic pipeline has to do it. */
  static of(
    definition: TokenizerDefinition,
    normalizer: Normalizer | undefined,
  ): PiecePipeline | undefined {
    const { model } = definition;
    if (model.type !== "Unigram" && model.type !== "WordPiece") return undefined;
    const cutting = cuttingOf(definition);
    // WordPiece takes no marks.
    if (cutting === undefined || (model.type === "WordPiece" && cutting.cut !== "bert")) {
      return undefined;
    }
    const steps = flatten(definition.normalizer, "normalizers");
    const last = steps.at(-1);
    // Spaces are read as marks anyway, unless added tokens are searched for in what has marks.
    const marks = isMarkReplacement(last) && !definition.addedTokens.some((t) => t.normalized);
    const rest = { type: "Sequence", normalizers: steps.slice(0, -1) };
    return new PiecePipeline(
      createPieceModel(model) as WordModel,
      cutting,
      cutting.cut === "marked" && marks ? buildNormalizer(rest) : normalizer,
    );
  }

  /** The text after the normalizer. */
  normalized(text: string): string {
    return this.#normalizer?.normalize(new AlignedText(text, -1)).text ?? text;
  }

  /**
   * Adds the ids of a normalized text to the sink.
   *
   * @param first  whether the text stands at the beginning of the whole input.
   * @param limit  stops soon after the sink has so many.
   */
  encode(sink: IdSink, text: string, first: boolean, limit: number): void {
    if (text === "" || sink.count >= limit) return;
    const { cut, prefix } = this.#cutting;
    const prefixed = prefix === "always" || (prefix === "first" && first);
    if (cut === "whole") this.model.encodeTo(sink, text, 0, text.length, false, limit);
    else if (cut === "bert") this.#bert(sink, text, limit);
    else if (cut === "words") this.#words(sink, text, prefixed, limit);
    else {
      const spaced = prefixed && !isMark(text.charCodeAt(0)) ? ` ${text}` : text;
      if (cut === "marks") this.#marks(sink, spaced, limit);
      else this.model.encodeText?.(sink, spaced, limit);
    }
  }

  #marks(sink: IdSink, text: string, limit: number): void {
    const { model } = this;
    const { length } = text;
    for (let start = 0; start < length && sink.count < limit; ) {
      let end = start + 1;
      while (end < length && !isMark(text.charCodeAt(end))) end++;
      model.encodeTo(sink, text, start, end, isMark(text.charCodeAt(start)), limit);
      start = end;
    }
  }

  #words(sink: IdSink, text: string, prefixed: boolean, limit: number): void {
    const { model } = this;
    // The white space before a word is read as its mark, so there has to be some.
    const spaced = prefixed && !isSpace(text.charCodeAt(0)) ? ` ${text}` : text;
    const { length } = spaced;
    for (let at = 0; at < length && sink.count < limit; ) {
      const unit = spaced.charCodeAt(at);
      if (isSpace(unit)) {
        at++;
        continue;
      }
      let start = at;
      let marked = unit === MARK;
      if (prefixed && !marked && (at === 0 || isSpace(spaced.charCodeAt(at - 1)))) {
        start--;
        marked = true;
      }
      at++;
      while (at < length) {
        const next = spaced.charCodeAt(at);
        if (next === MARK || isSpace(next)) break;
        at++;
      }
      model.encodeTo(sink, spaced, start, at, marked, limit);
    }
  }

  #bert(sink: IdSink, text: string, limit: number): void {
    const { model } = this;
    const { length } = text;
    let start = 0;
    for (let at = 0; at <= length && sink.count < limit; ) {
      let width = 1;
      let kind = WHITE;
      if (at < length) {
        let point = text.charCodeAt(at);
        if ((point & 0xf800) === 0xd800) {
          point = text.codePointAt(at) as number;
          if (point > 0xffff) width = 2;
        }
        kind = point < 0x80 ? (ASCII[point] as number) : kindOf(point);
      }
      if (kind !== LETTER) {
        if (at > start) model.encodeTo(sink, text, start, at, false, limit);
        start = at + width;
        if (kind === PUNCTUATION) model.encodeTo(sink, text, at, start, false, limit);
      }
      at += width;
    }
  }
}

function isMark(unit: number): boolean {
  return unit === 0x20 || unit === MARK;
}

function isSpace(unit: number): boolean {
  return unit < 0x85 ? unit === 0x20 || (unit >= 9 && unit <= 13) : isWhiteSpace(unit);
}

const LETTER = 0;
const WHITE = 1;
const PUNCTUATION = 2;

function kindOf(point: number): number {
  return isWhiteSpace(point) ? WHITE : isPunctuationChar(point) ? PUNCTUATION : LETTER;
}

const ASCII = Uint8Array.from({ length: 0x80 }, (_, point) => kindOf(point));
