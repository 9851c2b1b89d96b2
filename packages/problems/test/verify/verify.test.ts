import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds, type Problem, problem, Rational, verify } from "../../src/index.js";
import { mutations } from "../support/mutate.js";

const seed = 20261126;
const right: Problem = {
  id: "",
  kind: "linear-equation",
  difficulty: 2,
  split: "train",
  form: "linear-equation 3x + 5 20",
  question: "Solve for x: 3x + 5 = 20.",
  solution: ["3x = 20 - 5", "3x = 15", "x = 5", "The answer is \\boxed{5}."],
  answer: { value: Rational.of(5), text: "5" },
};

describe("verify", () => {
  it("finds nothing in a right problem", () => {
    expect(verify(right)).toEqual([]);
  });

  it("says which line is false, and what its sides are", () => {
    const wrong = { ...right, solution: right.solution.with(1, "3x = 16") };
    expect(verify(wrong)).toEqual([{ where: 1, message: "3x is 15, but 16 is 16" }]);
  });

  it("checks the equations of the question", () => {
    const wrong = { ...right, question: "Solve for x: 3x + 6 = 20." };
    expect(verify(wrong)).toEqual([{ where: "question", message: "3x + 6 = 20 does not hold" }]);
  });

  it.each([
    ["What is 12 + 30?", 43],
    ["What is 15% of 240?", 37],
    ["Find the greatest common divisor of 84 and 30.", 3],
    ["What is the least common multiple of 4, 6 and 9?", 72],
    ["What is the remainder when 17 is divided by 5?", 3],
    ["Give the whole-number quotient of 17 divided by 5.", 4],
    ["Find the smallest multiple of 7 that is greater than 30.", 36],
    ["How many of the numbers from 1 to 30 are divisible by 7?", 5],
    ["Counting in steps of 7 from 7, how many numbers are not above 30?", 5],
    ["What is the largest prime factor of 60?", 6],
    ["Find the sum of the prime factors of 60, each as often as it occurs.", 13],
    ["How many positive divisors does 60 have?", 11],
  ])("checks the answer against %j by itself", (question, value) => {
    const answer = { value: Rational.of(value), text: `${value}` };
    const solution = [`${value - 1} + 1 = ${value}`, `The answer is \\boxed{${value}}.`];
    const faults = verify({ ...right, question, solution, answer });
    expect(faults.map(({ where }) => where)).toEqual(["question"]);
  });

  it("knows which unknown is asked for", () => {
    const question = "If x + y = 7 and x - y = 1, what is x?";
    const solution = ["x = 4", "y = 3", "The answer is \\boxed{3}."];
    const wrong = { ...right, question, solution, answer: { value: Rational.of(3), text: "3" } };
    expect(verify(wrong)).toEqual([{ where: "question", message: "asks for 4, the answer is 3" }]);
  });

  it("misses a number of a story in the solution", () => {
    const question = "Ana has 7 shells and finds 4 more. How many has she?";
    const answer = { value: Rational.of(10), text: "10" };
    const solution = ["7 + 3 = 10", "The answer is \\boxed{10}."];
    expect(verify({ ...right, question, solution, answer })).toEqual([
      { where: "question", message: "4 is not used in the solution" },
    ]);
  });

  it.each([
    ["a last line without a box", right.solution.with(3, "The answer is 5.")],
    ["a box with something else", right.solution.with(3, "The answer is \\boxed{10/2}.")],
    ["a last equation that gives something else", right.solution.toSpliced(3, 0, "5 + 1 = 6")],
    ["no solution at all", []],
  ])("refuses %s", (_, solution) => {
    expect(verify({ ...right, solution }).map(({ where }) => where)).toContain("answer");
  });

  it("refuses a line that is no equation, and unknowns without a value", () => {
    const spoken = { ...right, solution: right.solution.with(0, "Take 5 away") };
    expect(verify(spoken)[0]?.where).toBe(0);
    const open = { ...right, solution: ["3y = 15", ...right.solution] };
    expect(verify(open)[0]).toEqual({ where: 0, message: "no value is given for y" });
  });

  it("finds every change of a digit in every kind of problem", { timeout: 120_000 }, () => {
    const any = fc.record({
      kind: fc.constantFrom(...kinds.map(({ name }) => name)),
      index: fc.nat(1_000_000),
      by: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(any, ({ kind, index, by }) => {
        const made = problem(seed, "train", index, { kinds: [kind] });
        for (const wrong of mutations(made, by)) {
          if (verify(wrong).length === 0) {
            throw new Error(`not found: ${JSON.stringify(wrong)} of ${JSON.stringify(made)}`);
          }
        }
      }),
      { seed, numRuns: 1500 },
    );
  });
});
