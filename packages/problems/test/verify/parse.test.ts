import { describe, expect, it } from "vitest";
import { Rational } from "../../src/index.js";
import { evaluate } from "../../src/verify/parse.js";

describe("evaluate", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["10 - 3 - 2", "5"],
    ["24 / 4 / 2", "3"],
    ["24 / (4 / 2)", "12"],
    ["2^3^2", "512"],
    ["-2^2", "-4"],
    ["5 - -3", "8"],
    ["0.1 + 0.2", "3/10"],
    ["15% * 240", "36"],
    ["1/3 + 1/6", "1/2"],
    ["2(3 + 4)", "14"],
    ["123456789123456789 * 10", "1234567891234567890"],
  ])("%s is %s", (text, value) => {
    expect(evaluate(text).toString()).toBe(value);
  });

  it("puts values in for unknowns", () => {
    const unknowns = new Map([["x", Rational.of(5)]]);
    expect(evaluate("3x - 2(x + 1)", unknowns).toString()).toBe("3");
  });

  it.each([
    ["1 +"],
    ["(1 + 2"],
    ["1 2"],
    ["x"],
    ["007"],
    ["1 / 0"],
    ["2^(1/2)"],
    ["2^65"],
    ["marbles"],
    [""],
    ["1.5.2"],
  ])("refuses %j", (text) => {
    expect(() => evaluate(text)).toThrow();
  });
});
