// Complex numbers as pairs of balls, on principal branches; a real number has no imaginary part at all.

import {
  type Ball,
  Balls,
  ball,
  containsZero,
  errorMagnitude,
  isNegative,
  isPositive,
  magnitude,
  ONE,
  ZERO,
} from "./ball.js";
import type { Work } from "./work.js";

export interface Complex {
  readonly re: Ball;
  /** Absent when the number is real for certain. */
  readonly im?: Ball;
}

type Maybe = Complex | undefined;

const real = (re: Ball | undefined): Maybe => (re === undefined ? undefined : { re });
const pair = (re: Ball | undefined, im: Ball | undefined): Maybe =>
  re === undefined || im === undefined ? undefined : { re, im };

export const I: Complex = { re: ZERO, im: ONE };

export class ComplexBalls {
  readonly real: Balls;

  constructor(bits: number, work: Work) {
    this.real = new Balls(bits, work);
  }

  add(x: Complex, y: Complex): Complex {
    const re = this.real.add(x.re, y.re);
    if (x.im === undefined && y.im === undefined) return { re };
    return { re, im: this.real.add(x.im ?? ZERO, y.im ?? ZERO) };
  }

  negate(x: Complex): Complex {
    const re = this.real.negate(x.re);
    return x.im === undefined ? { re } : { re, im: this.real.negate(x.im) };
  }

  multiply(x: Complex, y: Complex): Complex {
    const r = this.real;
    if (x.im === undefined && y.im === undefined) return { re: r.multiply(x.re, y.re) };
    if (x.im === undefined)
      return { re: r.multiply(x.re, y.re), im: r.multiply(x.re, y.im ?? ZERO) };
    if (y.im === undefined) return { re: r.multiply(x.re, y.re), im: r.multiply(x.im, y.re) };
    return {
      re: r.subtract(r.multiply(x.re, y.re), r.multiply(x.im, y.im)),
      im: r.add(r.multiply(x.re, y.im), r.multiply(x.im, y.re)),
    };
  }

  divide(x: Complex, y: Complex): Maybe {
    const r = this.real;
    if (y.im === undefined) {
      const re = r.divide(x.re, y.re);
      return x.im === undefined ? real(re) : pair(re, r.divide(x.im, y.re));
    }
    const size = this.#square(y);
    const top = this.multiply(x, { re: y.re, im: r.negate(y.im) });
    return pair(r.divide(top.re, size), r.divide(top.im ?? ZERO, size));
  }

