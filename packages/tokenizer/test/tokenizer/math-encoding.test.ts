import { describe, expect, it } from "vitest";
import type { EncodedNumber, MathEncoding } from "../../src/math-encoding.js";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { NO_PLACE } from "../../src/numbers/places.js";
import { trainBpe } from "../../src/training/train-bpe.js";

// A token for each byte.
const tokenizer = new MathTokenizer(await trainBpe(["a b"], { vocabularySize: 256 }));

const shown = ({ text, sequence, tokenStart, tokenEnd, complete }: EncodedNumber) =>
  `${sequence} ${text} ${tokenStart}-${tokenEnd}${complete ? "" : " cut"}`;
const numbers = (encoding: unknown) => (encoding as MathEncoding).numbers.map(shown);

describe("the numbers of a pair", () => {
  it("are those of both texts, each with its text and tokens", () => {
    const encoding = tokenizer.encode("x = 12", { pair: "y = 34, 5" });
    expect(numbers(encoding)).toEqual(["0 12 4-6", "1 34 10-12", "1 5 14-15"]);
    expect(encoding.numbers[1]?.start).toBe(4);
    expect(encoding.numbers[1]?.value).toEqual({ numerator: 34n, denominator: 1n });
    expect(encoding.tokensOf({ start: 4, end: 6 }, 1)).toEqual([10, 12]);
    expect(encoding.tokensOf({ start: 4, end: 6 })).toEqual([4, 6]);
    expect(encoding.tokensOf({ start: 0, end: 6 }, 1)).toEqual([6, 12]);
    expect(tokenizer.encode("x").tokensOf({ start: 0, end: 1 }, 1)).toEqual([0, 0]);
  });

  it("have their digits placed in both texts", () => {
    const { digitPlaces } = tokenizer.encode("12", { pair: "=345" });
    expect([...digitPlaces.place]).toEqual([1, 0, NO_PLACE, 2, 1, 0]);
    expect([...digitPlaces.count]).toEqual([2, 2, 0, 3, 3, 3]);
    expect([...digitPlaces.index]).toEqual([0, 1, -1, 0, 1, 2]);
  });

  it("have units of their own text", () => {
    const [first, second] = tokenizer.encode("5 km", { pair: "now 7 kg" }).numbers;
    expect([first?.unit, second?.unit]).toEqual([
      { text: "km", start: 2, end: 4 },
      { text: "kg", start: 6, end: 8 },
    ]);
  });
});

describe("the numbers of a truncated text", () => {
  const encode = (text: string, maxLength: number, more = {}) =>
    tokenizer.encode(text, { truncation: { maxLength, ...more } });

  it("are those with tokens there, and say when they were cut", () => {
    const encoding = encode("1234 567 89", 6);
    expect(numbers(encoding)).toEqual(["0 1234 0-4", "0 567 5-6 cut"]);
    expect(encoding.overflowing.map(numbers)).toEqual([["0 567 0-2 cut", "0 89 3-5"]]);
    expect(encoding.numbers[1]?.value?.numerator).toBe(567n);
  });

  it("are right with a stride, from the left, and in what overflows again", () => {
    const strided = encode("1234 567", 5, { stride: 2 });
    expect([strided, ...strided.overflowing].map(numbers)).toEqual([
      ["0 1234 0-4"],
      ["0 1234 0-1 cut", "0 567 2-5"],
    ]);
    const left = encode("1234 567", 5, { direction: "left" });
    expect(numbers(left)).toEqual(["0 1234 0-1 cut", "0 567 2-5"]);
  });

  it("are cut within a character too", () => {
    // ½ is two bytes, which have the same place in the text.
    const encoding = encode("3½", 2);
    expect([encoding, ...encoding.overflowing].map(numbers)).toEqual([
      ["0 3½ 0-2 cut"],
      ["0 3½ 0-1 cut"],
    ]);
    expect(numbers(encode("3½", 3))).toEqual(["0 3½ 0-3"]);
  });

  it("are none where nothing is left, and all of a pair's that are", () => {
    expect(numbers(encode("123", 0))).toEqual([]);
    const pair = tokenizer.encode("12 34", {
      pair: "56 78",
      truncation: { maxLength: 6, strategy: "only-second" },
    });
    expect(numbers(pair)).toEqual(["0 12 0-2", "0 34 3-5", "1 56 5-6 cut"]);
  });

  it("are found when the file truncates, and all when the call says not to", () => {
    const cutting = new MathTokenizer({
      ...tokenizer.definition,
      truncation: { max_length: 2, stride: 0, strategy: "LongestFirst", direction: "Right" },
    } as never);
    expect(numbers(cutting.encode("123 4"))).toEqual(["0 123 0-2 cut"]);
    expect(numbers(cutting.encode("123 4", { truncation: false }))).toEqual([
      "0 123 0-3",
      "0 4 4-5",
    ]);
    expect(cutting.encode("123 4").numberSpans.count).toBe(2);
  });

  it("of a batch are each text's own", () => {
    const batch = tokenizer.encodeBatch(["123", "4 56"], { truncation: { maxLength: 3 } });
    expect(batch.map(numbers)).toEqual([["0 123 0-3"], ["0 4 0-1", "0 56 2-3 cut"]]);
  });
});
