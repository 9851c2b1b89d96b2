import { type ClaimVerdict, checkSteps, StepChecker } from "@ryanstream/sampler";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fraction,
  frames,
  isAmbiguous,
  notation,
  reference,
  tree,
  wordyFrames,
  write,
  writeValue,
} from "./support/expressions.js";

const seed = 20261127;
const verdictOf = (line: string): ClaimVerdict =>
  checkSteps(line).lines[0]?.verdict ?? "uncheckable";

describe("a random calculation", () => {
  it("that is right is never false, in any notation and beside any words", () => {
    fc.assert(
      fc.property(
        tree,
        notation,
        notation,
        fc.constantFrom(...frames, ...wordyFrames),
        (calculation, how, other, frame) => {
          const value = reference(calculation);
          if (value === undefined) return;
          const line = frame(`${write(calculation, how)} = ${writeValue(value, other)}`);
          expect(verdictOf(line), line).not.toBe("false");
        },
      ),
      { seed, numRuns: 1500 },
    );
  });

  it("that is right is true where nothing but mathematics is on the line", () => {
    fc.assert(
      fc.property(tree, notation, fc.constantFrom(...frames), (calculation, how, frame) => {
        const value = reference(calculation);
        if (value === undefined) return;
        const line = frame(`${write(calculation, how)} = ${writeValue(value, how)}`);
        if (isAmbiguous(line)) return;
        expect(verdictOf(line), line).toBe("true");
      }),
      { seed, numRuns: 1500 },
    );
  });

  it("that is wrong by a whole number is false where nothing but mathematics is on the line", () => {
    fc.assert(
      fc.property(
        tree,
        notation,
        fc.constantFrom(...frames),
        fc.integer({ min: 1, max: 500 }),
        fc.boolean(),
        (calculation, how, frame, by, up) => {
          const value = reference(calculation);
          if (value === undefined) return;
          const wrong = fraction(value.n + (up ? 1n : -1n) * BigInt(by) * value.d, value.d);
          const line = frame(`${write(calculation, how)} = ${writeValue(wrong, how)}`);
          if (isAmbiguous(line)) return;
          expect(verdictOf(line), line).toBe("false");
        },
      ),
      { seed, numRuns: 1500 },
    );
  });

  it("is true or false in an annotation as it is outside, with the number copied", () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: -3, max: 3 }), (calculation, by) => {
        const value = reference(calculation);
        if (value === undefined || value.d !== 1n) return;
        const plain = { times: "*", over: "/", minus: "-", thousands: false, tight: true } as const;
        const result = `${value.n + BigInt(by)}`;
        const line = `So there are <<${write(calculation, plain)}=${result}>>${result} apples left.`;
        expect(verdictOf(line), line).toBe(by === 0 ? "true" : "false");
      }),
      { seed, numRuns: 1500 },
    );
  });
});

