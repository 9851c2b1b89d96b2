import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareEquivalence, equivalent, SamplerError } from "../../src/index.js";
import { pairs } from "./pairs.js";

const check = { seed: 6, numRuns: 300 };

describe("the suite of pairs", () => {
  const forms = [...new Set(pairs.map(({ form }) => form))];

  it("has at least 600, about half of them unequal", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(600);
    const equal = pairs.filter((pair) => pair.equal).length / pairs.length;
    expect(equal).toBeGreaterThan(0.4);
    expect(equal).toBeLessThan(0.6);
    expect(new Set(pairs.map(({ a, b }) => `${a} ${b}`)).size).toBe(pairs.length);
  });

  it.each(forms)("tells %s, in both orders", (form) => {
    const wrong = pairs
      .filter((pair) => pair.form === form)
      .flatMap(({ a, b, equal }) => [
        { a, b, equal },
        { a: b, b: a, equal },
      ])
      .filter(({ a, b, equal }) => compareEquivalence(a, b) !== (equal ? "equal" : "unequal"));
    expect(wrong).toEqual([]);
  });

  it("holds for each answer and itself, written with other white space", () => {
    for (const { a, b } of pairs) {
      for (const text of [a, b]) {
        expect(compareEquivalence(text, text), text).toBe("equal");
        if (text.includes("$")) continue;
        expect(compareEquivalence(text, ` $ ${text} $ `), text).toBe("equal");
      }
    }
  });
});

describe("pairs that SymPy made", () => {
  // By tools/golden/sampler-answers.py with SymPy 1.14.0.
  const golden = JSON.parse(
    readFileSync(new URL("../golden/values.json", import.meta.url), "utf8"),
  ) as { pairs: { a: string; b: string; equal: boolean }[] };

  it("are told, 400 of them", () => {
    expect(golden.pairs.length).toBe(400);
    const wrong = golden.pairs.filter(
      ({ a, b, equal }) => compareEquivalence(a, b) !== (equal ? "equal" : "unequal"),
    );
    expect(wrong).toEqual([]);
  });
});

// Values with several ways to write each.
interface Value {
  readonly forms: readonly string[];
}
const either = (value: Value, random: number): string =>
  value.forms[random % value.forms.length] ?? "";

const fraction = fc.tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 1, max: 60 })).map(
  ([n, d]): Value => ({
    forms: [
      `\\frac{${n}}{${d}}`,
      `${n}/${d}`,
      `\\dfrac{${-3 * n}}{${-3 * d}}`,
      `${n > 0 && n > d && n % d !== 0 ? `${Math.floor(n / d)}\\frac{${n % d}}{${d}}` : `${n} \\div ${d}`}`,
      `${(100 * n).toLocaleString("en-US").replaceAll(",", "{,}")}/${100 * d}`,
      `\\left(${n}\\right) \\cdot ${d}^{-1}`,
    ],
  }),
);
const surd = fc
  .tuple(
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 2, max: 30 }),
  )
  .map(
    ([a, b, c]): Value => ({
      forms: [
        `${a} + ${b}\\sqrt{${c}}`,
        `\\sqrt{${b * b * c}} + (${a})`,
        `\\frac{${2 * a}+${2 * b}\\sqrt{${c}}}{2}`,
        `${a} + \\frac{${b * c}}{\\sqrt{${c}}}`,
        `${a} - (-${b}) * ${c}^{1/2}`,
      ],
    }),
  );
