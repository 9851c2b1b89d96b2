import { type ClaimVerdict, checkSteps, StepChecker } from "@ryanstream/sampler";
import { describe, expect, it } from "vitest";

const verdicts = (lines: readonly string[], question?: string): ClaimVerdict[] => {
  const checker = new StepChecker(question === undefined ? {} : { question });
  return lines.map((line) => checker.check(line).verdict);
};
const last = (...lines: string[]): ClaimVerdict | undefined => verdicts(lines).at(-1);

describe("the lines of a linear equation", () => {
  const question = "Solve 6(z + 2) - 9 = 3z + 48.";
  it("are true when each has the solution of the one before", () => {
    const lines = [
      "6z + 12 - 9 = 3z + 48",
      "3z + 3 = 48",
      "3z = 48 - 3",
      "3z = 45",
      "z = 45 / 3",
      "z = 15",
    ];
    expect(verdicts(lines, question)).toEqual(lines.map(() => "true"));
  });
  it("are false from a wrong one on, which isn't believed", () => {
    expect(verdicts(["6z + 12 - 9 = 3z + 48", "3z + 3 = 46", "3z = 45"], question)).toEqual([
      "true",
      "false",
      "true",
    ]);
  });
  it("are told apart from the first, which nothing can be said of", () => {
    expect(verdicts(["2x + 3 = 11", "2x = 8", "x = 5", "x = 4"])).toEqual([
      "uncheckable",
      "true",
      "false",
      "true",
    ]);
  });
  it.each([
    ["$2x + 3 = 11$", "$\\Rightarrow x = \\boxed{4}$", "\\boxed{x = 5}"],
    ["2x + 3 = 11 \\\\", "\\implies 2x &= 8 \\\\", "x &= 3"],
    ["\\frac{x}{8} = \\frac{3}{4}", "x = 6", "x = 8"],
  ])("are read in LaTeX: %s", (equation, right, wrong) => {
    expect([last(equation, right), last(equation, wrong)]).toEqual(["true", "false"]);
  });
  it("may divide by no zero", () => {
    expect(last("10x = 20", "x = 20 / 0")).toBe("false");
  });
  it("may not lose what the letter is", () => {
    expect(verdicts(["5y + 2 = 5y + 28"], "What is y when 3(y - 4) = 4y + 9?")).toEqual(["false"]);
  });
});

describe("a system of equations", () => {
  const question = "Given that 5x + y = 53 and 2x - 3y = 45, what is y?";
  it("is followed from the question to the solution", () => {
    const lines = [
      "10x + 2y = 106",
      "10x - 15y = 225",
      "17y = 106 - 225",
      "y = -7",
      "5x = 53 - 1 * (-7)",
      "x = 12",
    ];
    expect(verdicts(lines, question)).toEqual(lines.map(() => "true"));
  });
  it("denies a wrong multiple and a wrong value", () => {
    expect(verdicts(["10x + 2y = 105", "y = 7", "x = -12"], question)).toEqual([
      "false",
      "false",
      "false",
    ]);
  });
  it("denies a value that doesn't go with that of the other letter", () => {
    expect(verdicts(["x + y = 10", "x = 6", "y = 5", "y = 4"]).slice(2)).toEqual(["false", "true"]);
  });
});

describe("a solution put back", () => {
  it.each([
    [["x^2 - 5x + 6 = 0", "x = 2 or x = 3"], "true"],
    [["x^2 - 5x + 6 = 0", "x = 2 or x = 4"], "false"],
    [["x^2 - 5x + 6 = 0", "(x - 2)(x - 3) = 0"], "true"],
    [["x^2 = 2x", "x = 0", "x = 2"], "true"],
    [["xy = 12 and x + y = 7", "x = 3"], "uncheckable"],
    [["x^3 = 27", "x = 3"], "true"],
    [["x^3 = 27", "x = 9"], "false"],
  ] as const)("%j ends %s", (lines, verdict) => {
    expect(last(...lines)).toBe(verdict);
  });
});

describe("a letter that means something else", () => {
  it.each([
    ["by a definition", ["x = 5", "Let x = 7", "x + 1 = 8"]],
    ["by a running total", ["T = 5 + 3 = 8", "T = 8 + 2 = 10"]],
    ["by another value", ["n = 5: 2n + 1 = 11", "n = 6: 2n + 1 = 13"]],
    ["in another part", ["x + 1 = 5", "Part b: x + 1 = 9"]],
    ["in a case", ["When x = 0, y = 3", "When x = 1, y = 5"]],
    ["in another trial", ["2x + 1 = y", "If x = 3, y = 7", "If x = 5, y = 11"]],
    ["as another line", ["y = 2x + 3", "y = 5x - 1"]],
    ["at another point", ["y = 2x + 1", "At x = 2, y = 5", "At x = 3, y = 7"]],
    ["in another branch", ["(x - 3)(x - 2) = 0", "x - 3 = 0", "x = 3", "x - 2 = 0", "x = 2"]],
    [
      "on either side of an absolute value",
      ["|x - 3| = 5", "x - 3 = 5", "x = 8", "x - 3 = -5", "x = -2"],
    ],
    ["by an extraneous root", ["\\sqrt{x + 7} = x + 1", "x + 7 = x^2 + 2x + 1", "x = 2 or x = -3"]],
    ["by plus and minus", ["x = \\frac{5 \\pm 1}{2}", "x = 3", "x = 2"]],
    ["as the other of two", ["a + b = 5", "a = 2, b = 3", "a = 3, b = 2"]],
    ["by alternatives", ["n - 4 = 0 or n + 4 = 0", "n = 4", "n = -4"]],
    ["by a name", ["x + 1 = 5", "Now let x be the number of pens. Then x + 3 = 10."]],
    ["in a supposition", ["if 100 + 100x = 120 then x = .2", "if 140 + 140x = 147 then x = .05"]],
    ["as an assignment", ["i = 1", "i = i + 1"]],
  ])("%s is no contradiction", (_, lines) => {
    expect(verdicts(lines)).not.toContain("false");
  });
});

