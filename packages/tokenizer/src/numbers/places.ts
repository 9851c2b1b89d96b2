// The place of every digit in its number: what position embeddings of digits (Abacus,
// arXiv 2405.17399) need, and ids alone don't tell.

import { isPoint, separatorLength, zeroOf } from "./digits.js";
import type { MathNumber } from "./math-number.js";

/** `place` where there is no digit. */
export const NO_PLACE = -32768;

/** One entry for each token. All are cut to the range of 16 bits. */
export interface DigitPlaces {
  /** Power of ten: 0 for ones, 1 for tens, -1 for tenths; {@link NO_PLACE} if it holds no digit. */
  readonly place: Int16Array;
  /** Index of the digit from the left, from 0 on; -1 if it holds no digit. */
  readonly index: Int16Array;
  /** How many digits the number has; 0 if it holds no digit. */
  readonly count: Int16Array;
}

const cut = (n: number) => Math.max(-32767, Math.min(32767, n));

type Visit = (at: number, place: number, index: number, count: number) => void;

/** Visits the digits of `number`: those of numerator, denominator and exponent count apart. */
function eachDigit(number: MathNumber, visit: Visit): void {
  if (number.kind === "radix") return;
  const { text, start, kind } = number;
  let digits: number[] = [];
  let whole = -1;
  const close = () => {
    const ones = (whole < 0 ? digits.length : whole) - 1;
    for (const [i, at] of digits.entries()) visit(start + at, ones - i, i, digits.length);
    digits = [];
    whole = -1;
  };
  const bare = /frac ?(?=\d)/.exec(text);
  const single = bare ? bare.index + bare[0].length : -1;
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    const zero = zeroOf(code);
    if (zero > 0) digits.push(i++);
    const touching = digits.length > 0 && (digits.at(-1) as number) === i - 1;
    if (zero > 0) {
      if (i - 1 === single) close();
      continue;
    }
    const separator = separatorLength(text, i, kind === "grouped");
    const next = zeroOf(text.charCodeAt(i + (separator || 1)));
    if (isPoint(code, next || 0x30) && whole < 0 && next > 0) {
      whole = digits.length;
      i++;
    } else if (touching && separator > 0 && next > 0) i += separator;
    else {
      close();
      i++;
    }
  }
  close();
}

/**
 * Places of digits by token, where token `i` covers `[starts[i], ends[i])` in UTF-16 units. A token
 * with several digits has the place of its last and the index of its first: the exponent that
 * its value is to be multiplied by, and where it begins. `numbers` are in the order of the text.
 */
export function digitPlaces(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  numbers: Iterable<MathNumber>,
): DigitPlaces {
  const tokens = starts.length;
  const out: DigitPlaces = {
    place: new Int16Array(tokens).fill(NO_PLACE),
    index: new Int16Array(tokens).fill(-1),
    count: new Int16Array(tokens),
  };
  let token = 0;
  for (const number of numbers) {
    eachDigit(number, (at, place, index, count) => {
      while (token < tokens && (ends[token] as number) <= at) token++;
      // Tokens that share a character share its digit.
      for (let i = token; i < tokens && (starts[i] as number) <= at; i++) {
        if (out.count[i] === 0) out.index[i] = cut(index);
        out.place[i] = cut(place);
        out.count[i] = cut(count);
      }
    });
  }
  return out;
}
