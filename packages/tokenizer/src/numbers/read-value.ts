// The exact value of a number, from its text and its kind.

import { superscript, vulgarFraction, zeroOf } from "./digits.js";
import { MULTIPLIER_WORDS, type NumberKind } from "./kinds.js";
import { add, decimal, multiply, negate, quotientOf, type Rational, rational } from "./rational.js";

const SEPARATORS = /\{,\}|,\\!|\\,|[,_ \u00a0\u2009\u202f٬，]/g;
const PERCENT_SIGN = /(?:\\?[%٪％]|percent|per cent)$/;

/** The text with ASCII digits, signs and points, without the sign, currency, `%` and multiplier. */
interface Parts {
  readonly negative: boolean;
  readonly body: string;
  /** Power of ten that a percent sign or a multiplier word stands for. */
  readonly scale: number;
}

function plain(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text;
  return text.replace(/[^\x20-\x7e]/g, (c) => {
    if (c === "−") return "-";
    if (c === "⁄") return "/";
    if (c === "٫" || c === "．") return ".";
    const code = c.charCodeAt(0);
    const zero = zeroOf(code);
    return zero ? String(code - zero) : c;
  });
}

function split(text: string): Parts {
  let body = plain(text);
  const negative = body[0] === "-";
  body = body.replace(/^[+-]/, "").replace(/^\\?[$¢-¥₠-⃀]/, "");
  let scale = 0;
  const percent = body.replace(PERCENT_SIGN, "");
  if (percent !== body) scale = -2;
  body = percent.replace(/(?:\\[, ]|[ \u00a0\u2009\u202f])([a-z]+)$/, (whole, word: string) => {
    if (!Object.hasOwn(MULTIPLIER_WORDS, word)) return whole;
    scale = MULTIPLIER_WORDS[word] as number;
    return "";
  });
  return { negative, body: body.replace(/(?:\\[, ]|[ \u00a0\u2009\u202f])$/, ""), scale };
}

/** Digits with an optional point and separators. */
function simple(body: string, scale: number): Rational | undefined {
  const [whole = "", places = ""] = body.replace(SEPARATORS, "").split(".");
  return decimal(whole + places, scale - places.length);
}

function scientific(body: string, scale: number): Rational | undefined {
  let exponent = "";
  // Superscripts, then ^5 and ^{5}, then e5.
  const raised = /[²³¹⁰⁴-⁹⁺⁻]+$/.exec(body);
  const caret = raised ? null : /\^\{?([+-]?\d+)\}?$/.exec(body);
  const e = raised || caret ? null : /[eE]([+-]?\d+)$/.exec(body);
  if (raised) {
    for (const c of raised[0]) {
      const value = superscript(c.charCodeAt(0));
      exponent += value === 11 ? "-" : value === 10 ? "+" : value;
    }
  } else exponent = (caret ?? e)?.[1] as string;
  let mantissa = body.slice(0, ((raised ?? caret ?? e) as RegExpExecArray).index);
  if (!e) mantissa = /^([\d.]+)\D+10$/.exec(mantissa)?.[1] ?? "1";
  return simple(mantissa, scale + Number(exponent));
}

/** `\frac12`, `\frac1{2}` or `\frac{1}{-2}` without separators, after a whole number or none. */
const FRAC = /^(\d*)\\[dtc]?frac(?:\{([+-]?)([\d.]+)\}|(\d))(?:\{([+-]?)([\d.]+)\}|(\d))$/;

/** The quotient of two runs of digits with or without a point. */
function quotient(top: string, below: string): Rational | undefined {
  const [upper = "", above = ""] = top.split(".");
  const [lower = "", under = ""] = below.split(".");
  const places = Math.max(above.length, under.length);
  return quotientOf(upper + above.padEnd(places, "0"), lower + under.padEnd(places, "0"));
}

function ratio(body: string, scale: number): Rational | undefined {
  let value: Rational | undefined;
  let whole: string | undefined;
  const last = vulgarFraction(body.at(-1) as string);
  const frac = FRAC.exec(body.replace(SEPARATORS, ""));
  if (last) {
    value = rational(BigInt(last[0]), BigInt(last[1]));
    whole = /^\d+/.exec(body)?.[0];
  } else if (frac) {
    const [, before, sign, braced, top, otherSign, otherBraced, below] = frac;
    value = quotient((braced ?? top) as string, (otherBraced ?? below) as string);
    if (value && (sign === "-") !== (otherSign === "-")) value = negate(value);
    whole = before || undefined;
  } else {
    const runs = body.match(/\d+/g) as string[];
    value = quotientOf(runs.at(-2) as string, runs.at(-1) as string);
    whole = runs.at(-3);
  }
  if (value && whole !== undefined) {
    const sum = decimal(whole, 0);
    value = sum && add(sum, value);
  }
  const power = decimal("1", scale);
  return value && power && multiply(value, power);
}

/** `0.1\overline{6}`: what does not repeat, plus the rest over 99…900…0. */
function repeating(body: string, scale: number): Rational | undefined {
  const [, whole = "", places = "", period = ""] =
    /^(\d+)\.(\d*)\\[a-z]+\{(\d+)\}/.exec(body) ?? [];
  const nines = decimal("9".repeat(period.length), places.length - scale);
  const head = decimal(whole + places, scale - places.length);
  const digits = quotientOf(period, "1");
  if (!nines || !head || !digits) return undefined;
  const tail = rational(digits.numerator * nines.denominator, nines.numerator);
  return add(head, tail);
}

function radix(body: string): Rational | undefined {
  const prefixed = /^0([xXbBoO])(\w+)$/.exec(body);
  const base = /_\{?(\d+)/.exec(body);
  if (prefixed) {
    // BigInt reads these in time that grows with the length only, unlike long decimals.
    return prefixed[0].length > 8000 ? undefined : rational(BigInt(body.toLowerCase()));
  }
  const digits = body.slice(0, base?.index);
  if (digits.length > 8000) return undefined;
  const radix = BigInt(base?.[1] as string);
  let value = 0n;
  for (const digit of digits) value = value * radix + BigInt(digit);
  return rational(value);
}

/**
 * The exact value of a number that the scanner found: `text` is what its span covers.
 * `undefined` if it would have more than 10,000 digits.
 */
export function readValue(text: string, kind: NumberKind): Rational | undefined {
  if (kind === "integer" && /^\d+$/.test(text)) return decimal(text, 0);
  const { negative, body, scale } = split(text);
  let value: Rational | undefined;
  if (kind === "scientific") value = scientific(body, scale);
  else if (kind === "radix") value = radix(body);
  else if (body.includes("\\overline") || body.includes("\\bar")) value = repeating(body, scale);
  else if (/\/|frac/.test(body) || vulgarFraction(body.at(-1) as string))
    value = ratio(body, scale);
  else value = simple(body, scale);
  return value && negative ? negate(value) : value;
}

/** Digits after the decimal point as written: 2 in `0.10`, `1.25e3` and `12.50%`, else 0. */
export function countPlaces(text: string): number {
  if (text.includes("frac")) return 0;
  return (/[.٫．]\p{Nd}+/u.exec(text)?.[0].length ?? 1) - 1;
}
