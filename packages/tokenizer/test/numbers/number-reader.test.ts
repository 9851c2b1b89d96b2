import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNumbers } from "../../src/numbers/math-number.js";
import { NumberReader } from "../../src/numbers/number-reader.js";
import { cases } from "./cases.js";
import { SEED, shown, whole } from "./support.js";

const read = (pieces: readonly string[], units: boolean) => {
  const reader = new NumberReader({ units });
  const pushed = pieces.flatMap((piece) => reader.push(piece));
  pushed.push(...reader.flush());
  expect(reader.numbers).toEqual(pushed);
  return pushed;
};

const allTexts = Object.values(cases)
  .flat()
  .map(([marked]) => marked.replace(/[«»]/g, ""));

const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(...allTexts),
      fc.constantFrom(
        ..."0 1 12 123 1234 , . - + / % \\ { } ( ) [ ] _ ^ x e E ½ ² ⁵ ٣ $ \\frac \\times \\overline{ { } km a 10 = | \n percent th".split(
          /(?<! ) /,
        ),
        " ",
        "  ",
        "{,}",
        "\\,",
        "000",
        ..." m/s^2, m^,^{2},^-2, in, in total, A of, A students, pm,room ,\\text{m}^2,\\text{ m/s^{2}},{-0.5},s^{-1}".split(
          ",",
        ),
      ),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

describe("a number reader", () => {
  it("finds what a search of the whole text finds, whatever the pieces", () => {
    fc.assert(
      fc.property(
        soup,
        fc.array(fc.nat(9), { minLength: 1 }),
        fc.boolean(),
        (text, sizes, units) => {
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) {
            const size = (sizes[i % sizes.length] as number) + (i % sizes.length === 0 ? 1 : 0);
            pieces.push(text.slice(at, at + size));
            at += size;
          }
          const numbers = findNumbers(text);
          const same = (n: (typeof numbers)[number]) => (units ? whole(n) : whole(n).slice(0, 4));
          expect(read(pieces, units).map(same)).toEqual(numbers.map(same));
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("finds no number in the span of a unit", () => {
    fc.assert(
      fc.property(soup, (text) => {
        let end = 0;
        for (const number of findNumbers(text)) {
          expect([text, number.start >= end]).toEqual([text, true]);
          end = Math.max(number.end, number.unit?.end ?? 0);
        }
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it("finds the same in a long text, unit by unit", () => {
    const text = allTexts.join(" so that ");
    const numbers = findNumbers(text);
    expect(read([...text.split("")], true).map(whole)).toEqual(numbers.map(whole));
  });

  it("reports a number as soon as nothing can change it", () => {
    const reader = new NumberReader();
    expect(reader.push("x = 1")).toEqual([]);
    expect(reader.push("2")).toEqual([]);
    expect(reader.push(";").map(shown)).toEqual(["integer 12"]);
    expect(reader.push(" y = 7").map(shown)).toEqual([]);
    expect(reader.push(" .").map(shown)).toEqual(["integer 7"]);
  });

  it("knows that it is inside a number, and the value so far", () => {
    const reader = new NumberReader();
    expect([reader.inside, reader.pending]).toEqual([false, undefined]);
    const seen: unknown[] = [];
    for (const piece of ["is", " ", "3", ".", "1", "4", " ", "or"]) {
      reader.push(piece);
      seen.push(reader.pending ? shown(reader.pending) : reader.inside);
    }
    expect(seen).toEqual([
      false,
      false,
      "integer 3",
      false,
      "decimal 31/10",
      "decimal 157/50",
      false,
      false,
    ]);
  });

  it("reads long numbers in time that grows with their length", () => {
    const reader = new NumberReader();
    const before = process.cpuUsage();
    for (let i = 0; i < 100_000; i++) reader.push("123");
    expect(reader.inside).toBe(true);
    const [number] = reader.flush();
    expect(number?.end).toBe(300_000);
    expect(number?.value).toBeUndefined();
    expect(process.cpuUsage(before).user).toBeLessThan(3e6);
  });

  it("finds boxed answers with balanced braces, whatever the pieces", () => {
    const text =
      "so \\boxed{42} and \\boxed {\\frac{1}{2}} \\boxed{\\{1\\}} \\box{3} \\boxedx{4} \\boxed{\\text{a \\boxed{b}}} \\\\boxed{5} \\boxed{open {";
    const expected = ["42", "\\frac{1}{2}", "\\{1\\}", "\\text{a \\boxed{b}}", "5"];
    for (const size of [1, 2, 3, 7, 1000]) {
      const reader = new NumberReader();
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      reader.flush();
      expect(reader.boxed.map((box) => box.text)).toEqual(expected);
      for (const box of reader.boxed) expect(text.slice(box.start, box.end)).toBe(box.text);
    }
  });

  it("gives up a boxed answer that does not end", () => {
    const reader = new NumberReader();
    reader.push("\\boxed{");
    for (let i = 0; i < 70; i++) reader.push("x".repeat(1000));
    reader.push("} \\boxed{1}");
    expect(reader.boxed.map((box) => box.text)).toEqual(["1"]);
  });
});
