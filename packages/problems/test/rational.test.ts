import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../src/index.js";

const seed = 20261126;
const whole = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const rational = fc
  .tuple(
    whole,
    whole.filter((d) => d !== 0n),
  )
  .map(([n, d]) => Rational.of(n, d));

describe("Rational", () => {
  it("is a field", () => {
    fc.assert(
      fc.property(rational, rational, rational, (a, b, c) => {
        expect(a.add(b).equals(b.add(a))).toBe(true);
        expect(a.multiply(b.add(c)).equals(a.multiply(b).add(a.multiply(c)))).toBe(true);
        expect(a.subtract(a).isZero).toBe(true);
        if (!b.isZero) expect(a.divide(b).multiply(b).equals(a)).toBe(true);
      }),
      { seed },
    );
  });

  it("is in lowest terms with the sign above", () => {
    expect(Rational.of(6, -8).toString()).toBe("-3/4");
    expect(JSON.stringify({ value: Rational.of(8, 4) })).toBe('{"value":"2"}');
  });

  it("refuses a denominator of 0 and numbers that are not exact", () => {
    const code = "ERR_ARGUMENT";
    expect(() => Rational.of(1, 0)).toThrow(expect.objectContaining({ code }));
    expect(() => Rational.of(1).divide(Rational.of(0))).toThrow(expect.objectContaining({ code }));
    expect(() => Rational.of(0.5)).toThrow(expect.objectContaining({ code }));
    expect(() => Rational.of(2 ** 53)).toThrow(expect.objectContaining({ code }));
  });
});
