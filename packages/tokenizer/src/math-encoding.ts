// An encoding together with the numbers of its texts: where each stands, which tokens it
// became, and what it is worth.

import { Encoding, type EncodingSource } from "./encoding.js";
import { TokenizerError } from "./errors.js";
import { INSPECT, type Inspect, inspected } from "./numbers/inspected.js";
import { flagsOf, NUMBER_KINDS, type NumberKind, type NumberOptions } from "./numbers/kinds.js";
import { MathNumber, type MathNumberJson } from "./numbers/math-number.js";
import { type DigitPlaces, digitPlaces } from "./numbers/places.js";
import { scanNumbers } from "./numbers/scan-numbers.js";
import { NumberSpans } from "./numbers/spans.js";
import { tokenSpan } from "./numbers/token-span.js";
import { checkOptions } from "./options.js";

/** What an {@link EncodedNumber} is in JSON. */
export interface EncodedNumberJson extends MathNumberJson {
  readonly sequence: 0 | 1;
  readonly tokenStart: number;
  readonly tokenEnd: number;
  readonly complete: boolean;
}

/** A number of a text that was encoded: also says which tokens it became. */
export class EncodedNumber extends MathNumber {
  readonly #encoding: MathEncoding;
  /** 1 if it stands in the second text of a pair, as `start`, `end` and the unit's place do; else 0. */
  readonly sequence: 0 | 1;

  constructor(
    encoding: MathEncoding,
    start: number,
    end: number,
    kind: NumberKind,
    sequence: 0 | 1 = 0,
  ) {
    super((sequence === 1 ? encoding.pair : encoding.text) as string, start, end, kind);
    this.#encoding = encoding;
    this.sequence = sequence;
  }

  /** The first token that has a part of the number. */
  get tokenStart(): number {
    return this.#encoding.tokensOf(this, this.sequence)[0];
  }

  /** One after the last token that has a part of the number. */
  get tokenEnd(): number {
    return this.#encoding.tokensOf(this, this.sequence)[1];
  }

  /** False if truncation cut off some of its tokens. Value and span are those of the whole number. */
  get complete(): boolean {
    return this.#encoding.isComplete(this, this.sequence);
  }

  override toJSON(): EncodedNumberJson {
    const { sequence, tokenStart, tokenEnd, complete } = this;
    return { ...super.toJSON(), sequence, tokenStart, tokenEnd, complete };
  }

