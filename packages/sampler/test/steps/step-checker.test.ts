import { checkSteps, type SamplerError, StepChecker } from "@ryanstream/sampler";
import { describe, expect, it } from "vitest";

describe("a step checker", () => {
  it("takes a line back", () => {
    const checker = new StepChecker();
    checker.check("2x + 3 = 11");
    const mark = checker.mark();
    expect(checker.check("Let x = 5").verdict).toBe("uncheckable");
    checker.rollback(mark);
    expect([checker.lines, checker.check("x = 4").verdict]).toEqual([1, "true"]);
  });

  it("counts lines from 0, those taken back not", () => {
    const checker = new StepChecker();
    const mark = checker.mark();
    checker.check("a");
    checker.rollback(mark);
    expect([checker.check("b").line, checker.check("c").line]).toEqual([0, 1]);
  });

  it.each([[1], [-1], [0.5], [Number.NaN]])("refuses %s as a mark", (mark) => {
    const checker = new StepChecker();
    expect(() => checker.rollback(mark)).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }) as SamplerError,
    );
  });

  it("says which kind of claim it found, and why it is so", () => {
    const { claims } = checkSteps("3 * 4 = 13");
    expect(claims).toEqual([
      {
        kind: "equality",
        verdict: "false",
        start: 0,
        end: 10,
        reason: "3 * 4 is 12, and 13 is 13",
        flags: [],
        correction: { start: 8, end: 10, text: "12" },
      },
    ]);
  });

  it("calls a line false when one of its claims is", () => {
    const { verdict, claims } = new StepChecker().check("2 + 2 = 4 and 3 + 3 = 7");
    expect([verdict, claims.map((claim) => claim.verdict)]).toEqual(["false", ["true", "false"]]);
  });
});

describe("coverage", () => {
  it("counts lines and claims that can be checked", () => {
    const { coverage } = checkSteps("There are apples.\n\n3 + 4 = 7\nx = 3\n1 = 1 = 2 - 1\n");
    expect(coverage).toEqual({
      lines: 4,
      linesWithClaims: 3,
      linesChecked: 2,
      claims: 4,
      claimsChecked: 3,
    });
  });
  it("is nothing for nothing", () => {
    expect(checkSteps("").coverage).toEqual({
      lines: 0,
      linesWithClaims: 0,
      linesChecked: 0,
      claims: 0,
      claimsChecked: 0,
    });
  });
});
