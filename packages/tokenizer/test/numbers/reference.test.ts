import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNumbers } from "../../src/numbers/math-number.js";
import { referenceNumbers } from "./reference.js";
import { SEED } from "./support.js";

const found = (text: string) =>
  findNumbers(text).map(({ kind, start, end }) => `${kind} ${start} ${end}`);

const pieces = fc.constantFrom(
  ..."0 1 2 12 34 123 234 1000 2024 10 01 15 . , - + / % * ^ e E x ( ) [ ] = < : ; $ a the st th percent Z T 2024-01-15 1/15/2024 2024/1/15 1,234 1/2 10^ 0x1 0b1 .5 1.5 $- -$ %3".split(
    " ",
  ),
  " ",
  " ",
  "\n",
);

describe("numbers are those of the reference", () => {
  it("in random texts", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(found(text)).toEqual(referenceNumbers(text));
      }),
      { seed: SEED, numRuns: 10_000 },
    );
  });

  const { problems } = JSON.parse(
    readFileSync(new URL("../golden/gsm8k-problems.json", import.meta.url), "utf8"),
  ) as { problems: readonly [question: string, answer: string][] };

  it("in problems of gsm8k, question and answer", () => {
    let numbers = 0;
    for (const text of problems.flat()) {
      const expected = referenceNumbers(text);
      expect([text, ...found(text)]).toEqual([text, ...expected]);
      numbers += expected.length;
    }
    expect(numbers).toBeGreaterThan(500);
  });

  it("in all of gsm8k's words nothing, once the digits are gone", () => {
    for (const text of problems.flat()) expect(found(text.replace(/[\d½¼¾]/g, ""))).toEqual([]);
  });
});
