import { describe, expect, it } from "vitest";
import { SLASH_FRACTIONS } from "../../src/numbers/kinds.js";
import { scanNumbers } from "../../src/numbers/scan-numbers.js";
import { Scanner, scanWith } from "../../src/numbers/scanner.js";
import { NumberSpans } from "../../src/numbers/spans.js";

const SIZE = 1 << 15;

/** Units looked at, per unit of text: digit runs are the only ones without a bound. */
function stepsPerUnit(text: string): number {
  const scanner = new Scanner(text, text.length, SLASH_FRACTIONS);
  scanWith(scanner, new NumberSpans(), 0, false);
  return scanner.steps / text.length;
}

describe("the scan is linear in", () => {
  it.each([
    "1",
    "1,",
    "1,234",
    ",234",
    "1,222,",
    "1 ",
    "1 222 ",
    "1\u00a0222\u00a0",
    "1/",
    "1/2",
    "1 1/",
    "-",
    "-1",
    "1-",
    ".1",
    "1.",
    "1.1.",
    "\\frac{",
    "\\frac{1",
    "\\frac{1}{",
    "\\frac1",
    "\\frac{.1}{-",
    "\\frac{1,000",
    "\\frac{1,000}{1,000",
    "1 m^2",
    "1m^{",
    "3\\frac{1}{2}",
    "1e",
    "1e1",
    "10^",
    "1\\times10^",
    "1_",
    "1_{",
    "0x",
    "0x1",
    "a1",
    "a",
    "\\a1",
    "1{,}222",
    "0.\\overline{1",
    "1%",
    "½",
    "1½",
    "⁵",
    "10⁵",
    "2024-01-15T1",
    "1/1/",
    "$-1",
    "१",
    "क",
  ])("%j again and again, and before or after as many digits", (part) => {
    const many = part.repeat(Math.ceil(SIZE / part.length));
    expect(stepsPerUnit(many)).toBeLessThan(16);
    const digits = "1".repeat(SIZE);
    expect(stepsPerUnit(part + digits)).toBeLessThan(16);
    expect(stepsPerUnit(many + digits)).toBeLessThan(16);
    expect(stepsPerUnit(digits + many)).toBeLessThan(16);
  });

  it("1 MiB of each of the worst, for which quadratic time would be hours", () => {
    for (const part of ["1", "1,", "1,222", "\\frac{", "\\frac{1", "-", "-1", "1/", "1 1/", "a1"]) {
      const text = part.repeat(Math.ceil((1 << 20) / part.length));
      const before = process.cpuUsage();
      scanNumbers(text, new NumberSpans());
      expect(process.cpuUsage(before).user).toBeLessThan(2e7);
    }
  });
});

describe("scanNumbers", () => {
  it("appends to what is there and says how many it found", () => {
    const spans = new NumberSpans();
    expect(scanNumbers("1 and 22", spans)).toBe(2);
    expect(scanNumbers("333", spans)).toBe(1);
    expect([...spans.data.subarray(0, 9)]).toEqual([0, 1, 1, 6, 8, 1, 0, 3, 1]);
  });

  it("grows as needed", () => {
    const spans = new NumberSpans();
    expect(scanNumbers("1 ".repeat(10_000), spans)).toBe(10_000);
    expect(spans.data[3 * 9_999]).toBe(19_998);
  });
});
