import { describe, expect, it } from "vitest";
import { findNumbers } from "../../src/numbers/math-number.js";
import { digitPlaces, NO_PLACE } from "../../src/numbers/places.js";
import { tokenSpan } from "../../src/numbers/token-span.js";

const N = NO_PLACE;

/** Where each UTF-16 unit is a token. */
function textDigitPlaces(text: string) {
  const units = Array.from(text, (_, i) => i);
  const ends = units.map((i) => i + 1);
  return digitPlaces(units, ends, findNumbers(text));
}

describe("places of digits", () => {
  const places = (text: string) => {
    const { place, index, count } = textDigitPlaces(text);
    return [[...place], [...index], [...count]];
  };

  it.each([
    ["a 123", [N, N, 2, 1, 0], [-1, -1, 0, 1, 2], [0, 0, 3, 3, 3]],
    ["3.14", [0, N, -1, -2], [0, -1, 1, 2], [3, 0, 3, 3]],
    ["-.5", [N, N, -1], [-1, -1, 0], [0, 0, 1]],
    ["1,234", [3, N, 2, 1, 0], [0, -1, 1, 2, 3], [4, 0, 4, 4, 4]],
    ["12/3", [1, 0, N, 0], [0, 1, -1, 0], [2, 2, 0, 1]],
    ["1.5e-12", [0, N, -1, N, N, 1, 0], [0, -1, 1, -1, -1, 0, 1], [2, 0, 2, 0, 0, 2, 2]],
    ["12%", [1, 0, N], [0, 1, -1], [2, 2, 0]],
    ["x12", [N, N, N], [-1, -1, -1], [0, 0, 0]],
    ["0x12", [N, N, N, N], [-1, -1, -1, -1], [0, 0, 0, 0]],
    ["٣٤", [1, 0], [0, 1], [2, 2]],
  ])("of %s", (text, ...expected) => {
    expect(places(text)).toEqual(expected);
  });

  it("keep the digits of \\frac12 apart", () => {
    expect(places("\\frac12")[2]).toEqual([0, 0, 0, 0, 0, 1, 1]);
    expect(places("\\frac{12}{3}")[2]).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 1, 0]);
  });

  it("by token: the place of the last digit and the index of the first", () => {
    const text = "is 1234567.";
    const starts = [0, 2, 3, 6, 9, 10];
    const ends = [2, 3, 6, 9, 10, 11];
    const { place, index, count } = digitPlaces(starts, ends, findNumbers(text));
    expect([...place]).toEqual([N, N, 4, 1, 0, N]);
    expect([...index]).toEqual([-1, -1, 0, 3, 6, -1]);
    expect([...count]).toEqual([0, 0, 7, 7, 7, 0]);
  });

  it("by token: the bytes of one character share its digit", () => {
    const { place } = digitPlaces([0, 0, 1, 1], [1, 1, 2, 2], findNumbers("٣٤"));
    expect([...place]).toEqual([1, 1, 0, 0]);
  });

  it("are cut to 16 bits", () => {
    const text = "9".repeat(40_000);
    const { place, index, count } = textDigitPlaces(text);
    expect([place[0], index[39_999], count[0], place[39_999]]).toEqual([32767, 32767, 32767, 0]);
  });

  it("of no tokens are none", () => {
    expect(digitPlaces([], [], findNumbers("123")).place).toHaveLength(0);
  });
});

describe("tokens of a span", () => {
  const starts = [0, 2, 2, 3, 6];
  const ends = [2, 3, 3, 6, 9];

  it.each([
    [0, 2, 0, 1],
    [0, 9, 0, 5],
    [2, 3, 1, 3],
    [1, 4, 0, 4],
    [4, 5, 3, 4],
    [8, 9, 4, 5],
    [9, 12, 5, 5],
  ])("[%i, %i) are [%i, %i)", (start, end, first, last) => {
    expect(tokenSpan(starts, ends, { start, end })).toEqual([first, last]);
  });

  it("are none where there are no tokens", () => {
    expect(tokenSpan([], [], { start: 0, end: 3 })).toEqual([0, 0]);
    expect(tokenSpan([0, 8], [2, 9], { start: 3, end: 5 })).toEqual([1, 1]);
  });

  it("are those that a linear search finds", () => {
    for (let start = 0; start < 9; start++) {
      for (let end = start + 1; end <= 9; end++) {
        const inside = starts.flatMap((s, i) =>
          s < end && (ends[i] as number) > start ? [i] : [],
        );
        expect(tokenSpan(starts, ends, { start, end })).toEqual([
          inside[0],
          (inside.at(-1) as number) + 1,
        ]);
      }
    }
  });
});
