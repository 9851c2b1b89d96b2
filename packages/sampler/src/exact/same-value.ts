// Whether two scalars are equal: exactly where that can be decided, and otherwise by evaluation at random points, modulo
// a prime or in balls that enclose the true value. Nothing is ever equal for being near.

import { containsZero, isNegative, isPositive } from "./ball.js";
import { type Complex, ComplexBalls, errorOf, isNonZero, magnitudeOf } from "./complex.js";
import { Enclosure } from "./enclose.js";
import { valueModulo } from "./modular.js";
import { NormalForms } from "./normal-form.js";
import { Rational } from "./rational.js";
import { someTerm, subtract, type Term, variablesOf } from "./term.js";
import type { Work } from "./work.js";

export type Verdict = "equal" | "unequal" | "unknown";

/** How a verdict was reached. */
export type Method = "structure" | "exact" | "modular" | "enclosure" | "none";

export interface Comparison {
  readonly verdict: Verdict;
  readonly method: Method;
}

const said = (verdict: Verdict, method: Method): Comparison => ({ verdict, method });
const UNKNOWN = said("unknown", "none");

/** Work that may go into normal forms before values are tried. */
const FORM_WORK = 3000;
/** Precisions at which constants are told apart. */
const PRECISIONS = [96, 256, 1024];
const MAX_PRECISION = 8192;
/** Random points at which functions have to agree. */
const POINTS = 4;
const POINT_BITS = 192;

export function sameValue(a: Term, b: Term, work: Work): Comparison {
  if (a.op === "rational" && b.op === "rational") {
    return said(a.value.equals(b.value) ? "equal" : "unequal", "exact");
  }
  if (sameTerm(a, b)) return said("equal", "structure");
  const [endless, other] = [isInfinite(a), isInfinite(b)];
  if (endless !== 0 || other !== 0) {
    return said(endless === other ? "equal" : "unequal", "structure");
  }
  const exact = work.within(FORM_WORK, (part) => {
    const forms = new NormalForms(part);
    const x = forms.of(a);
    const y = x && forms.of(b);
    const difference = x && y && forms.difference(x, y);
    if (difference === undefined) return undefined;
    if (difference.size === 0) return said("equal", "exact");
    return forms.isCertain(difference) ? said("unequal", "exact") : undefined;
  });
  if (exact !== undefined) return exact;
  const names = [...variablesOf(b, variablesOf(a))].sort();
  if (names.length === 0) return compareConstants(a, b, work);
  const modular = compareModulo(a, b, names, work);
  if (modular?.verdict === "unequal") return modular;
  const points = compareAtPoints(a, b, names, work, modular === undefined ? POINTS : 1);
  // A coefficient may be a multiple of the prime; the size of the values then tells.
  return modular === undefined || points.verdict === "unequal" ? points : modular;
}

/** The sign of an infinite term; 0 for every other. */
export function isInfinite(term: Term): -1 | 0 | 1 {
  if (term.op === "constant") return term.name === "infinity" ? 1 : 0;
  if (term.op !== "multiply" || term.left.op !== "rational") return 0;
  return (isInfinite(term.right) * term.left.value.sign) as -1 | 0 | 1;
}

/** Whether two terms are written alike. */
export function sameTerm(a: Term, b: Term): boolean {
  if (a.op !== b.op) return false;
  switch (a.op) {
    case "rational":
      return b.op === "rational" && a.value.equals(b.value);
    case "constant":
    case "variable":
      return "name" in b && a.name === b.name;
    case "call":
      return (
        b.op === "call" &&
        a.name === b.name &&
        a.args.length === b.args.length &&
        a.args.every((each, i) => sameTerm(each, b.args[i] as Term))
      );
    default:
      return "left" in b && sameTerm(a.left, b.left) && sameTerm(a.right, b.right);
  }
}

/**
 * Balls that don't touch prove two numbers different. Balls that still do at a precision far past what terms of this
 * size could hide in (it grows with them) are taken for proof that they are equal.
 */
function compareConstants(a: Term, b: Term, work: Work): Comparison {
  const needed = Math.max(512, 8 * (sizeOf(a) + sizeOf(b)));
  const last = Math.min(needed, MAX_PRECISION);
  for (const bits of [...PRECISIONS, ...(last > 1024 ? [last] : [])]) {
    const enclosure = new Enclosure(bits, work);
    const x = enclosure.of(a);
    const y = x && enclosure.of(b);
    // A sum that might be 0 under a line may be told from 0 with more digits.
    if (x === undefined || y === undefined) continue;
    const { differ, agreed } = distance(x, y, bits, work);
    if (differ) return said("unequal", "enclosure");
    if (bits >= needed && agreed >= needed / 2) return said("equal", "enclosure");
  }
  return UNKNOWN;
}

