// Encloses the value of a term in a ball, at values of its variables.

import { ball, containsZero, ONE, ZERO } from "./ball.js";
import { type Complex, ComplexBalls, I } from "./complex.js";
import { rangeProduct } from "./integer.js";
import { Rational } from "./rational.js";
import type { Term } from "./term.js";
import type { Work } from "./work.js";

type Maybe = Complex | undefined;

export class Enclosure {
  readonly #balls: ComplexBalls;
  readonly #values: ReadonlyMap<string, Rational>;

  constructor(bits: number, work: Work, values: ReadonlyMap<string, Rational> = new Map()) {
    this.#balls = new ComplexBalls(bits, work);
    this.#values = values;
  }

  /** `undefined` if `term` has no value there, or none that can be enclosed at this precision. */
  of(term: Term): Maybe {
    const c = this.#balls;
    switch (term.op) {
      case "rational":
        return { re: c.real.rational(term.value) };
      case "constant":
        if (term.name === "pi") return { re: c.real.pi() };
        if (term.name === "e") return c.exp({ re: ONE });
        return term.name === "i" ? I : undefined;
      case "variable": {
        const value = this.#values.get(term.name);
        return value && { re: c.real.rational(value) };
      }
      case "add": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && c.add(x, y);
      }
      case "multiply": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && c.multiply(x, y);
      }
      case "divide": {
        const [x, y] = [this.of(term.left), this.of(term.right)];
        return x && y && c.divide(x, y);
      }
      case "power":
        return this.#power(term.left, term.right);
      case "call":
        return this.#call(term.name, term.args);
    }
  }

  #power(left: Term, right: Term): Maybe {
    const c = this.#balls;
    const exponent = this.#rational(right);
    const base = this.of(left);
    if (base === undefined) return undefined;
    if (exponent !== undefined) {
      if (exponent.isInteger) return c.power(base, exponent.numerator);
      if (
        exponent.denominator <= 64n &&
        exponent.numerator < 4096n &&
        exponent.numerator > -4096n
      ) {
        const root = c.root(base, Number(exponent.denominator));
        return root && c.power(root, exponent.numerator);
      }
    }
    const power = this.of(right);
    if (power === undefined) return undefined;
    const log = c.ln(base);
    return log && c.exp(c.multiply(log, power));
  }

  /** The exact value of a term made of rationals and variables, so that (-1)^n and the like are exact. */
  #rational(term: Term): Rational | undefined {
    if (term.op === "rational") return term.value;
    if (term.op === "variable") return this.#values.get(term.name);
    if (term.op === "constant" || term.op === "call" || term.op === "power") return undefined;
    const left = this.#rational(term.left);
    const right = left && this.#rational(term.right);
    if (left === undefined || right === undefined || left.bits + right.bits > 256) return undefined;
    if (term.op === "add") return left.add(right);
    if (term.op === "multiply") return left.multiply(right);
    return right.isZero ? undefined : left.divide(right);
  }

  #call(name: string, args: readonly Term[]): Maybe {
    const c = this.#balls;
    const [first, second] = args;
    if (first === undefined) return undefined;
    const exact = this.#discrete(name, args);
    if (exact !== undefined) return { re: c.real.rational(exact) };
    const x = this.of(first);
    if (x === undefined) return undefined;
    const over = (top: Maybe, bottom: Maybe): Maybe => top && bottom && c.divide(top, bottom);
    const one: Complex = { re: ONE };
    switch (name) {
      case "sqrt":
        return c.root(x, 2);
      case "root": {
        const order = second && this.#rational(second);
        if (order === undefined || !order.isInteger || order.sign <= 0 || order.numerator > 64n)
          return undefined;
        return c.root(x, Number(order.numerator));
      }
      case "exp":
        return c.exp(x);
      case "ln":
        return c.ln(x);
      case "log": {
        const base = second === undefined ? { re: ball(10n) } : this.of(second);
        return base && over(c.ln(x), c.ln(base));
      }
      case "sin":
        return c.sinCos(x)?.sin;
      case "cos":
        return c.sinCos(x)?.cos;
      case "tan":
      case "cot": {
        const at = c.sinCos(x);
        return at && (name === "tan" ? over(at.sin, at.cos) : over(at.cos, at.sin));
      }
      case "sec":
        return over(one, c.sinCos(x)?.cos);
      case "csc":
        return over(one, c.sinCos(x)?.sin);
      case "sinh":
      case "cosh":
      case "tanh": {
        const [up, down] = [c.exp(x), c.exp(c.negate(x))];
        if (up === undefined || down === undefined) return undefined;
        const [sum, difference] = [c.add(up, down), c.add(up, c.negate(down))];
        if (name === "tanh") return over(difference, sum);
        return over(name === "sinh" ? difference : sum, { re: ball(2n) });
      }
      case "arcsin":
        return c.asin(x);
      case "arccos": {
        const pi = c.real.pi();
        const angle = c.asin(x);
        return angle && c.add({ re: ball(pi.middle, pi.exponent - 1, pi.radius) }, c.negate(angle));
      }
      case "arctan":
        return c.atan(x);
      case "abs":
        return c.abs(x);
      case "arg":
        return c.arg(x);
      case "Re":
        return { re: x.re };
      case "Im":
        return { re: x.im ?? ZERO };
      case "sgn":
        if (x.im !== undefined || containsZero(x.re)) return undefined;
        return { re: ball(x.re.middle > 0n ? 1n : -1n) };
      case "floor":
      case "ceil": {
        if (x.im !== undefined) return undefined;
        const low = wholePart(x.re.middle - x.re.radius, x.re.exponent, name === "ceil");
        const high = wholePart(x.re.middle + x.re.radius, x.re.exponent, name === "ceil");
        return low === high && low !== undefined ? { re: ball(low) } : undefined;
      }
      default:
        return undefined;
    }
  }

  /** Functions of integers, and those that only choose among rationals. */
  #discrete(name: string, args: readonly Term[]): Rational | undefined {
    if (!DISCRETE.has(name)) return undefined;
    const values: Rational[] = [];
    for (const argument of args) {
      const value = this.#rational(argument);
      if (value === undefined) return undefined;
      values.push(value);
    }
    const [n, k] = values;
    if (n === undefined) return undefined;
    if (name === "floor") return Rational.of(n.floor());
    if (name === "ceil") return Rational.of(n.ceil());
    if (name === "max" || name === "min") {
      return values.reduce((best, each) =>
        best.compare(each) > 0 === (name === "max") ? best : each,
      );
    }
    if (!n.isInteger || n.sign < 0 || n.numerator > 2000n) return undefined;
    if (name === "factorial") return Rational.of(rangeProduct(1, Number(n.numerator)));
    if (k === undefined || !k.isInteger || k.sign < 0) return undefined;
    const [top, some] = [Number(n.numerator), Number(k.numerator)];
    if (some > top) return Rational.zero;
    return Rational.of(rangeProduct(top - some + 1, top), rangeProduct(1, some));
  }
}

const DISCRETE = new Set(["factorial", "binom", "floor", "ceil", "max", "min"]);

function wholePart(x: bigint, exponent: number, up: boolean): bigint | undefined {
  if (exponent >= 0) return exponent > 4096 ? undefined : x << BigInt(exponent);
  const by = BigInt(-exponent);
  return up ? -(-x >> by) : x >> by;
}
