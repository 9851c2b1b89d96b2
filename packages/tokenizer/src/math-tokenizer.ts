// A tokenizer that also knows what the numbers of a text mean.

import type { Encoding, EncodingSource } from "./encoding.js";
import { MathEncoding } from "./math-encoding.js";
import type { NumberOptions } from "./numbers/kinds.js";
import { findNumbers, type MathNumber } from "./numbers/math-number.js";
import { NumberReader, type NumberReaderOptions } from "./numbers/number-reader.js";
import type { EncodeOptions } from "./options.js";
import { Tokenizer } from "./tokenizer.js";

/** How to encode, and what counts as a number. */
export interface MathEncodeOptions extends EncodeOptions, NumberOptions {}

/**
 * A {@link Tokenizer} whose encodings know the numbers of the text: each whole, with its
 * exact value, its place in the text and its tokens. Its ids are those of the tokenizer.
 *
 * @example
 * const tokenizer = await MathTokenizer.load("Qwen/Qwen2.5-Math-7B");
 * const { numbers } = tokenizer.encode("x = 12345");
 * numbers[0].value;      // { numerator: 12345n, denominator: 1n }
 * numbers[0].tokenStart; // 3, of five tokens with a digit each
 */
export class MathTokenizer extends Tokenizer {
  static override readonly name: string = "MathTokenizer"; // as users see it, minified or not
  override encode(text: string, options: MathEncodeOptions = {}): MathEncoding {
    return super.encode(text, options) as MathEncoding;
  }

  override encodeBatch(
    texts: readonly (string | readonly [string, string])[],
    options: MathEncodeOptions = {},
  ): MathEncoding[] {
    return super.encodeBatch(texts, options) as MathEncoding[];
  }

  /** The numbers of a text, without encoding it. */
  numbers(text: string, options: NumberOptions = {}): MathNumber[] {
    return findNumbers(text, options);
  }

  /** Reads numbers and `\boxed{…}` answers from text that arrives in parts, as a model writes it. */
  numberStream(options: NumberReaderOptions = {}): NumberReader {
    return new NumberReader(options);
  }

  protected override makeEncoding(
    ids: Int32Array,
    text: string,
    pair: string | undefined,
    source: EncodingSource,
    options: MathEncodeOptions,
  ): Encoding {
    const { specialTokens, truncation = this.definition.truncation } = options;
    const entire = { addSpecialTokens: false, truncation: false, padding: false } as const;
    const whole = (each: string) =>
      this.encode(each, { ...entire, ...(specialTokens && { specialTokens }) });
    return new MathEncoding(ids, text, pair, source, options, truncation ? whole : undefined);
  }
}