describe("a random linear equation", () => {
  const parts = fc.record({
    a: fc.integer({ min: 2, max: 30 }),
    b: fc.integer({ min: -50, max: 50 }).filter((b) => b !== 0),
    x: fc.integer({ min: -40, max: 40 }),
    off: fc.integer({ min: -9, max: 9 }),
    letter: fc.constantFrom("x", "y", "n", "t"),
  });
  it("accepts its solution and each step to it, and nothing else", () => {
    fc.assert(
      fc.property(parts, ({ a, b, x, off, letter }) => {
        const right = a * x + b;
        const sign = b < 0 ? "-" : "+";
        const checker = new StepChecker({
          question: `Solve ${a}${letter} ${sign} ${Math.abs(b)} = ${right}.`,
        });
        const expected = off === 0 ? "true" : "false";
        const mark = checker.mark();
        for (const line of [
          `${a}${letter} = ${right - b + off}`,
          `${letter} = ${x + off}`,
          `So $${letter} = \\frac{${right - b + a * off}}{${a}}$.`,
        ]) {
          expect(checker.check(line).verdict, line).toBe(expected);
          checker.rollback(mark);
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("a random polynomial identity", () => {
  it("is true when expanded, and false with one coefficient changed", () => {
    const coefficient = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(coefficient, coefficient, fc.integer({ min: -3, max: 3 }), (a, b, off) => {
        const line = `Expand: (x + ${a})(x + ${b}) = x^2 + ${a + b + Math.max(off, 0)}x + ${a * b}`;
        expect(verdictOf(line), line).toBe(off <= 0 ? "true" : "false");
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe("taking lines back", () => {
  const line = fc.constantFrom(
    "x + y = 10",
    "x - y = 2",
    "2x = 12",
    "x = 6",
    "x = 5",
    "Let x = 3",
    "y = 4",
    "n = 3 + 4 = 7",
    "= 8",
    "3 * 4 = 12",
    "Problem 2:",
    "x^2 = 36",
  );
  it("leaves the checker as if they hadn't been checked", () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.array(line), (kept, dropped, then) => {
        const [went, plain] = [new StepChecker(), new StepChecker()];
        for (const one of kept) {
          went.check(one);
          plain.check(one);
        }
        const mark = went.mark();
        for (const one of dropped) went.check(one);
        went.rollback(mark);
        for (const one of then) expect(went.check(one)).toEqual(plain.check(one));
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe("garbage", () => {
  const bits = fc.constantFrom(
    ..."0 1 2 9 12 3.5 1,000 .5 x y a ( ) [ ] { } + - * ** / ^ = == < > <= >= != ≈ << >> % $ \\frac \\sqrt \\boxed \\text \\pmod _ ! , ; : ... and is of half 1/2 :30 \\ ' | # \n ½ ² √ – — → 𝔸 é \u0000".split(
      " ",
    ),
    " ",
  );
  it("never throws, and spans lie in the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(bits, { maxLength: 60 }).map((parts) => parts.join("")),
          fc.string({ unit: "binary", maxLength: 80 }),
        ),
        (text) => {
          for (const { start, end, reason } of checkSteps(text, { question: text }).claims) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(text.length);
            expect(reason).not.toBe("");
          }
        },
      ),
      { seed, numRuns: 4000 },
    );
  });

  it.each([
    ["a tower of powers", "9^9^9^9 = 1"],
    ["a large power", "123456789^987654321 = 5"],
    ["a sum of large powers", `${"9^9999 + ".repeat(200)}1 = 2`],
    ["a product of large powers", `${"7^20000 * ".repeat(200)}1 = 2`],
    ["a factorial of a factorial", "9!!!! = 5"],
    ["factorials", `${"4999! * ".repeat(100)}1 = 2`],
    ["nested brackets", `${"(".repeat(5000)}1${")".repeat(5000)} = 1`],
    ["open brackets", `${"(".repeat(8000)} = 1`],
    ["open brackets and chains", "(3=3".repeat(2000)],
    ["nested fractions", `${"\\frac{1}{".repeat(2000)}1${"}".repeat(2000)} = 1`],
    ["a long number", `${"9".repeat(100_000)} = 1`],
    ["a long chain", "1 = ".repeat(4000)],
    ["many annotations", "<<1+1=2>>2".repeat(2000)],
    ["open annotations", "<<1+1=2".repeat(2000)],
    ["many stars", "*".repeat(8000)],
    ["many words", "apples ".repeat(3000)],
    ["a power with letters", "x^99999999999999999999 = y^88888888888888888888"],
    ["many letters", `${"abcdefghijklmnopqrstuvwxyz".split("").join(" + ")} = 1`],
    ["prefixes", "- ".repeat(4000)],
    ["remainders", `17 / 5 = 3 ${"remainder ".repeat(1000)}`],
    ["divisibility", "12 is divisible by 5 ".repeat(300)],
    ["ratios", "1:2 = ".repeat(1000)],
  ])("of %s is bounded in time", (_, line) => {
    const start = performance.now();
    checkSteps(line);
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it("of many equations in many letters is bounded in time", () => {
    const letters = "abcdfghjklmnopqrstuvwxyz".split("");
    const checker = new StepChecker();
    const start = performance.now();
    for (let i = 0; i < 200; i++) {
      const terms = letters.map((letter, at) => `${((i + 3) * (at + 7)) % 97}${letter}`);
      checker.check(`${terms.join(" + ")} = ${i}`);
    }
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
