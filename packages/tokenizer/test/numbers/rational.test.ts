import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareRationals,
  decimal,
  equalRationals,
  isExactDecimal,
  MAX_DIGITS,
  parseRational,
  rational,
  rationalToString,
  toDecimalString,
} from "../../src/numbers/rational.js";
import { SEED } from "./support.js";

const big = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 40n });

describe("a rational", () => {
  it("is in lowest terms with a positive denominator", () => {
    expect(rational(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
    expect(rational(0n, -7n)).toEqual({ numerator: 0n, denominator: 1n });
    fc.assert(
      fc.property(big, positive, positive, (n, d, factor) => {
        const value = rational(n * factor, -d * factor);
        expect(value).toEqual(rational(-n, d));
        expect(value.numerator * d).toBe(-n * value.denominator);
        expect(value.denominator > 0n).toBe(true);
      }),
      { seed: SEED },
    );
  });

  it("refuses a denominator of 0", () => {
    expect(() => rational(1n, 0n)).toThrow(expect.objectContaining({ code: "ERR_NUMBER" }));
  });

  it("is equal to another of the same value, and ordered", () => {
    expect(equalRationals(parseRational("0.5"), parseRational("2/4"))).toBe(true);
    expect(equalRationals(parseRational("0.5"), parseRational("0.51"))).toBe(false);
    expect(compareRationals(parseRational("-1/3"), parseRational("-0.3"))).toBeLessThan(0);
    expect(compareRationals(parseRational("1e3"), parseRational("999.9"))).toBeGreaterThan(0);
    expect(compareRationals(parseRational("1.50"), parseRational("3/2"))).toBe(0);
  });

  it.each([
    ["1/8", 20, "0.125"],
    ["2/3", 4, "0.6666"],
    ["-2/3", 4, "-0.6666"],
    ["-1/1000", 2, "0"],
    ["1200", 0, "1200"],
    ["12.50", 20, "12.5"],
    ["7/2", 0, "3"],
  ])("prints %s with %i places as %s", (text, places, expected) => {
    expect(toDecimalString(parseRational(text), places)).toBe(expected);
  });

  it.each([-1, 0.5, Number.NaN, MAX_DIGITS + 1])("refuses %d places", (places) => {
    for (const called of [toDecimalString, isExactDecimal]) {
      expect(() => called(rational(1n), places)).toThrow(
        expect.objectContaining({ code: "ERR_ARGUMENT" }),
      );
    }
  });

  it("is what its decimal string says", () => {
    fc.assert(
      fc.property(big, fc.nat(50), (n, places) => {
        const value = rational(n, 10n ** BigInt(places));
        expect(parseRational(toDecimalString(value, places))).toEqual(value);
      }),
      { seed: SEED },
    );
  });

  it.each([
    ["1/8", 3, true],
    ["1/8", 2, false],
    ["-1/3", 10_000, false],
    ["7", 0, true],
    ["1/2", 0, false],
    ["3/40", 20, true],
  ])("%s with %i places is all of it: %s", (text, places, exact) => {
    const value = parseRational(text);
    expect(isExactDecimal(value, places)).toBe(exact);
    const same = equalRationals(parseRational(toDecimalString(value, places)), value);
    expect(same).toBe(exact);
  });

  it("is what its string says", () => {
    expect(rationalToString(parseRational("-0.75"))).toBe("-3/4");
    expect(rationalToString(parseRational("12"))).toBe("12");
    fc.assert(
      fc.property(big, positive, (n, d) => {
        const value = rational(n, d);
        expect(parseRational(rationalToString(value))).toEqual(value);
      }),
      { seed: SEED },
    );
  });

  it.each([
    "",
    "-",
    "1/0",
    "1 2",
    "1e",
    "0x10",
    ".",
    "1/2/3",
    "--1",
    "1e999999999",
    "1e-999999999",
  ])("is not read from %j", (text) => {
    expect(() => parseRational(text)).toThrow(expect.objectContaining({ code: "ERR_NUMBER" }));
  });

  it("has up to 10,000 digits", () => {
    expect(decimal("9".repeat(MAX_DIGITS), 0)).toBeDefined();
    expect(decimal("9".repeat(MAX_DIGITS + 1), 0)).toBeUndefined();
    expect(decimal("1", MAX_DIGITS - 1)).toBeDefined();
    expect(decimal("1", MAX_DIGITS)).toBeUndefined();
    expect(decimal("1", Number.POSITIVE_INFINITY)).toBeUndefined();
    expect(decimal("1", Number.NEGATIVE_INFINITY)).toBeUndefined();
    expect(decimal(`${"0".repeat(2 * MAX_DIGITS)}1`, 0)).toEqual(rational(1n));
  });
});