  override [INSPECT](_depth: number, options: object, inspect?: Inspect): string {
    return inspected("EncodedNumber", this.toJSON(), options, inspect);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The tokens of a text, without those that a template or padding put around it. */
interface OwnTokens {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Where they begin among all. */
  readonly first: number;
}

export class MathEncoding extends Encoding {
  static override readonly name: string = "MathEncoding"; // as users see it, minified or not
  readonly #options: NumberOptions;
  readonly #whole: ((text: string) => MathEncoding) | undefined;
  readonly #wholes: (MathEncoding | undefined)[] = [];
  readonly #own: (OwnTokens | undefined)[] = [];
  #spans: NumberSpans | undefined;
  #numbers: readonly EncodedNumber[] | undefined;

  /** @param whole  encodes a text without truncation and template; left out where nothing can have been cut. */
  constructor(
    ids: Int32Array,
    text: string,
    pair: string | undefined,
    source: EncodingSource,
    options: NumberOptions,
    whole?: (text: string) => MathEncoding,
  ) {
    super(ids, text, pair, source);
    this.#options = options;
    this.#whole = whole;
  }

  /**
   * Where the numbers of {@link text} stand: for each its start and end in UTF-16 units and its
   * kind, packed. All that is known of them without making an object for each, and so of the whole first text
   * even if truncation cut it.
   */
  get numberSpans(): NumberSpans {
    if (this.#spans === undefined) {
      this.#spans = new NumberSpans();
      scanNumbers(this.text, this.#spans, flagsOf(this.#options), this.source.buffer);
    }
    return this.#spans;
  }

  /**
   * The numbers of {@link text} in order, then those of {@link pair}, each whole whatever tokens it became. Of
   * texts that were truncated, those that have a token here; see {@link EncodedNumber.complete}.
   */
  get numbers(): readonly EncodedNumber[] {
    if (this.#numbers === undefined) {
      const numbers = this.#numbersOf(this.numberSpans, 0);
      if (this.pair !== undefined) {
        const spans = new NumberSpans();
        scanNumbers(this.pair, spans, flagsOf(this.#options));
        for (const number of this.#numbersOf(spans, 1)) numbers.push(number);
      }
      this.#numbers = numbers;
    }
    return this.#numbers;
  }

  #numbersOf({ data, count }: NumberSpans, sequence: 0 | 1): EncodedNumber[] {
    const numbers: EncodedNumber[] = [];
    for (let at = 0; at < 3 * count; at += 3) {
      const start = data[at] as number;
      const end = data[at + 1] as number;
      if (this.#whole !== undefined) {
        const [first, last] = this.tokensOf({ start, end }, sequence);
        if (first === last) continue;
      }
      const kind = NUMBER_KINDS[data[at + 2] as number] as NumberKind;
      numbers.push(new EncodedNumber(this, start, end, kind, sequence));
    }
    return numbers;
  }

  /**
   * The tokens that have a part of what stands from `start` to before `end` in {@link text}, or in
   * {@link pair} if `sequence` is 1.
   *
   * @throws ERR_ARGUMENT if `span` is no object or `sequence` neither 0 nor 1.
   */
  tokensOf(span: Span, sequence: 0 | 1 = 0): [first: number, end: number] {
    checkOptions(span, "span");
    const { starts, ends, first } = this.#ownTokens(sequence);
    const [from, to] = tokenSpan(starts, ends, span);
    return [first + from, first + to];
  }

  /** Whether all tokens of a span are here, and truncation cut off none of them. */
  isComplete(span: Span, sequence: 0 | 1 = 0): boolean {
    const [first, end] = this.tokensOf(span, sequence);
    if (this.#whole === undefined) return true;
    const own = this.#ownTokens(sequence);
    if (first > own.first && end < own.first + own.starts.length) return true;
    const text = sequence === 1 ? this.pair : this.text;
    // Tokens that share a character have the same place, so that only their number tells.
    this.#wholes[sequence] ??= this.#whole(text ?? "");
    const [from, to] = (this.#wholes[sequence] as MathEncoding).tokensOf(span);
    return to - from === end - first;
  }

  /**
   * For each token the place of its digits in their number, as position embeddings (Abacus,
   * arXiv 2405.17399) want it.
   */
  get digitPlaces(): DigitPlaces {
    const places = digitPlaces(this.starts, this.ends, []);
    for (const sequence of this.pair === undefined ? ([0] as const) : ([0, 1] as const)) {
      const { starts, ends, first } = this.#ownTokens(sequence);
      const numbers = this.numbers.filter((number) => number.sequence === sequence);
      const own = digitPlaces(starts, ends, numbers);
      places.place.set(own.place, first);
      places.index.set(own.index, first);
      places.count.set(own.count, first);
    }
    return places;
  }

  #ownTokens(sequence: 0 | 1): OwnTokens {
    let own = this.#own[sequence];
    if (own === undefined) {
      const [first, end] = this.#rangeOf(sequence);
      own = {
        starts: this.starts.subarray(first, end),
        ends: this.ends.subarray(first, end),
        first,
      };
      this.#own[sequence] = own;
    }
    return own;
  }

  #rangeOf(sequence: unknown): readonly [first: number, end: number] {
    if (sequence === 0) return this.source.range();
    if (sequence !== 1) {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `sequence must be 0 for the text or 1 for the second of a pair, and is ${String(sequence)}`,
      );
    }
    if (this.pair === undefined) return [0, 0];
    const { sequenceIds } = this;
    const first = sequenceIds.indexOf(1);
    return first < 0 ? [0, 0] : [first, sequenceIds.lastIndexOf(1) + 1];
  }

  override toJSON(): object {
    return { ...super.toJSON(), numbers: this.numbers.map((number) => number.toJSON()) };
  }

  [INSPECT](_depth: number, options: object, inspect?: Inspect): string {
    const { ids, tokens, text, pair, numbers } = this;
    const shown = { ids, tokens, text, ...(pair === undefined ? {} : { pair }), numbers };
    return inspected("MathEncoding", shown, options, inspect);
  }
}
