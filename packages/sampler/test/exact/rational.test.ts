import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitLength, integerRoot } from "../../src/exact/integer.js";
import { Rational, SamplerError } from "../../src/index.js";

const big = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const rational = fc
  .tuple(
    fc.oneof(fc.bigInt({ min: -50n, max: 50n }), big),
    fc.oneof(fc.bigInt({ min: 1n, max: 50n }), big),
  )
  .filter(([, d]) => d !== 0n)
  .map(([n, d]) => Rational.of(n, d));
const check = { seed: 6, numRuns: 500 };

describe("Rational", () => {
  it("keeps lowest terms and a positive denominator", () => {
    expect(
      [Rational.of(6, -4), Rational.of(0, -7), Rational.of(10n ** 40n, 10n ** 39n)].map(String),
    ).toEqual(["-3/2", "0", "10"]);
    fc.assert(
      fc.property(rational, rational, (a, b) => {
        expect(a.add(b).subtract(b).equals(a)).toBe(true);
        expect(a.multiply(b).equals(b.multiply(a))).toBe(true);
        if (!b.isZero) expect(a.divide(b).multiply(b).equals(a)).toBe(true);
        expect(Math.sign(a.compare(b))).toBe(a.subtract(b).sign);
        expect(
          Rational.of(a.floor()).compare(a) <= 0 && a.compare(Rational.of(a.floor() + 1n)) < 0,
        ).toBe(true);
        expect(a.ceil()).toBe(-a.negate().floor());
      }),
      check,
    );
  });

  it("takes powers and roots, and refuses those that are too large or aren't rational", () => {
    fc.assert(
      fc.property(rational, fc.integer({ min: 1, max: 9 }), (a, n) => {
        const power = a.pow(n);
        expect(
          power?.equals(Array.from({ length: n }, () => a).reduce((x, y) => x.multiply(y))),
        ).toBe(true);
        expect(power?.root(n)?.equals(n % 2 === 0 ? a.abs() : a)).toBe(true);
        if (!a.isZero)
          expect(
            a
              .pow(-n)
              ?.multiply(power as Rational)
              .toString(),
          ).toBe("1");
      }),
      check,
    );
    expect(Rational.of(2).pow(70_000)).toBeUndefined();
    expect(
      Rational.of(-1)
        .pow(10n ** 30n + 1n)
        ?.toString(),
    ).toBe("-1");
    expect(Rational.of(2).pow(Rational.of(1, 2))).toBeUndefined();
    expect(Rational.of(-4).root(2)).toBeUndefined();
    expect(Rational.zero.pow(-1)).toBeUndefined();
  });

  it("reads decimals", () => {
    expect(
      ["-12", "0.25", ".5", "1.5e-3", "2E3", "5."].map((text) =>
        Rational.fromDecimal(text)?.toString(),
      ),
    ).toEqual(["-12", "1/4", "1/2", "3/2000", "2000", "5"]);
    for (const text of ["", ".", "1e9999", "1,2", "0x1", "--1"])
      expect(Rational.fromDecimal(text)).toBeUndefined();
  });

  it("rounds halves away from 0", () => {
    expect(
      [
        ["2.345", 2],
        ["-2.345", 2],
        ["1250", -2],
        ["0.5", 0],
      ].map(([text, digits]) =>
        Rational.fromDecimal(text as string)
          ?.round(digits as number)
          .toString(),
      ),
    ).toEqual(["47/20", "-47/20", "1300", "1"]);
  });

  it("gives a double for display", () => {
    expect(Rational.of(-1, 3).toNumber()).toBeCloseTo(-1 / 3, 15);
    expect(Rational.of(10n ** 400n, 10n ** 399n + 1n).toNumber()).toBeCloseTo(10, 10);
  });

  it("refuses a denominator of 0 and what isn't a safe integer", () => {
    expect(() => Rational.of(1, 0)).toThrow(SamplerError);
    expect(() => Rational.of(0.5)).toThrow(/safe integer/);
  });
});

describe("integers", () => {
  it("know their length and roots", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 300n }),
        fc.integer({ min: 1, max: 12 }),
        (x, n) => {
          expect(bitLength(x)).toBe(x === 0n ? 0 : x.toString(2).length);
          const root = integerRoot(x, n);
          expect(root ** BigInt(n) <= x && x < (root + 1n) ** BigInt(n)).toBe(true);
        },
      ),
      check,
    );
    for (let k = 0; k < 130; k++) {
      for (const x of [(1n << BigInt(k)) - 1n, 1n << BigInt(k)])
        expect(bitLength(x)).toBe(x === 0n ? 0 : x.toString(2).length);
    }
  });
});