const polynomial = fc
  .tuple(
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(
    ([p, q, k]): Value => ({
      forms: [
        `${k}(x+(${p}))(x+(${q}))`,
        `${k}x^2+(${k * (p + q)})x+(${k * p * q})`,
        `(x+(${q}))(${k}x+(${k * p}))`,
        `${k}x(x + (${p})) + (${q})(${k}x+(${k * p}))`,
      ],
    }),
  );
const value = fc.oneof(fraction, surd, polynomial);
const random = fc.integer({ min: 0, max: 1000 });

describe("equivalent", () => {
  it("knows a value in every way of writing it", () => {
    fc.assert(
      fc.property(value, random, random, (each, i, j) => {
        expect(compareEquivalence(either(each, i), either(each, j))).toBe("equal");
      }),
      check,
    );
  });

  it("tells a value from one that is near", () => {
    fc.assert(
      fc.property(
        value,
        random,
        random,
        fc.constantFrom("1", "10^{-9}", "\\frac{1}{10^{40}}", "\\sqrt{2}"),
        (each, i, j, by) => {
          expect(compareEquivalence(either(each, i), `${either(each, j)} + ${by}`)).toBe("unequal");
        },
      ),
      check,
    );
  });

  it("is symmetric and transitive", () => {
    const near = fc.tuple(fraction, random).map(([each, i]) => either(each, i));
    const few = fc.array(
      fc.oneof(
        near,
        fc.tuple(surd, random).map(([each, i]) => either(each, i)),
      ),
      { minLength: 3, maxLength: 3 },
    );
    // Few values, so that many are equal.
    const small = fc
      .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), random)
      .map(
        ([n, d, i]) =>
          [
            `${n}/${d}`,
            `\\frac{${n}}{${d}}`,
            `\\sqrt{\\frac{${n * n}}{${d * d}}}`,
            `${n}\\cdot ${d}^{-1}`,
          ][i % 4] ?? "",
      );
    const triple = fc.oneof(few, fc.array(small, { minLength: 3, maxLength: 3 }));
    let chains = 0;
    fc.assert(
      fc.property(triple, ([a = "", b = "", c = ""]) => {
        expect(equivalent(a, b)).toBe(equivalent(b, a));
        if (!equivalent(a, b) || !equivalent(b, c)) return;
        chains++;
        expect(equivalent(a, c)).toBe(true);
      }),
      check,
    );
    expect(chains).toBeGreaterThan(10);
  });

  it("takes any text, within its bounds, and is symmetric and reflexive on it", () => {
    const pieces = pairs.flatMap(({ a, b }) => `${a} ${b}`.match(/\\[a-z]+|\w|\S/g) ?? []);
    const junk = fc
      .array(
        fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 3 })),
        { maxLength: 14 },
      )
      .map((parts) => parts.join(""));
    let slowest = 0;
    fc.assert(
      fc.property(junk, junk, (a, b) => {
        const began = performance.now();
        const verdict = compareEquivalence(a, b);
        slowest = Math.max(slowest, performance.now() - began);
        expect(compareEquivalence(b, a)).toBe(verdict);
        expect(compareEquivalence(a, a)).toBe("equal");
      }),
      { seed: 6, numRuns: 3000 },
    );
    expect(slowest).toBeLessThan(2000);
  });

  it.each([
    ["9^{9^{9^9}}", "8^{9^{9^9}}"],
    ["5000!!!", "4999!!!"],
    ["(x+y+z)^{9999}", "(x+y+z)^{9998}"],
    [`${"(".repeat(500)}1${")".repeat(500)}`, "1"],
    ["\\sqrt{".repeat(60), "1"],
    ["1+".repeat(1000).concat("1"), "1002"],
    ["x*".repeat(900).concat("y"), "y"],
    ["((((x^{99})^{99})^{99})^{99})^{99}", "x"],
    ["e^{e^{e^{e^e}}}", "e^{e^{e^{e^{e+1}}}}"],
    [
      Array.from({ length: 500 }, (_, i) => i).join(","),
      Array.from({ length: 500 }, (_, i) => i + 1).join(","),
    ],
    [
      "\\sin(".repeat(20).concat("1", ")".repeat(20)),
      "\\cos(".repeat(20).concat("1", ")".repeat(20)),
    ],
    ["1e4000", "1e3999"],
    ["a".repeat(100_000), "b".repeat(100_000)],
    ["99999999999999999999999999999999999999999977^{1/2}", "1"],
  ])("gives up on bomb %# before it costs too much", (a, b) => {
    const began = performance.now();
    expect(equivalent(a, b)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it("rounds only if told to, and to so many places", () => {
    expect(equivalent("0.33", "1/3")).toBe(false);
    expect(equivalent("0.33", "1/3", { rounding: 2 })).toBe(true);
    expect(equivalent("0.34", "1/3", { rounding: 2 })).toBe(false);
    expect(equivalent("3.14", "\\pi", { rounding: 2 })).toBe(true);
    expect(equivalent("3.14", "\\pi", { rounding: 3 })).toBe(false);
    expect(equivalent("(0.6, 2.6667]", "(\\frac{3}{5}, \\frac{8}{3}]", { rounding: 2 })).toBe(true);
    expect(equivalent("2^{-99}", "2^{-98}", { rounding: 6 })).toBe(false);
    expect(equivalent("1.41 \\text{ cm}", "\\sqrt{2}", { rounding: 2 })).toBe(true);
  });

  it("refuses options out of their range", () => {
    for (const options of [
      { rounding: -1 },
      { rounding: 0.5 },
      { maxWork: 0 },
      { maxWork: Number.NaN },
    ]) {
      expect(() => equivalent("1", "2", options)).toThrow(SamplerError);
    }
  });

  it("says unknown rather than guess when its work is used up", () => {
    expect(compareEquivalence("\\sin 1 + \\sin 2", "\\cos 3 + \\cos 4", { maxWork: 10 })).toBe(
      "unknown",
    );
  });
});
