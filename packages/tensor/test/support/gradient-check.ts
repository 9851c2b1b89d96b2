// Compares the gradient that a program computes with central differences of its
// loss, both in double precision, so that 1e-6 separates right from wrong.

import { expect } from "vitest";
import { f32, grad, mul, program, type Spec, type Sym, sum } from "../../src/index.js";
import { uniform } from "./random.js";
import { interpret } from "./reference.js";

const step = 1e-5;

export interface GradientCheck {
  /** Range of the random inputs. Default: -1 to 1. */
  low?: number;
  high?: number;
  dims?: Record<string, number>;
  seed?: number;
  /** Inputs of integers, which have no gradient. */
  fixed?: Record<string, ArrayLike<number>>;
}

/** @param fn from symbols, keyed as `specs`, to any value; a random weighting makes it a loss. */
export function checkGradient(
  specs: Record<string, Spec>,
  fn: (x: Record<string, Sym<never>>) => Sym<"f32">,
  { low = -1, high = 1, dims = {}, seed = 1, fixed = {} }: GradientCheck = {},
): void {
  const names = Object.keys(specs).filter((n) => !(n in fixed));
  const count = (spec: Spec) =>
    spec.shape.reduce<number>(
      (n, s) => n * (typeof s === "number" ? s : s.evaluate((d) => dims[d.name] ?? d.max)),
      1,
    );
  let outputs: Spec | undefined;
  program(specs, (x) => {
    outputs = fn(x as never);
    return outputs as Sym;
  });
  const weights = f32(...(outputs as Spec).shape);
  const differentiated = program({ ...specs, weights }, (x) => {
    const loss = sum(mul(fn(x as never), x.weights as Sym<"f32">));
    const gradients = grad(
      loss,
      names.map((n) => x[n as never] as Sym),
    );
    return { loss, ...Object.fromEntries(names.map((n, i) => [n, gradients[i] as Sym])) };
  });
  const at: Record<string, ArrayLike<number>> = {
    ...fixed,
    weights: uniform(seed, count(weights)),
    ...Object.fromEntries(
      names.map((n, i) => [n, uniform(seed + 1 + i, count(specs[n] as Spec), low, high)]),
    ),
  };
  const result = interpret(differentiated, at, dims);
  const lossAt = (name: string, i: number, by: number): number => {
    const moved = Float64Array.from(at[name] as ArrayLike<number>);
    moved[i] = (moved[i] as number) + by;
    return interpret(differentiated, { ...at, [name]: moved }, dims).loss?.[0] as number;
  };
  for (const name of names) {
    const gradient = result[name] as Float64Array;
    gradient.forEach((found, i) => {
      const expected = (lossAt(name, i, step) - lossAt(name, i, -step)) / (2 * step);
      const error = Math.abs(found - expected) / Math.max(1, Math.abs(expected));
      expect(error, `d/d${name}[${i}]: ${found}, by differences ${expected}`).toBeLessThan(1e-6);
    });
  }
}