describe("a word that introduces an equation", () => {
  it.each([
    [["2x + 3 = 11", "Solving for x, we get x = 5"], "false"],
    [["2x + 3 = 11", "So for x we find x = 4"], "true"],
    [["2x + 3 = 11", "If this is right, 2x = 9"], "false"],
    [["If x = 3, then 2x + 1 = 8"], "false"],
    [["If x = 3, then 2x + 1 = 7"], "true"],
    [["Substituting x = 3 gives 2x + 1 = 8"], "false"],
    [["y = 2x + 1", "Let x = 2 and y = 7"], "uncheckable"],
    [["y = 2x + 1", "When 2x + 1 = 9, x = 4; when 2x + 1 = 11, x = 5"], "true"],
  ] as const)("%j ends %s", (lines, verdict) => {
    expect(last(...lines)).toBe(verdict);
  });
});

describe("expressions", () => {
  it.each([
    ["(x + 1)^2 = x^2 + 2x + 1", "true"],
    ["2x + 3x = 5x", "true"],
    ["\\frac{1}{x} + \\frac{1}{y} = \\frac{x + y}{x y}", "true"],
    ["(a + b)^2 = a^2 + 2ab + b^2", "true"],
    ["x^{-1} = \\frac{1}{x}", "true"],
    ["Expand: (x + 2)(x + 3) = x^2 + 6x + 6", "false"],
    ["(x + 1)^2 = (x + 1)(x + 1) = x^2 + 2x + 2", "false"],
    ["P + 3 + P + 6 = 3P + 9 = 95", "false"],
    ["x^2 + 1 = 2x", "uncheckable"],
    ["2x + 3 = x + 5", "uncheckable"],
    ["y = 2x + 3", "uncheckable"],
    ["\\sqrt{x^2} = x", "uncheckable"],
    ["i^2 = -1", "uncheckable"],
    ["f(x) = x^2 + 1", "uncheckable"],
    ["x^99999999999999999999 = x", "uncheckable"],
  ])("%s is %s", (line, verdict) => {
    expect(checkSteps(line).lines[0]?.verdict).toBe(verdict);
  });
  it("go on from the line before", () => {
    expect(verdicts(["(x + 2)^2 = (x + 2)(x + 2)", "&= x^2 + 4x + 4", "= x^2 + 4x + 5"])).toEqual([
      "true",
      "true",
      "false",
    ]);
  });
  it("of numbers go on from the line before", () => {
    expect(verdicts(["3 * 4 + 5", "A = 3 * 4 + 5", "= 12 + 5", "= 18"]).slice(2)).toEqual([
      "true",
      "false",
    ]);
  });
});

describe("a boxed answer", () => {
  it.each([
    ["What is z when 6(z + 2) - 9 = 3z + 48?", "15", "14"],
    ["For which x does 18x = -72 hold?", "-4", "4"],
    ["Given that 5x + y = 53 and 2x - 3y = 45, what is y?", "-7", "12"],
    ["Find $x$ if $3x = 4$.", "\\frac{4}{3}", "\\frac{3}{4}"],
    ["Find the value of n such that n^2 = 2n + 15.", "5", "4"],
  ])("is put into %s", (question, right, wrong) => {
    const say = (answer: string): ClaimVerdict[] =>
      verdicts([`The answer is \\boxed{${answer}}.`], question);
    expect([say(right), say(wrong)]).toEqual([["true"], ["false"]]);
  });
  it.each([
    ["If x + 3 = 5, what is 2x + 1?", "5"],
    ["If x + 3 = 5, what is x^2?", "4"],
    ["If x + y = 10 and x - y = 2, what is x + y?", "10"],
    ["What is 3 + 4?", "7"],
    ["Solve x^2 = 4.", "2, -2"],
  ])("isn't put into %s", (question, answer) => {
    expect(verdicts([`The answer is \\boxed{${answer}}.`], question)).toEqual(["uncheckable"]);
  });
});

describe("a question", () => {
  it("gives its equations, and no values that it asks for", () => {
    expect(verdicts(["2x = 8", "x = 5"], "For which x does 2x + 3 = 11 hold?")).toEqual([
      "true",
      "false",
    ]);
  });
});
