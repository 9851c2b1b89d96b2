// Arithmetic on shapes: normal form, equality, element counts, numpy broadcasting.

import { ensure, TensorError } from "./errors.js";
import {
  type Dim,
  type DimValue,
  Extent,
  extent,
  type Shape,
  type Size,
  type SizeLike,
} from "./extent.js";

/** Brings a size to normal form and refuses what can't be planned for. */
export function size(value: SizeLike): Size {
  if (typeof value === "number") {
    ensure(
      Number.isSafeInteger(value) && value >= 0,
      "ERR_SHAPE",
      () => `expected a size that is a non-negative integer, found ${value}`,
    );
    return value;
  }
  if (!(value instanceof Extent)) {
    throw new TensorError("ERR_SHAPE", `expected a number or a dim, found ${typeof value}`);
  }
  if (value.terms.length === 0) return 0;
  const only = value.terms[0];
  if (value.terms.length === 1 && only?.dims.length === 0) return size(only.coefficient);
  if (value.terms.length === 1 && only?.coefficient === 1 && only.dims.length === 1) {
    return only.dims[0] as Dim;
  }
  ensureMonotone(value);
  return value;
}

export function shape(sizes: readonly SizeLike[]): Shape {
  return Object.freeze(sizes.map(size));
}

// Memory is planned at every dim's maximum, which is right only for extents that
// never shrink when a dim grows. Differences such as T-1 qualify, T-B doesn't.
function ensureMonotone(value: Extent): void {
  const dims = new Set(value.terms.flatMap((t) => t.dims));
  for (const d of dims) {
    let lowest = 0; // of the partial derivative by d, over the whole box of dims
    for (const { coefficient, dims: factors } of value.terms) {
      const power = factors.filter((f) => f === d).length;
      if (power === 0) continue;
      const rest = [...factors];
      rest.splice(rest.indexOf(d), 1);
      const bound = coefficient > 0 ? (f: Dim) => f.min : (f: Dim) => f.max;
      lowest += rest.reduce((p, f) => p * bound(f), coefficient * power);
    }
    ensure(
      lowest >= 0,
      "ERR_SHAPE",
      () => `extent ${value} may shrink when ${d.name} grows, so its memory can't be planned`,
    );
  }
  const smallest = value.evaluate((d) => d.min);
  ensure(smallest >= 0, "ERR_SHAPE", () => `extent ${value} can be ${smallest}`);
}

export function sameSize(a: Size, b: Size): boolean {
  return a === b || (typeof a !== "number" && typeof b !== "number" && a.equals(b));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((s, i) => sameSize(s, b[i] as Size));
}

export function elements(of: Shape): Size {
  let fixed = 1;
  let symbolic: Extent | undefined;
  for (const s of of) {
    if (typeof s === "number") fixed *= s;
    else symbolic = symbolic === undefined ? s : symbolic.times(s);
  }
  return symbolic === undefined || fixed === 0 ? fixed : size(symbolic.times(fixed));
}

export function evaluate(of: Size, value: DimValue): number {
  return typeof of === "number" ? of : of.evaluate(value);
}

export function evaluateElements(of: Shape, value: DimValue): number {
  return of.reduce<number>((product, s) => product * evaluate(s, value), 1);
}

export const atMaximum: DimValue = (d) => d.max;

export function dimsOf(of: Shape): Dim[] {
  return of.flatMap((s) => (typeof s === "number" ? [] : s.terms.flatMap((t) => t.dims)));
}

export function describeShape(of: Shape): string {
  return `[${of.map(String).join(",")}]`;
}

/** The shape of `a op b` by numpy's rule: axes align at the end, size 1 stretches. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: Size[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (y === 1 || sameSize(x, y)) out.push(x);
    else if (x === 1) out.push(y);
    else {
      throw new TensorError(
        "ERR_SHAPE",
        `shapes ${describeShape(a)} and ${describeShape(b)} don't broadcast: ${x} against ${y}`,
      );
    }
  }
  return Object.freeze(out);
}

/** Counts a negative axis from the end, and refuses one that isn't there. */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  ensure(
    Number.isInteger(axis) && at >= 0 && at < rank,
    "ERR_SHAPE",
    () => `axis ${axis} doesn't exist: the tensor has rank ${rank}`,
  );
  return at;
}

/** `a / b` when it is exact for every binding of the dims; `b` must be a single product. */
export function divideExactly(a: Size, b: Size): Size | undefined {
  if (sameSize(a, b)) return 1;
  if (typeof a === "number" && typeof b === "number") return a % b === 0 ? a / b : undefined;
  const divisor = extent(b).terms;
  const by = divisor[0];
  if (divisor.length !== 1 || by === undefined) return undefined;
  const terms = [];
  for (const { coefficient, dims } of extent(a).terms) {
    const rest = [...dims];
    for (const d of by.dims) {
      const at = rest.indexOf(d);
      if (at < 0) return undefined;
      rest.splice(at, 1);
    }
    if (coefficient % by.coefficient !== 0) return undefined;
    terms.push({ coefficient: coefficient / by.coefficient, dims: rest });
  }
  return size(new Extent(terms));
}
