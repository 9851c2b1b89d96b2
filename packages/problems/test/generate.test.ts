import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostDigits } from "../src/generate.js";
import {
  type Difficulty,
  kinds,
  type Problem,
  problem,
  problems,
  type Split,
  verify,
} from "../src/index.js";

const seed = 20261126;
const difficulties: Difficulty[] = [1, 2, 3, 4, 5];
const splits: Split[] = ["train", "dev", "test", "longer", "larger"];
const cases = kinds.flatMap(({ name, beyond }) =>
  splits
    .filter((split) => (split !== "longer" && split !== "larger") || beyond.includes(split))
    .flatMap((split) => difficulties.map((difficulty) => ({ name, split, difficulty }))),
);
const equations = ({ solution }: Problem) => solution.length - 1;

describe("problems", () => {
  it("are right in every kind, split and difficulty", { timeout: 120_000 }, () => {
    const each = Math.ceil(20_000 / cases.length);
    for (const { name, split, difficulty } of cases) {
      for (const made of problems({ seed, split, kinds: [name], difficulty, count: each })) {
        expect(made).toMatchObject({ kind: name, split, difficulty });
        const faults = verify(made);
        if (faults.length > 0) throw new Error(JSON.stringify({ made, faults }));
      }
    }
  });

  it("have one equation a line", () => {
    for (const split of splits) {
      for (const { solution } of problems({ seed: 4, split, count: 2000 })) {
        for (const line of solution.slice(0, -1)) expect(line.split(" = ")).toHaveLength(2);
      }
    }
  });

  it("never ask for the sum that an equation gives", () => {
    for (const { question } of problems({
      seed: 3,
      split: "train",
      kinds: ["linear-system"],
      count: 3000,
    })) {
      if (question.includes("is x + y?")) expect(question).not.toMatch(/\b(\d*)x \+ \1y = /);
    }
  });

  it("keep training's limits, and pass them in the further sets", () => {
    const limits = new Map(kinds.map(({ name, limits }) => [name, limits]));
    for (const split of splits) {
      for (const made of problems({ seed: 2, split, count: 3000 })) {
        const { steps, digits } = limits.get(made.kind) as (typeof kinds)[number]["limits"];
        const [longer, larger] = [equations(made) > steps, mostDigits(made.question) > digits];
        if (split === "larger") expect(larger).toBe(true);
        else expect({ longer, larger }).toEqual({ longer: split === "longer", larger: false });
      }
    }
  });

  it("reach the limits that training states, so that beyond them is new by one step", () => {
    for (const { name, limits } of kinds) {
      let [steps, digits] = [0, 0];
      for (const made of problems({ seed, split: "train", kinds: [name], count: 3000 })) {
        steps = Math.max(steps, equations(made));
        digits = Math.max(digits, mostDigits(made.question));
      }
      expect({ name, steps, digits }).toEqual({ name, ...limits });
    }
  });

  it("have no answer that is right too often", () => {
    for (const { name } of kinds) {
      const counts = new Map<string, number>();
      for (const { answer } of problems({ seed, split: "train", kinds: [name], count: 2000 })) {
        counts.set(answer.text, (counts.get(answer.text) ?? 0) + 1);
      }
      expect([name, Math.max(...counts.values()) / 2000 < 0.12]).toEqual([name, true]);
      expect([name, counts.size > 60]).toEqual([name, true]);
    }
  });

  it("start anywhere, end where told, and may be iterated again", () => {
    const some = problems({ seed, split: "dev", from: 5, count: 3 });
    const expected = [5, 6, 7].map((index) => problem(seed, "dev", index));
    expect([...some]).toEqual(expected);
    expect([...some]).toEqual(expected);
    expect([...problems({ seed, split: "dev", count: 0 })]).toEqual([]);
  });
});

describe("problem", () => {
  it("gives the same problem whatever was made before", () => {
    const any = fc.record({
      seed: fc.nat(),
      split: fc.constantFrom(...splits),
      index: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(any, ({ seed, split, index }) => {
        const first = problem(seed, split, index);
        problem(seed + 1, split, index);
        expect(problem(seed, split, index)).toEqual(first);
      }),
      { seed, numRuns: 300 },
    );
  });

  it("is made again from what its id says", () => {
    for (const made of problems({ seed, split: "test", count: 200 })) {
      const [seedText, , index, kind, difficulty] = made.id.split("/");
      const options = {
        kinds: [kind as string],
        difficulty: Number(difficulty) as Difficulty,
      };
      expect(problem(Number(seedText), "test", Number(index), options)).toEqual(made);
    }
  });

  it.each([
    ["a seed below 0", () => problem(-1, "train", 0)],
    ["an index that is no integer", () => problem(1, "train", 0.5)],
    ["an unknown split", () => problem(1, "validation" as Split, 0)],
    ["an unknown kind", () => problem(1, "train", 0, { kinds: ["poetry"] })],
    ["no kind", () => problem(1, "train", 0, { kinds: [] })],
    ["a kind that can't be longer", () => problem(1, "longer", 0, { kinds: ["ratios"] })],
    ["a difficulty of 6", () => problem(1, "train", 0, { difficulty: 6 as Difficulty })],
    ["no difficulty", () => problem(1, "train", 0, { difficulty: [] })],
    ["a count below 0", () => problems({ seed: 1, split: "train", count: -1 })],
  ])("refuses %s", (_, work) => {
    expect(work).toThrow(expect.objectContaining({ code: "ERR_ARGUMENT" }));
  });
});
