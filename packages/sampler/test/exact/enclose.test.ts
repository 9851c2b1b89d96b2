import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toTerm } from "../../src/answers/to-term.js";
import {
  type Ball,
  Balls,
  ball,
  containsZero,
  errorMagnitude,
  magnitude,
} from "../../src/exact/ball.js";
import { Enclosure } from "../../src/exact/enclose.js";
import { sameValue } from "../../src/exact/same-value.js";
import type { Term } from "../../src/exact/term.js";
import { Work } from "../../src/exact/work.js";
import { type Expression, parseExpression, Rational } from "../../src/index.js";

interface Golden {
  readonly latex: string;
  readonly plain: string;
  readonly re: string;
  readonly im: string;
}
// Made by tools/golden/sampler-answers.py with SymPy 1.14.0.
const golden = JSON.parse(
  readFileSync(new URL("../golden/values.json", import.meta.url), "utf8"),
) as { values: Golden[] };

const work = () => new Work(10_000_000);
const termOf = (text: string): Term => {
  const term = toTerm(parseExpression(text) as Expression);
  if (term === undefined) throw new Error(`no term: ${text}`);
  return term;
};

/** Whether a decimal of 50 digits is in the ball, up to its own last digit. */
function holds(found: Ball, decimal: string): boolean {
  const value = Rational.fromDecimal(decimal);
  if (value === undefined) throw new Error(decimal);
  const balls = new Balls(400, work());
  const slack = balls.multiply(
    balls.rational(value.abs().add(Rational.of(1, 10n ** 40n))),
    ball(1n, -155),
  );
  const difference = balls.subtract(found, balls.rational(value));
  return containsZero({
    ...difference,
    radius:
      difference.radius +
      (BigInt(1) << BigInt(Math.max(0, magnitude(slack) - difference.exponent))),
  });
}

describe("enclosures", () => {
  it.each(["latex", "plain"] as const)(
    "hold what SymPy finds for 300 expressions, as %s",
    (way) => {
      for (const each of golden.values) {
        const found = new Enclosure(256, work()).of(termOf(each[way]));
        expect(found, each[way]).toBeDefined();
        if (found === undefined) continue;
        expect(holds(found.re, each.re), `${each[way]} re`).toBe(true);
        expect(holds(found.im ?? ball(0n), each.im), `${each[way]} im`).toBe(true);
        expect(errorMagnitude(found.re) - Math.max(0, magnitude(found.re)), each[way]).toBeLessThan(
          -150,
        );
      }
    },
  );

  it("are the same value whichever way it is written", () => {
    for (const { latex, plain } of golden.values) {
      expect(sameValue(termOf(latex), termOf(plain), work()).verdict, latex).toBe("equal");
    }
  });

  it("tell different values apart", () => {
    for (let i = 1; i < golden.values.length; i++) {
      const [a, b] = [golden.values[i - 1], golden.values[i]];
      if (a === undefined || b === undefined || (a.re === b.re && a.im === b.im)) continue;
      expect(
        sameValue(termOf(a.latex), termOf(b.latex), work()).verdict,
        `${a.latex} ${b.latex}`,
      ).toBe("unequal");
    }
  });

  it("at more digits lie within those at fewer", () => {
    const number = fc.tuple(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.bigInt({ min: 1n, max: 10n ** 8n }),
    );
    const names = ["exp", "ln", "sin", "cos", "arctan", "sqrt", "arcsin", "abs"];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        number,
        fc.integer({ min: 40, max: 500 }),
        (name, [n, d], bits) => {
          const term: Term = {
            op: "call",
            name,
            args: [{ op: "rational", value: Rational.of(n, d) }],
          };
          const [rough, fine] = [
            new Enclosure(bits, work()).of(term),
            new Enclosure(900, work()).of(term),
          ];
          if (rough === undefined || fine === undefined) return;
          const balls = new Balls(1000, work());
          for (const [x, y] of [
            [rough.re, fine.re],
            [rough.im ?? ball(0n), fine.im ?? ball(0n)],
          ] as const) {
            expect(containsZero(balls.subtract(x, y))).toBe(true);
          }
          expect(errorMagnitude(rough.re)).toBeLessThan(
            Math.max(0, magnitude(rough.re)) - bits + 90,
          );
        },
      ),
      { seed: 6, numRuns: 400 },
    );
  });

  it("of sums and products hold the exact result", () => {
    const number = fc.tuple(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.bigInt({ min: 1n, max: 10n ** 20n }),
    );
    fc.assert(
      fc.property(number, number, fc.integer({ min: 20, max: 200 }), ([a, b], [c, d], bits) => {
        const balls = new Balls(bits, work());
        const [x, y] = [Rational.of(a, b), Rational.of(c, d)];
        const [p, q] = [balls.rational(x), balls.rational(y)];
        const fine = new Balls(2000, work());
        const check = (found: Ball | undefined, exact: Rational) => {
          if (found !== undefined)
            expect(containsZero(fine.subtract(found, fine.rational(exact)))).toBe(true);
        };
        check(balls.add(p, q), x.add(y));
        check(balls.multiply(p, q), x.multiply(y));
        if (!y.isZero) check(balls.divide(p, q), x.divide(y));
        check(balls.power(p, 7n), x.pow(7) as Rational);
      }),
      { seed: 6, numRuns: 400 },
    );
  });
});