function distance(
  x: Complex,
  y: Complex,
  bits: number,
  work: Work,
): { differ: boolean; agreed: number } {
  const balls = new ComplexBalls(bits, work);
  const difference = balls.add(x, balls.negate(y));
  const size = Math.max(magnitudeOf(x), magnitudeOf(y), -bits);
  return { differ: isNonZero(difference), agreed: size - errorOf(difference) };
}

/** How many binary digits a term takes to write, more or less. */
function sizeOf(term: Term): number {
  if (term.op === "rational") return term.value.bits + 2;
  if (term.op === "call") return term.args.reduce((sum, each) => sum + sizeOf(each), 8);
  return "left" in term ? sizeOf(term.left) + sizeOf(term.right) + 2 : 4;
}

/** A generator of random numbers with a period of 2^64: the same points for the same names every time. */
function* randoms(): Generator<bigint, never> {
  let state = 0x9e3779b97f4a7c15n;
  for (;;) {
    // Splitmix64 (G. L. Steele, D. Lea, C. H. Flood 2014).
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    yield z ^ (z >> 31n);
  }
}
const MASK = (1n << 64n) - 1n;

/** For rational functions of their variables only. */
function compareModulo(
  a: Term,
  b: Term,
  names: readonly string[],
  work: Work,
): Comparison | undefined {
  const isRationalFunction = (term: Term) =>
    !someTerm(
      term,
      (part) =>
        part.op === "call" ||
        part.op === "constant" ||
        (part.op === "power" && !(part.right.op === "rational" && part.right.value.isInteger)),
    );
  if (!isRationalFunction(a) || !isRationalFunction(b)) return undefined;
  const random = randoms();
  let agreed = 0;
  for (let attempt = 0; attempt < 8 && agreed < 3; attempt++) {
    const values = new Map(
      names.map((name) => [name, (random.next().value << 42n) ^ random.next().value]),
    );
    const x = valueModulo(a, values, work);
    const y = x === undefined ? undefined : valueModulo(b, values, work);
    if (x === undefined || y === undefined) continue;
    if (x !== y) return said("unequal", "modular");
    agreed++;
  }
  return agreed >= 3 ? said("equal", "modular") : undefined;
}

/** Functions of integers only. */
const INTEGERS_ONLY = new Set(["factorial", "binom", "gcd", "lcm", "mod"]);

function compareAtPoints(
  a: Term,
  b: Term,
  names: readonly string[],
  work: Work,
  count: number,
): Comparison {
  const discrete = [a, b].some((term) =>
    someTerm(
      term,
      (part) =>
        (part.op === "call" && INTEGERS_ONLY.has(part.name)) ||
        (part.op === "power" &&
          part.left.op === "rational" &&
          part.left.value.sign < 0 &&
          part.right.op !== "rational"),
    ),
  );
  const random = randoms();
  let agreed = 0;
  for (let attempt = 0; attempt < 4 * count && agreed < count; attempt++) {
    const values = new Map(
      names.map((name) => [name, point(random.next().value, attempt, discrete)]),
    );
    const enclosure = new Enclosure(POINT_BITS, work, values);
    const x = enclosure.of(a);
    const y = x && enclosure.of(b);
    if (x === undefined || y === undefined) continue;
    const found = distance(x, y, POINT_BITS, work);
    if (found.differ) return said("unequal", "enclosure");
    if (found.agreed >= POINT_BITS / 2) agreed++;
  }
  return agreed >= count ? said("equal", "enclosure") : UNKNOWN;
}

/** Between 0 and 4, every other one negative; or a natural number up to 60. */
function point(random: bigint, attempt: number, discrete: boolean): Rational {
  if (discrete) return Rational.of(1n + (random % BigInt(12 + 4 * attempt)));
  const size = Rational.of((random & 0xfffffn) + 1n, 1n << 18n);
  return attempt % 2 === 1 && (random >> 40n) % 4n !== 0n ? size.negate() : size;
}

/** -1, 0 or 1 as `a` is less than, equal to or greater than `b`; `undefined` if they aren't real or can't be ordered. */
export function compareValues(a: Term, b: Term, work: Work): number | undefined {
  if (a.op === "rational" && b.op === "rational") return a.value.compare(b.value);
  const same = sameValue(a, b, work);
  if (same.verdict === "equal") return 0;
  if (same.verdict === "unknown" || variablesOf(a).size + variablesOf(b).size > 0) return undefined;
  const difference = subtract(a, b);
  for (const bits of PRECISIONS) {
    const x = new Enclosure(bits, work).of(difference);
    if (x === undefined) continue;
    if (x.im !== undefined && !containsZero(x.im)) return undefined;
    if (isPositive(x.re)) return 1;
    if (isNegative(x.re)) return -1;
  }
  return undefined;
}
