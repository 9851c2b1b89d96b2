import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractAnswer } from "../../src/index.js";

const cases: readonly (readonly [
  text: string,
  answer: string | undefined,
  source: string | undefined,
])[] = [
  ["so \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}", "boxed"],
  ["\\[ \\boxed{x = \\frac{\\sqrt{3}}{2}} \\]", "x = \\frac{\\sqrt{3}}{2}", "boxed"],
  ["\\boxed{1} was wrong, it is \\boxed{2}", "2", "boxed"],
  ["$\\boxed{1}$ and $\\boxed{2}$", "1, 2", "boxed"],
  ["\\boxed{1}, \\boxed{2}, and \\boxed{3}", "1, 2, 3", "boxed"],
  ["\\fbox{7}", "7", "boxed"],
  ["\\boxed 5 at last", "5", "boxed"],
  ["\\boxed{\\boxed{5}}", "\\boxed{5}", "boxed"],
  ["\\boxed{4} and then \\boxed{\\text{cut", "4", "boxed"],
  ["\\boxed{}\nThe answer is 3.", "3", "phrase"],
  ["\\boxed{\\{1, 2\\}}", "\\{1, 2\\}", "boxed"],
  ["48/2 = 24\n#### 42", "42", "marker"],
  ["#### 1,234\n", "1,234", "marker"],
  ["### Step 1\n#### Solution\nthe answer is 5", "5", "phrase"],
  ["The answer is 42 apples.", "42 apples", "phrase"],
  ["The answer is $42$ because of 7.", "42", "phrase"],
  ["Final Answer: The final answer is $28 \\%$. I hope it is correct.", "28 \\%", "phrase"],
  ["**Final Answer**\n\n73", "73", "phrase"],
  ["**Answer:** 12 km", "12 km", "phrase"],
  ["The answer is: $x=1$ or $x=2$.", "$x=1$ or $x=2$", "phrase"],
  ["the final answer is 1,000.50, as computed", "1,000.50", "phrase"],
  ["The answer to the question of 5 apples is 17.", "17", "phrase"],
  ["The answer is $\\frac12$ meters.", "$\\frac12$ meters", "phrase"],
  ["The correct option is B.", "B", "phrase"],
  ["Answer: (B)", "(B)", "phrase"],
  ["Answer: 2:30 p.m.", "2:30 p.m.", "phrase"],
  ["First 10 steps, then **73**. 5 of them remain.", "73", "bold"],
  ["**Step 1:** do 5\nso we get 12 dollars", "12", "number"],
  ["So x is $\\frac{1}{2}$.", "\\frac{1}{2}", "mathematics"],
  ["\\[ x = 5 \\]", "x = 5", "mathematics"],
  ["With $a = 3$ there are 7 left.", "7", "number"],
  ["so 1/2 of 3.5%", "3.5%", "number"],
  ["He has 3 left. So he pays $18.", "$18", "number"],
  ["total is 5 + 7 = 12.", "12", "number"],
  ["It was -3.", "-3", "number"],
  ["Thus (C) holds", "C", "choice"],
  ["nothing here", undefined, undefined],
  ["", undefined, undefined],
];

describe("extractAnswer", () => {
  it.each(cases)("finds in %j %j", (text, answer, source) => {
    const found = extractAnswer(text);
    expect([found?.text, found?.source]).toEqual([answer, source]);
  });

  it("gives the place of what it found", () => {
    for (const [text] of cases) {
      const found = extractAnswer(text);
      if (found === undefined || found.text.includes(", ")) continue;
      expect(text.slice(found.span.start, found.span.end)).toBe(found.text);
    }
  });

  it("takes only boxes if strict", () => {
    expect(extractAnswer("The answer is 5.", { strict: true })).toBeUndefined();
    expect(extractAnswer("#### 5", { strict: true })).toBeUndefined();
    expect(extractAnswer("\\boxed{5}", { strict: true })?.text).toBe("5");
  });

  it("finds a box wherever it stands, whatever else is there", () => {
    const text = fc.string().filter((each) => !/[\\{}]/.test(each));
    fc.assert(
      fc.property(text, text, fc.integer(), (before, after, n) => {
        expect(extractAnswer(`${before}\\boxed{${n}}${after}`)?.text).toBe(`${n}`);
      }),
      { seed: 6 },
    );
  });

  it("stays quick on what repeats", () => {
    const pieces = [
      "\\boxed{",
      "\\(",
      "$",
      "**",
      "the answer is ",
      "#### ",
      "(A",
      "1,111",
      "\\[",
      "answer of a ",
      "\\boxed{1}, ",
      "1",
      "1,",
      "1 ",
      "1/",
      " ",
      "*",
      "a ",
      "answer\n",
      "\\(a",
    ];
    for (const piece of pieces) {
      for (const end of ["", "_", "x"]) {
        const began = performance.now();
        extractAnswer(piece.repeat(60_000 / piece.length) + end);
        expect(performance.now() - began, piece).toBeLessThan(1500);
      }
    }
  });
});
