// What would be right in place of a wrong number.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateExact } from "../../src/expression/evaluate.js";
import { parseExpression } from "../../src/expression/parse.js";
import { StepChecker } from "../../src/steps/step-checker.js";

function corrected(line: string): string | undefined {
  const { claims } = new StepChecker().check(line);
  const correction = claims.find(({ verdict }) => verdict === "false")?.correction;
  if (correction === undefined) return undefined;
  return line.slice(0, correction.start) + correction.text + line.slice(correction.end);
}

it.each([
  // The result is a number.
  ["27 * 141 = 3497", "27 * 141 = 3807"],
  ["Second group: 27 * 141 = 3497", "Second group: 27 * 141 = 3807"],
  ["1918 / 7 = 234 parcels", "1918 / 7 = 274 parcels"],
  ["7 / 2 = 3", "7 / 2 = 7/2"],
  ["7 / 2 = 3.4", "7 / 2 = 3.5"],
  ["3 - 8 = 5", "3 - 8 = -5"],
  ["2 + 2 = 5 apples", "2 + 2 = 4 apples"],
  ["3 + 4 = \\boxed{8}", "3 + 4 = \\boxed{7}"],
  ["$3 + $4 = $8", "$3 + $4 = $7"],
  ["\\$3 + \\$4 = \\$8", "\\$3 + \\$4 = \\$7"],
  ["3 - 8 = -6", "3 - 8 = -5"],
  ["7 / 3 = 2.4", "7 / 3 = 2.3"],
  // A fraction: the numerator, else the denominator, else all of it.
  ["1558 / 164 = 13/2", "1558 / 164 = 19/2"],
  ["1/2 = 98/156", "1/2 = 78/156"],
  ["(11/46) * (10/22) = 110/1092", "(11/46) * (10/22) = 110/1012"],
  // One number that the left side doesn't have.
  ["1450 - 980 + 49 = 550 + 49", "1450 - 980 + 49 = 470 + 49"],
  ["39 + 26 * 13 + 7 = 39 + 308 + 7", "39 + 26 * 13 + 7 = 39 + 338 + 7"],
  ["121 - 3 * 5 * 7 = 121 - 3 * 45", "121 - 3 * 5 * 7 = 121 - 3 * 35"],
  // Several: the last.
  ["433 = 15 * 28 + 3", "433 = 15 * 28 + 13"],
  ["1857 = 24 * 70 + 17", "1857 = 24 * 70 + 177"],
])("%s is corrected to %s", (line, expected) => {
  expect(corrected(line)).toBe(expected);
});

it.each(["2 + 2 = 4", "5 = 6", "20% of 50 = 11%", "x = 5", "2 ^ 3 * 0 = 4 * 3 * 0 + 1 ^ 2"])(
  "%s is left as it is, or at least becomes true",
  (line) => {
    const found = corrected(line);
    if (found === undefined) return;
    const tree = parseExpression(found);
    if (tree.kind === "fault" || tree.kind !== "relation") throw new Error(found);
    const [a, b] = tree.operands.map((each) => evaluateExact(each));
    expect(a?.equals(b as NonNullable<typeof b>)).toBe(true);
  },
);

describe("a random equality with one wrong number", () => {
  const number = fc.integer({ min: 2, max: 999 });
  it("becomes true where it is corrected, and is corrected where the result is wrong", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("+", "*", "-"), number), { minLength: 1, maxLength: 4 }),
        number,
        fc.integer({ min: 1, max: 50 }),
        (rest, first, off) => {
          const left = rest.reduce((text, [sign, n]) => `${text} ${sign} ${n}`, `${first}`);
          const tree = parseExpression(left);
          const value = tree.kind === "fault" ? undefined : evaluateExact(tree);
          if (value === undefined) throw new Error(left);
          const wrong = value.numerator + BigInt(off);
          expect(corrected(`${left} = ${wrong}`)).toBe(`${left} = ${value}`);
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });
});