  power(x: Complex, exponent: bigint): Maybe {
    if (x.im === undefined) return real(this.real.power(x.re, exponent));
    if (exponent < 0n) {
      const inverse = this.power(x, -exponent);
      return inverse && this.divide({ re: ONE }, inverse);
    }
    if (exponent > 4096n) return undefined;
    let result: Complex = { re: ONE };
    let square = x;
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = this.multiply(result, square);
      if (left > 1n) square = this.multiply(square, square);
    }
    return result;
  }

  #square({ re, im }: Complex): Ball {
    const r = this.real;
    return im === undefined ? r.multiply(re, re) : r.add(r.multiply(re, re), r.multiply(im, im));
  }

  abs(x: Complex): Maybe {
    if (x.im === undefined) {
      if (isNegative(x.re)) return this.negate(x);
      if (isPositive(x.re) || x.re.radius === 0n) return x;
      return { re: around(x.re) };
    }
    const square = this.#square(x);
    return real(this.real.sqrt(square) ?? rootAround(square));
  }

  /** The `n`th root: the real one of a real number and odd `n`, the principal one otherwise. */
  root(x: Complex, n: number): Maybe {
    const r = this.real;
    if (x.im === undefined) {
      if (!isNegative(x.re)) {
        const re = r.root(x.re, n);
        if (re !== undefined) return { re };
        const near = rootAround(x.re, n);
        return n % 2 === 1 ? { re: near } : { re: near, im: near };
      }
      const size = r.root(r.negate(x.re), n);
      if (size === undefined) return undefined;
      if (n % 2 === 1) return { re: r.negate(size) };
      if (n === 2) return { re: ZERO, im: size };
    }
    if (n === 2 && x.im !== undefined) {
      const size = this.abs(x)?.re;
      if (size === undefined) return undefined;
      // Away from the cut: sqrt z = sqrt((|z| + re) / 2) + i sign(im) sqrt((|z| - re) / 2).
      const [up, down] = [half(r.add(size, x.re)), half(r.subtract(size, x.re))];
      const [re, im] = [r.sqrt(up) ?? rootAround(up), r.sqrt(down) ?? rootAround(down)];
      if (isPositive(x.im)) return { re, im };
      if (isNegative(x.im)) return { re, im: r.negate(im) };
      if (isPositive(x.re)) return { re, im: around(im) };
      return containsZero(x.re) ? { re: around(re), im: around(im) } : undefined;
    }
    const log = this.ln(x);
    return log && this.exp(this.divide(log, { re: ball(BigInt(n)) }));
  }

  exp(x: Maybe): Maybe {
    if (x === undefined) return undefined;
    const size = this.real.exp(x.re);
    if (x.im === undefined || size === undefined) return real(size);
    const angle = this.real.sinCos(x.im);
    return (
      angle && { re: this.real.multiply(size, angle.cos), im: this.real.multiply(size, angle.sin) }
    );
  }

  ln(x: Complex): Maybe {
    const r = this.real;
    if (x.im === undefined) {
      if (isPositive(x.re)) return real(r.ln(x.re));
      return isNegative(x.re) ? pair(r.ln(r.negate(x.re)), r.pi()) : undefined;
    }
    const size = r.ln(this.#square(x));
    return size && pair(half(size), this.#angle(x.re, x.im));
  }

  arg(x: Complex): Maybe {
    if (x.im !== undefined) return real(this.#angle(x.re, x.im));
    return isPositive(x.re) ? { re: ZERO } : isNegative(x.re) ? { re: this.real.pi() } : undefined;
  }

  #angle(re: Ball, im: Ball): Ball | undefined {
    const r = this.real;
    if (isPositive(re)) {
      const ratio = r.divide(im, re);
      return ratio && r.atan(ratio);
    }
    if (containsZero(im)) return undefined;
    const ratio = r.divide(re, im);
    const angle = ratio && r.atan(ratio);
    const quarter = half(r.pi());
    return angle && r.subtract(isPositive(im) ? quarter : r.negate(quarter), angle);
  }

  sinCos(x: Complex): { sin: Complex; cos: Complex } | undefined {
    if (x.im === undefined) {
      const at = this.real.sinCos(x.re);
      return at && { sin: { re: at.sin }, cos: { re: at.cos } };
    }
    // sin z = (e^iz - e^-iz) / 2i, cos z = (e^iz + e^-iz) / 2
    const turned = this.multiply(I, x);
    const [up, down] = [this.exp(turned), this.exp(this.negate(turned))];
    if (up === undefined || down === undefined) return undefined;
    const sin = this.divide(this.add(up, this.negate(down)), { re: ZERO, im: ball(2n) });
    const cos = this.divide(this.add(up, down), { re: ball(2n) });
    return sin && cos && { sin, cos };
  }

  atan(x: Complex): Maybe {
    if (x.im === undefined) return real(this.real.atan(x.re));
    // atan z = (ln(1 + iz) - ln(1 - iz)) / 2i
    const turned = this.multiply(I, x);
    const [up, down] = [
      this.ln(this.add({ re: ONE }, turned)),
      this.ln(this.add({ re: ONE }, this.negate(turned))),
    ];
    return up && down && this.divide(this.add(up, this.negate(down)), { re: ZERO, im: ball(2n) });
  }

  asin(x: Complex): Maybe {
    const inside = this.add({ re: ONE }, this.negate(this.multiply(x, x)));
    const root = this.root(inside, 2);
    if (root === undefined) return undefined;
    if (x.im === undefined && root.im === undefined) {
      const ratio = this.divide(x, root);
      if (ratio !== undefined) return this.atan(ratio);
      // At ±1 the root may be 0; a quarter turn is near enough to enclose.
      const quarter = half(this.real.pi());
      const turn = isNegative(x.re) ? this.real.negate(quarter) : quarter;
      const off = half(ball(root.re.middle + root.re.radius, root.re.exponent));
      return { re: ball(turn.middle, turn.exponent, turn.radius + widthIn(off, turn.exponent)) };
    }
    // asin z = -i ln(iz + sqrt(1 - z^2))
    const log = this.ln(this.add(this.multiply(I, x), root));
    return log && this.multiply({ re: ZERO, im: ball(-1n) }, log);
  }
}

const half = (x: Ball): Ball => ball(x.middle, x.exponent - 1, x.radius);

/** A ball around 0 that holds `x`, and what has at most its size. */
const around = (x: Ball): Ball =>
  ball(0n, x.exponent, (x.middle < 0n ? -x.middle : x.middle) + x.radius);

/** A ball around 0 that holds the `n`th roots of a number so near 0 that its sign isn't known. */
function rootAround(x: Ball, n = 2): Ball {
  return ball(0n, Math.ceil(magnitude(x) / n), 1n);
}

/** Four times the size of `x`, in units of `2^exponent`. */
function widthIn(x: Ball, exponent: number): bigint {
  if (x.middle === 0n) return 1n;
  const by = magnitude(x) + 3 - exponent;
  return by <= 0 ? 1n : 1n << BigInt(by);
}

/** Whether the number is certainly not 0. */
export const isNonZero = ({ re, im }: Complex): boolean =>
  !containsZero(re) || (im !== undefined && !containsZero(im));

/** The larger error of the two parts, as a power of 2. */
export const errorOf = ({ re, im }: Complex): number =>
  Math.max(errorMagnitude(re), im === undefined ? Number.NEGATIVE_INFINITY : errorMagnitude(im));

export const magnitudeOf = ({ re, im }: Complex): number =>
  Math.max(magnitude(re), im === undefined ? Number.NEGATIVE_INFINITY : magnitude(im));
