// The normal form of a term: what its functions come to on top of arithmetic and powers.

import { factor } from "./factor.js";
import {
  addPolynomials,
  asRational,
  type Factor,
  keyOfFactors,
  ONE_POLYNOMIAL,
  onlyMonomial,
  type Polynomial,
  scale,
  single,
  ZERO_POLYNOMIAL,
} from "./polynomial.js";
import { MAX_ROOT_BITS, Powers } from "./powers.js";
import { fromRational, generator, type Quotient, whole } from "./quotients.js";
import { Rational } from "./rational.js";
import type { Term } from "./term.js";

const HALF = Rational.of(1, 2);
const NEGATIVE = Rational.of(-1);

/** Makes normal forms that can be compared with each other. */
export class NormalForms extends Powers {
  /** The form of `term`; `undefined` if it has no value, none that is known here, or too large a form. */
  of(term: Term): Quotient | undefined {
    this.work.spend(1);
    switch (term.op) {
      case "rational":
        return fromRational(term.value);
      case "constant":
        return term.name === "infinity" ? undefined : generator(term.name);
      case "variable":
        return generator(`$${term.name}`);
      case "add": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && this.add(x, y);
      }
      case "multiply": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && this.multiply(x, y);
      }
      case "divide": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && this.divide(x, y);
      }
      case "power": {
        const exponent = this.of(term.right);
        const base = exponent && this.of(term.left);
        return base && this.power(base, exponent);
      }
      case "call": {
        const args: Quotient[] = [];
        for (const argument of term.args) {
          const form = this.of(argument);
          if (form === undefined) return undefined;
          args.push(form);
        }
        return this.#call(term.name, args);
      }
    }
  }

  #call(name: string, args: readonly Quotient[]): Quotient | undefined {
    const [x, y] = args;
    if (x === undefined) return undefined;
    switch (name) {
      case "sqrt":
        return this.power(x, fromRational(HALF));
      case "root": {
        const order = y === undefined ? undefined : this.divide(fromRational(Rational.one), y);
        return order && this.power(x, order);
      }
      case "exp":
        return this.power(generator("e"), x);
      case "ln":
        return this.#ln(x);
      case "log": {
        const [top, bottom] = [this.#ln(x), this.#ln(y ?? fromRational(Rational.of(10)))];
        return top && bottom && this.divide(top, bottom);
      }
      case "sin":
      case "cos":
        return this.#sine(name, x);
      case "tan": {
        const [sin, cos] = [this.#sine("sin", x), this.#sine("cos", x)];
        return sin && cos && this.divide(sin, cos);
      }
      case "cot": {
        const [sin, cos] = [this.#sine("sin", x), this.#sine("cos", x)];
        return sin && cos && this.divide(cos, sin);
      }
      case "sec":
      case "csc": {
        const under = this.#sine(name === "sec" ? "cos" : "sin", x);
        return under && this.divide(fromRational(Rational.one), under);
      }
      case "sinh":
      case "cosh": {
        const [up, down] = [this.#call("exp", [x]), this.#call("exp", [this.negate(x)])];
        const sum = up && down && this.add(up, name === "sinh" ? this.negate(down) : down);
        return sum && this.multiply(sum, fromRational(HALF));
      }
      case "tanh": {
        const [sinh, cosh] = [this.#call("sinh", args), this.#call("cosh", args)];
        return sinh && cosh && this.divide(sinh, cosh);
      }
      case "arcsin":
      case "arccos":
      case "arctan":
        return this.#angle(name, x) ?? this.opaque(name, args);
      case "abs": {
        const value = x.under === ONE_POLYNOMIAL ? asRational(x.over) : undefined;
        if (value !== undefined) return fromRational(value.abs());
        const even = this.#even(x);
        const found = this.opaque(name, [even]);
        const only = onlyMonomial(found.over)?.factors[0]?.generator;
        const square =
          even.under === ONE_POLYNOMIAL ? this.product(even.over, even.over) : undefined;
        const real = [...x.over.values()].every(({ factors }) => factors.every(isReal));
        if (only !== undefined && square !== undefined && real) {
          this.known.set(only, { order: Rational.of(2), value: square });
        }
        return found;
      }
      default:
        return this.opaque(name, args);
    }
  }

  /** `x` or `-x`, whichever has a positive coefficient first. */
  #even(x: Quotient): Quotient {
    return this.#leads(x) < 0 ? this.negate(x) : x;
  }

  #leads({ over }: Quotient): number {
    const [first] = [...over].sort(([a], [b]) => (a < b ? -1 : 1));
    return first?.[1].coefficient.sign ?? 0;
  }

  #sine(name: "sin" | "cos", x: Quotient): Quotient | undefined {
    if (x.over.size === 0) return fromRational(name === "sin" ? Rational.zero : Rational.one);
    if (x.under === ONE_POLYNOMIAL) {
      const only = onlyMonomial(x.over);
      if (only !== undefined && keyOfFactors(only.factors) === "pi*") {
        const turns = name === "cos" ? only.coefficient : only.coefficient.subtract(HALF);
        const exact = this.cosine(turns);
        if (exact !== undefined) return exact;
      }
    }
    const parts = x.under === ONE_POLYNOMIAL ? [...x.over.values()] : [];
    const [first, ...more] = parts;
    if (
      first !== undefined &&
      (more.length > 0 ? parts.length <= 3 : isMultiple(first.coefficient))
    ) {
      // Angle sums, down to the angles themselves.
      const step = more.length > 0 ? first.coefficient : Rational.of(first.coefficient.sign);
      const a = whole(single(step, first.factors));
      const b = this.add(x, this.negate(a));
      return b && this.#sineOfSum(name, a, b);
    }
    const even = this.#even(x);
    const flipped = name === "sin" && even !== x;
    const found = this.opaque(name, [even]);
    const own = onlyMonomial(found.over)?.factors[0]?.generator;
    if (name === "sin" && own !== undefined) {
      // sin^2 = 1 - cos^2
      const cos = onlyMonomial(this.opaque("cos", [even]).over)?.factors[0]?.generator ?? "";
      const square = single(NEGATIVE, [{ generator: cos, exponent: Rational.of(2) }]);
      this.known.set(own, {
        order: Rational.of(2),
        value: addPolynomials(ONE_POLYNOMIAL, square),
      });
    }
    return flipped ? this.negate(found) : found;
  }

  /** sin(a + b) = sin a cos b + cos a sin b, cos(a + b) = cos a cos b - sin a sin b. */
  #sineOfSum(name: "sin" | "cos", a: Quotient, b: Quotient): Quotient | undefined {
    const [sinA, cosA] = [this.#sine("sin", a), this.#sine("cos", a)];
    const [sinB, cosB] = [this.#sine("sin", b), this.#sine("cos", b)];
    if (!sinA || !cosA || !sinB || !cosB) return undefined;
    const [x, y] =
      name === "sin"
        ? [this.multiply(sinA, cosB), this.multiply(cosA, sinB)]
        : [this.multiply(cosA, cosB), this.multiply(sinA, sinB)];
    return x && y && this.add(x, name === "sin" ? y : this.negate(y));
  }

  /** The cosine of `q` half turns where that needs square roots only. */
  protected override cosine(q: Rational): Quotient | undefined {
    let reduced = q.subtract(Rational.of(q.multiply(HALF).floor() * 2n));
    let sign = Rational.one;
    if (reduced.compare(Rational.one) > 0) reduced = Rational.of(2).subtract(reduced);
    if (reduced.compare(HALF) > 0) {
      reduced = Rational.one.subtract(reduced);
      sign = NEGATIVE;
    }
    const known = COSINES[reduced.toString()];
    if (known === undefined) return undefined;
    let sum: Polynomial = ZERO_POLYNOMIAL;
    for (const [coefficient, square] of known) {
      const root = this.rationalRoot(Rational.of(square), 2);
      if (root !== undefined)
        sum = addPolynomials(sum, scale(root.over, coefficient.multiply(sign)));
    }
    return whole(sum);
  }

  /** The angle of an inverse function if it is a multiple of π/60 that `#cosine` knows. */
  #angle(name: string, x: Quotient): Quotient | undefined {
    const pi = generator("pi");
    for (let k = name === "arccos" ? 0 : -30; k <= (name === "arccos" ? 60 : 30); k++) {
      if (k % 5 !== 0 && k % 6 !== 0) continue;
      const angle = this.multiply(pi, fromRational(Rational.of(k, 60)));
      const back = angle && this.#call(name.slice(3), [angle]);
      if (back !== undefined && this.difference(back, x)?.size === 0) return angle;
    }
    return undefined;
  }

  #ln(x: Quotient): Quotient | undefined {
    if (x.under !== ONE_POLYNOMIAL) return this.opaque("ln", [x]);
    const only = onlyMonomial(x.over);
    const positive =
      only !== undefined &&
      only.coefficient.sign > 0 &&
      only.factors.every(({ generator: name }) => /^(?:#|e$|H)/.test(name));
    if (!positive || only === undefined || only.coefficient.bits > MAX_ROOT_BITS) {
      return this.opaque("ln", [x]);
    }
    let sum: Polynomial = ZERO_POLYNOMIAL;
    const include = (value: bigint, times: Rational) => {
      const { powers, complete } = factor(value);
      for (const [prime, count] of powers) {
        const name = `l#${prime}`;
        if (!complete && powers.at(-1)?.[0] === prime) this.unsure.add(name);
        sum = addPolynomials(
          sum,
          single(times.multiply(Rational.of(count)), [{ generator: name, exponent: Rational.one }]),
        );
      }
    };
    this.work.spend(20);
    include(only.coefficient.numerator, Rational.one);
    include(only.coefficient.denominator, NEGATIVE);
    for (const { generator: name, exponent } of only.factors) {
      if (name === "e") sum = addPolynomials(sum, single(exponent));
      else include(BigInt(name.slice(1)), exponent);
    }
    return whole(sum);
  }
}

/** Whether the sine of so many times an angle is worth writing by that of the angle. */
const isMultiple = (by: Rational): boolean =>
  by.isInteger && !by.abs().equals(Rational.one) && by.abs().numerator <= 6n;

/** Whether a factor is real for every real value of its variables. */
const isReal = ({ generator: name, exponent }: Factor): boolean =>
  name.startsWith("$") ? exponent.isInteger : /^(?:#|l#|pi$|e$)/.test(name);

const quarter = Rational.of(1, 4);
/** Cosines of multiples of π as sums of rational multiples of square roots. */
const COSINES: Readonly<Record<string, readonly (readonly [Rational, number])[]>> = {
  "0": [[Rational.one, 1]],
  "1/12": [
    [quarter, 6],
    [quarter, 2],
  ],
  "1/6": [[HALF, 3]],
  "1/5": [
    [quarter, 1],
    [quarter, 5],
  ],
  "1/4": [[HALF, 2]],
  "1/3": [[HALF, 1]],
  "2/5": [
    [quarter, 5],
    [quarter.negate(), 1],
  ],
  "5/12": [
    [quarter, 6],
    [quarter.negate(), 2],
  ],
  "1/2": [],
};
