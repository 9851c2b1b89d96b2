import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormSet } from "../src/distinct.js";
import { type Difficulty, kinds, problem, problems } from "../src/index.js";
import { splitOf } from "../src/split.js";

const seed = 20261126;
const difficulties: Difficulty[] = [1, 2, 3, 4, 5];
const cells = kinds.flatMap(({ name }) =>
  difficulties.map((difficulty) => [name, difficulty] as const),
);

describe("distinct problems", () => {
  it("of a test set neither repeat nor occur in training, in every kind and difficulty", {
    timeout: 240_000,
  }, () => {
    for (const [name, difficulty] of cells) {
      const some = { kinds: [name], difficulty };
      const tests = [...problems({ seed, split: "test", distinct: true, count: 150, ...some })];
      const forms = new Set(tests.map(({ form }) => form));
      const questions = new Set(tests.map(({ question }) => question));
      expect([name, difficulty, forms.size, questions.size]).toEqual([
        name,
        difficulty,
        tests.length,
        tests.length,
      ]);
      expect(tests.length).toBeGreaterThan(20);
      for (const form of forms) expect(splitOf(form)).toBe("test");
      for (const other of ["train", "dev"] as const) {
        for (const made of problems({ seed: seed + 1, split: other, count: 300, ...some })) {
          expect(splitOf(made.form)).toBe(other);
          expect(forms.has(made.form) || questions.has(made.question)).toBe(false);
        }
      }
    }
  });

  it("of a test set of all kinds are not among 20,000 of training", {
    timeout: 120_000,
  }, () => {
    const tests = new Set<string>();
    for (const made of problems({ seed: 1, split: "test", distinct: true, count: 5000 })) {
      tests.add(made.form).add(made.question);
    }
    expect(tests.size).toBe(10_000);
    for (const { form, question } of problems({ seed: 2, split: "train", count: 20_000 })) {
      expect(tests.has(form) || tests.has(question)).toBe(false);
    }
  });

  it("are those of the plain order that are new, whose ids make them again", () => {
    const options = { kinds: ["subtraction", "units"], difficulty: 1 as Difficulty };
    const seen = new Set<string>();
    const plain = [...problems({ seed, split: "dev", count: 400, ...options })];
    const expected = plain.filter(({ form }) => !seen.has(form) && seen.add(form));
    expect(expected.length).toBeLessThan(plain.length);
    const distinct = problems({
      seed,
      split: "dev",
      distinct: true,
      count: expected.length,
      ...options,
    });
    expect([...distinct]).toEqual(expected);
    expect([...distinct]).toEqual(expected);
    for (const made of expected.slice(0, 20)) {
      expect(problem(seed, "dev", Number(made.id.split("/")[2]), options)).toEqual(made);
    }
  });

  it("end where there are no more, and other kinds go on", { timeout: 60_000 }, () => {
    const few = { split: "test", distinct: true, difficulty: 1 } as const;
    const all = [...problems({ seed, ...few, kinds: ["counting"] })];
    const others = new Set(
      [...problems({ seed: 7, ...few, kinds: ["counting"] })].map((p) => p.form),
    );
    expect(new Set(all.map(({ form }) => form))).toEqual(others);
    const count = 6 * all.length;
    const both = [...problems({ seed, ...few, kinds: ["counting", "decimals"], count })];
    expect(both.filter(({ kind }) => kind === "counting").length).toBe(all.length);
    expect(both.length).toBe(count);
  });

  it("refuse an option that is no boolean", () => {
    expect(() => problems({ seed, split: "test", distinct: 1 as unknown as boolean })).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
    expect([...problems({ seed, split: "test", distinct: true, count: 0 })]).toEqual([]);
  });
});

describe("FormSet", () => {
  it("says what a set says", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000 }), (forms) => {
        const [set, plain] = [new FormSet(), new Set<string>()];
        for (const form of forms) {
          expect(set.add(form)).toBe(!plain.has(form));
          plain.add(form);
        }
        expect(set.size).toBe(plain.size);
      }),
      { seed, numRuns: 50 },
    );
  });

  it("takes at most 32 bytes a form once it has grown", () => {
    const set = new FormSet();
    for (let i = 0; i < 100_000; i++) set.add(`form ${i}`);
    expect(set.size).toBe(100_000);
    expect(set.bytes / set.size).toBeLessThanOrEqual(32);
  });
});
