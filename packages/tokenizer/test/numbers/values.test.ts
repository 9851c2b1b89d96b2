import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNumbers } from "../../src/numbers/math-number.js";
import { type Rational, rational } from "../../src/numbers/rational.js";
import { SEED, shown } from "./support.js";

/** A number as it is printed, with its exact value. */
type Printed = readonly [text: string, kind: string, value: Rational];

const power = (n: number) => 10n ** BigInt(n);
const grouped = (digits: string, separator: string) =>
  digits.replace(/\B(?=(?:\d{3})+$)/g, () => separator);
const raise = (n: number) => [...String(n)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+c] ?? "⁻").join("");
const translate = (text: string, zero: number) =>
  text.replace(/\d/g, (c) => String.fromCharCode(zero + +c));

const whole = fc.bigInt({ min: 0n, max: 10n ** 30n });
const small = fc.bigInt({ min: 1n, max: 999n });
const exponent = fc.integer({ min: -30, max: 30 });
const scripts = fc.constantFrom(0x30, 0x660, 0x6f0, 0x966, 0xe50, 0xff10);

const integer = fc
  .tuple(whole, scripts)
  .map(([n, zero]): Printed => [translate(String(n), zero), "integer", rational(n)]);

const decimal = fc
  .tuple(whole, fc.integer({ min: 1, max: 25 }), fc.boolean(), scripts)
  .map(([n, places, bare, zero]): Printed => {
    const digits = String(n).padStart(places + 1, "0");
    const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    const printed = translate(bare ? text.replace(/^0\./, ".") : text, zero);
    return [printed, "decimal", rational(n, power(places))];
  });

const groups = fc
  .tuple(
    fc.bigInt({ min: 1000n, max: 10n ** 24n }),
    fc.constantFrom(",", "{,}", ",\\!", "\\,", "_", "\u00a0", "\u2009", "\u202f"),
    fc.option(fc.integer({ min: 0, max: 999 })),
  )
  .map(([n, separator, places]): Printed => {
    const text = grouped(String(n), separator);
    if (places === null) return [text, "grouped", rational(n)];
    const value = rational(n * 1000n + BigInt(places), 1000n);
    return [`${text}.${String(places).padStart(3, "0")}`, "grouped", value];
  });

const scientific = fc
  .tuple(
    whole,
    fc.integer({ min: 0, max: 9 }),
    exponent,
    fc.constantFrom(
      "e",
      "E",
      " \\times 10^{",
      "\\times10^{",
      "×10",
      " × 10^",
      "*10^",
      "\\cdot 10^",
    ),
  )
  .map(([n, places, e, mark]): Printed => {
    const digits = String(n).padStart(places + 1, "0");
    const cut = digits.length - places;
    const mantissa = digits.slice(0, cut) + (places ? `.${digits.slice(cut)}` : "");
    const tail = mark === "×10" ? raise(e) : mark.endsWith("{") ? `${e}}` : e;
    const value = rational(n * power(Math.max(e, 0)), power(places + Math.max(-e, 0)));
    return [`${mantissa}${mark}${tail}`, "scientific", value];
  });

const fraction = fc
  .tuple(whole, small, fc.constantFrom("/", "⁄", "\\frac", "\\dfrac", "\\tfrac"))
  .map(([a, b, mark]): Printed => {
    const text = mark.length > 1 ? `${mark}{${a}}{${b}}` : `${a}${mark}${b}`;
    return [text, "fraction", rational(a, b)];
  });

const mixed = fc
  .tuple(whole, small, small, fc.constantFrom(" ", " \\frac", "\\frac", "\\,\\dfrac"))
  .map(([n, a, b, mark]): Printed => {
    const below = a + b;
    const text = mark === " " ? `${n} ${a}/${below}` : `${n}${mark}{${a}}{${below}}`;
    return [text, "mixed", rational(n * below + a, below)];
  });

