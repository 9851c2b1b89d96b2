import { describe, expect, it } from "vitest";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { findNumbers } from "../../src/numbers/math-number.js";
import { NumberReader } from "../../src/numbers/number-reader.js";
import * as rationals from "../../src/numbers/rational.js";
import { withDigits } from "../../src/numbers/with-digits.js";
import { trainBpe } from "../../src/training/train-bpe.js";

const tokenizer = new MathTokenizer(await trainBpe(["x = 7"], { vocabularySize: 257 }));
const half = rationals.rational(1n, 2n);
const math = () => tokenizer.encode("7");

const called = {
  rational: rationals.rational,
  add: rationals.add,
  multiply: rationals.multiply,
  negate: rationals.negate,
  equalRationals: rationals.equalRationals,
  compareRationals: rationals.compareRationals,
  rationalToString: rationals.rationalToString,
  toDecimalString: rationals.toDecimalString,
  isExactDecimal: rationals.isExactDecimal,
  parseRational: rationals.parseRational,
  findNumbers,
  withDigits,
  NumberReader: (options: never) => new NumberReader(options),
  push: (piece: never) => new NumberReader().push(piece),
  numbers: (text: never, options: never) => tokenizer.numbers(text, options),
  numberStream: (options: never) => tokenizer.numberStream(options),
  tokensOf: (span: never, sequence: never) => math().tokensOf(span, sequence),
};

describe("bad arguments are refused with what was expected and found", () => {
  it.each<[keyof typeof called, unknown[], RegExp]>([
    ["rational", [1, 2], /numerator .*bigint.* number/],
    ["rational", ["1"], /numerator .*bigint.* string/],
    ["rational", [1n, 2], /denominator .*bigint.* number/],
    ["rational", [], /numerator .*bigint.* undefined/],
    ["add", [1, 2], /a must be .*rational.* number/],
    ["add", [half, 2], /b must be .*rational.* number/],
    ["add", [half, { numerator: 1, denominator: 2 }], /b must be .*numerator is number/],
    ["multiply", [half], /b must be .*rational.* undefined/],
    ["multiply", [null, half], /a must be .*rational.* null/],
    ["negate", [3n], /value must be .*rational.* bigint/],
    ["equalRationals", ["1/2", half], /a must be .*rational.* string/],
    ["compareRationals", [half, "1/2"], /b must be .*rational.* string/],
    ["rationalToString", [{ numerator: 1n }], /value must be .*denominator is undefined/],
    ["toDecimalString", [{}], /value must be .*numerator is undefined/],
    ["toDecimalString", [{ numerator: 1n, denominator: 0n }], /denominator is 0/],
    ["isExactDecimal", [{ numerator: 1n, denominator: -2n }], /denominator is -2/],
    ["parseRational", [5], /text must be a string, and is number/],
    ["parseRational", [], /text must be a string, and is undefined/],
    ["findNumbers", [], /text must be a string, and is undefined/],
    ["findNumbers", [5], /text must be a string, and is number/],
    ["findNumbers", ["1", null], /options must be an object, and is null/],
    ["NumberReader", [null], /options must be an object, and is null/],
    ["NumberReader", ["units"], /options must be an object, and is string/],
    ["push", [5], /piece must be a string, and is number/],
    ["push", [], /piece must be a string, and is undefined/],
    ["numbers", [5], /text must be a string, and is number/],
    ["numbers", ["5", 5], /options must be an object, and is number/],
    ["numberStream", [null], /options must be an object, and is null/],
    ["withDigits", [undefined, "right3"], /definition must be an object, and is undefined/],
    ["tokensOf", [{ start: 0, end: 1 }, 2], /sequence must be 0 .* or 1 .*, and is 2/],
    ["tokensOf", [undefined], /span must be an object, and is undefined/],
  ])("%s %o", (name, values, message) => {
    const call = called[name] as (...values: unknown[]) => unknown;
    expect(() => call(...values)).toThrow(
      expect.objectContaining({
        name: "TokenizerError",
        code: "ERR_ARGUMENT",
        message: expect.stringMatching(message),
      }),
    );
  });

  it("leaves a reader as it was", () => {
    const reader = new NumberReader();
    reader.push("1");
    expect(() => reader.push(2 as never)).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
    reader.push("3");
    expect(reader.flush().map((number) => number.text)).toEqual(["13"]);
  });
});
