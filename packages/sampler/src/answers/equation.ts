// Whether two equations or inequalities say the same: their differences of sides are multiples of each other.

import { isNegative, isPositive } from "../exact/ball.js";
import { ComplexBalls, isNonZero } from "../exact/complex.js";
import { Enclosure } from "../exact/enclose.js";
import { NormalForms } from "../exact/normal-form.js";
import {
  type Factor,
  keyOfFactors,
  type Monomial,
  mergeFactors,
  ONE_POLYNOMIAL,
  type Polynomial,
} from "../exact/polynomial.js";
import { Rational } from "../exact/rational.js";
import type { Verdict } from "../exact/same-value.js";
import { type Term, variablesOf } from "../exact/term.js";
import type { Work } from "../exact/work.js";

/**
 * Whether `f = 0` and `g = 0` are one equation up to a constant factor and denominators; with `directed`, whether
 * `f < 0` and `g < 0` are one inequality, so that the factor has to be positive.
 */
export function sameEquation(f: Term, g: Term, directed: boolean, work: Work): Verdict {
  const [left, right] = [variablesOf(f), variablesOf(g)];
  if (left.size !== right.size || [...left].some((name) => !right.has(name))) return "unequal";
  const forms = new NormalForms(work);
  const x = forms.of(f);
  const y = x && forms.of(g);
  if (x !== undefined && y !== undefined) {
    const cleared = !directed || (x.under === ONE_POLYNOMIAL && y.under === ONE_POLYNOMIAL);
    if (cleared) {
      const [p, q] = directed
        ? [x.over, y.over]
        : [withoutDenominators(x.over), withoutDenominators(y.over)];
      const ratio = proportion(p, q);
      if (ratio !== undefined) return !directed || ratio.sign > 0 ? "equal" : "unequal";
    }
  }
  return atPoints(f, g, [...left].sort(), directed, work);
}

/** The polynomial times what makes its variables' exponents at least 0. */
function withoutDenominators(polynomial: Polynomial): Polynomial {
  const lowest = new Map<string, Rational>();
  for (const { factors } of polynomial.values()) {
    for (const { generator, exponent } of factors) {
      if (!generator.startsWith("$") || exponent.sign >= 0) continue;
      const known = lowest.get(generator);
      if (known === undefined || exponent.compare(known) < 0) lowest.set(generator, exponent);
    }
  }
  if (lowest.size === 0) return polynomial;
  const lift: Factor[] = [...lowest]
    .map(([generator, exponent]) => ({ generator, exponent: exponent.negate() }))
    .sort((a, b) => (a.generator < b.generator ? -1 : 1));
  const lifted = new Map<string, Monomial>();
  for (const { coefficient, factors } of polynomial.values()) {
    const product = mergeFactors(factors, lift);
    lifted.set(keyOfFactors(product), { coefficient, factors: product });
  }
  return lifted;
}

/** `q / p` if that is a rational other than 0. */
function proportion(p: Polynomial, q: Polynomial): Rational | undefined {
  if (p.size !== q.size || p.size === 0)
    return p.size === 0 && q.size === 0 ? Rational.one : undefined;
  let ratio: Rational | undefined;
  for (const [key, { coefficient }] of p) {
    const other = q.get(key)?.coefficient;
    if (other === undefined) return undefined;
    const here = other.divide(coefficient);
    if (ratio !== undefined && !ratio.equals(here)) return undefined;
    ratio = here;
  }
  return ratio;
}

const BITS = 192;

/** Whether f(P) g(Q) = f(Q) g(P) at points that differ. */
function atPoints(
  f: Term,
  g: Term,
  names: readonly string[],
  directed: boolean,
  work: Work,
): Verdict {
  if (names.length === 0) return "unknown";
  const balls = new ComplexBalls(BITS, work);
  const seen: {
    f: NonNullable<ReturnType<Enclosure["of"]>>;
    g: NonNullable<ReturnType<Enclosure["of"]>>;
  }[] = [];
  let state = 12345;
  for (let attempt = 0; attempt < 12 && seen.length < 5; attempt++) {
    const values = new Map(
      names.map((name) => {
        // Numerical Recipes' linear congruence; the points only have to lie apart.
        state = (state * 1664525 + 1013904223) % 2 ** 32;
        const sign = attempt % 2 === 0 ? 1 : -1;
        return [name, Rational.of(sign * ((state >>> 8) + 1), 1 << 22)];
      }),
    );
    const at = new Enclosure(BITS, work, values);
    const [x, y] = [at.of(f), at.of(g)];
    if (x !== undefined && y !== undefined) seen.push({ f: x, g: y });
  }
  const [first, ...rest] = seen;
  if (first === undefined || rest.length < 3) return "unknown";
  for (const each of rest) {
    const difference = balls.add(
      balls.multiply(first.f, each.g),
      balls.negate(balls.multiply(each.f, first.g)),
    );
    if (isNonZero(difference)) return "unequal";
  }
  if (!directed) return "equal";
  const ratio = balls.divide(first.g, first.f)?.re;
  if (ratio === undefined) return "unknown";
  return isPositive(ratio) ? "equal" : isNegative(ratio) ? "unequal" : "unknown";
}