const percent = fc
  .tuple(
    fc.oneof(integer, decimal, groups, fraction),
    fc.constantFrom("%", "\\%", " %", " percent"),
  )
  .map(
    ([[text, , value], sign]): Printed => [
      text + sign,
      "percent",
      rational(value.numerator, value.denominator * 100n),
    ],
  );

const radix = fc
  .tuple(whole, fc.constantFrom(2, 8, 16, 7), fc.boolean())
  .map(([n, base, subscript]): Printed => {
    const prefix = base === 2 ? "0b" : base === 8 ? "0o" : "0x";
    if (base === 7 || (subscript && base < 10)) {
      return [`${n.toString(base)}_{${base}}`, "radix", rational(n)];
    }
    return [`${prefix}${n.toString(base)}`, "radix", rational(n)];
  });

const repeating = fc
  .tuple(whole, fc.constantFrom("", "0", "12"), fc.integer({ min: 1, max: 99_999 }))
  .map(([n, places, period]): Printed => {
    const digits = String(period);
    // 1.12(34): 11234 - 112 over 9900.
    const value = rational(
      BigInt(`${n}${places}${digits}`) - BigInt(`${n}${places}`),
      (power(digits.length) - 1n) * power(places.length),
    );
    return [`${n}.${places}\\overline{${digits}}`, "repeating", value];
  });

const signed = fc
  .tuple(
    fc.oneof(integer, decimal, groups, scientific, fraction, mixed, percent, radix, repeating),
    fc.constantFrom("", "", "-", "−", "+"),
  )
  .map(([[text, kind, value], sign]): Printed => {
    const negative = sign === "-" || sign === "−";
    return [sign + text, kind, negative ? rational(-value.numerator, value.denominator) : value];
  });

const between = fc.constantFrom(
  " and ",
  "; ",
  " = ",
  ".\n",
  " is less than ",
  " \\le ",
  "$ or $",
  ", so ",
  " (x + y) ",
);

describe("a random number in a random text", () => {
  it("is found, alone, with its exact value and span", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(between, signed), { maxLength: 5 }), between, (parts, last) => {
        let text = "";
        const expected: string[] = [];
        for (const [gap, [printed, kind, value]] of parts) {
          text += gap;
          const start = text.length;
          text += printed;
          const below = value.denominator === 1n ? "" : `/${value.denominator}`;
          expected.push(`${start} ${text.length} ${kind} ${value.numerator}${below}`);
        }
        text += last;
        const found = findNumbers(text).map((n) => `${n.start} ${n.end} ${shown(n)}`);
        expect([text, ...found]).toEqual([text, ...expected]);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it("is nothing in words", () => {
    const words = fc.stringMatching(/^[A-Za-zÀ-ÿ .,;:()\\{}$%^_/+*=<>|~-]*$/);
    fc.assert(
      fc.property(words, (text) => {
        expect(findNumbers(text)).toEqual([]);
      }),
      { seed: SEED },
    );
  });

  it("has a value that is undefined rather than dear", () => {
    const before = process.cpuUsage();
    for (const text of [
      "1e999999999",
      "9".repeat(1_000_000),
      `0.${"9".repeat(1_000_000)}`,
      `1/${"9".repeat(1_000_000)}`,
      `0.\\overline{${"9".repeat(1_000_000)}}`,
      `0x${"f".repeat(1_000_000)}`,
      `1e${"9".repeat(1_000_000)}`,
      `${"1".repeat(1_000_000)}_{2}`,
      `1${",000".repeat(250_000)}`,
    ]) {
      const [number, ...others] = findNumbers(text);
      expect(others).toEqual([]);
      expect(number?.value).toBeUndefined();
    }
    expect(process.cpuUsage(before).user).toBeLessThan(3e6);
  });

  it("has a value of 10,000 digits in reasonable time", () => {
    const before = process.cpuUsage();
    const [number] = findNumbers(`${"7".repeat(9_999)}/${"3".repeat(9_998)}`);
    expect(number?.value?.numerator).toBeDefined();
    expect(process.cpuUsage(before).user).toBeLessThan(2e6);
  });
});
