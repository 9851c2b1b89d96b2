// An encoding together with the numbers of its text: where each stands, which tokens it
// became, and what it is worth.

import { Encoding, type EncodingSource } from "./encoding.js";
import { flagsOf, NUMBER_KINDS, type NumberKind, type NumberOptions } from "./numbers/kinds.js";
import { MathNumber } from "./numbers/math-number.js";
import { type DigitPlaces, digitPlaces } from "./numbers/places.js";
import { scanNumbers } from "./numbers/scan-numbers.js";
import { NumberSpans } from "./numbers/spans.js";
import { tokenSpan } from "./numbers/token-span.js";

/** A number of a text that was encoded: also says which tokens it became. */
export class EncodedNumber extends MathNumber {
  readonly #encoding: MathEncoding;

  constructor(encoding: MathEncoding, start: number, end: number, kind: NumberKind) {
    super(encoding.text, start, end, kind);
    this.#encoding = encoding;
  }

  /** The first token that has a part of the number. */
  get tokenStart(): number {
    return this.#encoding.tokensOf(this)[0];
  }

  /** One after the last token that has a part of the number. */
  get tokenEnd(): number {
    return this.#encoding.tokensOf(this)[1];
  }
}

export class MathEncoding extends Encoding {
  readonly #options: NumberOptions;
  #spans: NumberSpans | undefined;
  #numbers: readonly EncodedNumber[] | undefined;
  #own: { starts: Int32Array; ends: Int32Array; first: number } | undefined;

  constructor(
    ids: Int32Array,
    text: string,
    pair: string | undefined,
    source: EncodingSource,
    options: NumberOptions,
  ) {
    super(ids, text, pair, source);
    this.#options = options;
  }

  /**
   * Where the numbers of {@link text} stand: for each its start and end in UTF-16 units and its
   * kind, packed. All that is known of them without making an object for each.
   */
  get numberSpans(): NumberSpans {
    if (this.#spans === undefined) {
      this.#spans = new NumberSpans();
      scanNumbers(this.text, this.#spans, flagsOf(this.#options), this.source.buffer);
    }
    return this.#spans;
  }

  /** The numbers of {@link text} in order, each whole whatever tokens it became. */
  get numbers(): readonly EncodedNumber[] {
    if (this.#numbers === undefined) {
      const { data, count } = this.numberSpans;
      this.#numbers = Array.from({ length: count }, (_, i) => {
        const kind = NUMBER_KINDS[data[3 * i + 2] as number] as NumberKind;
        return new EncodedNumber(this, data[3 * i] as number, data[3 * i + 1] as number, kind);
      });
    }
    return this.#numbers;
  }

  /** The tokens that have a part of what stands from `start` to before `end` in {@link text}. */
  tokensOf(span: { readonly start: number; readonly end: number }): [first: number, end: number] {
    const { starts, ends, first } = this.#ownTokens;
    const [from, to] = tokenSpan(starts, ends, span);
    return [first + from, first + to];
  }

  /**
   * For each token the place of its digits in their number, as position embeddings (Abacus,
   * arXiv 2405.17399) want it.
   */
  get digitPlaces(): DigitPlaces {
    return digitPlaces(this.starts, this.ends, this.numbers);
  }

  /** The tokens of the text, without those that a template or padding put around it. */
  get #ownTokens() {
    if (this.#own === undefined) {
      const [first, end] = this.source.range();
      this.#own = {
        starts: this.starts.subarray(first, end),
        ends: this.ends.subarray(first, end),
        first,
      };
    }
    return this.#own;
  }
}
