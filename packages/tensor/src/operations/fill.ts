// Values that are made rather than computed.

import { ensure } from "../errors.js";
import type { Extent, Size, SizeLike } from "../extent.js";
import { defineOperation } from "../operation.js";
import { shape } from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit } from "../trace.js";
import { add, mul } from "./binary.js";
import { sum } from "./reduce.js";

const fill = defineOperation<{ shape: readonly Size[]; c: number; dtype: string }>({
  name: "fill",
  infer(_, attrs) {
    ensure(
      attrs.dtype === "f32" || (attrs.dtype === "i32" && Number.isInteger(attrs.c)),
      "ERR_DTYPE",
      () => `can't fill ${attrs.dtype} with ${attrs.c}`,
    );
    return [{ dtype: attrs.dtype as "f32" | "i32", shape: shape(attrs.shape) }];
  },
  attributes: ["c"],
});

export function full(sizes: readonly SizeLike[], value: number): Sym<"f32">;
export function full<D extends "f32" | "i32">(
  sizes: readonly SizeLike[],
  value: number,
  dtype: D,
): Sym<D>;
export function full(sizes: readonly SizeLike[], c: number, dtype: "f32" | "i32" = "f32"): Sym {
  return emit(fill, [], { shape: shape(sizes), c, dtype })[0] as Sym;
}

export const zeros = (...sizes: SizeLike[]): Sym<"f32"> => full(sizes, 0);
export const ones = (...sizes: SizeLike[]): Sym<"f32"> => full(sizes, 1);

/**
 * The value that a size has in a run, as a symbol; plain numbers stay numbers.
 * Exact up to 2^24, where f32 ends counting.
 */
export function sizeValue(size: Size): Sym<"f32"> | number {
  if (typeof size === "number") return size;
  const terms = (size as Extent).terms.map(({ coefficient, dims }) =>
    dims.reduce<Sym<"f32"> | number>((product, d) => {
      const length = sum(ones(d));
      return product === 1 ? length : mul(length, product);
    }, coefficient),
  );
  return terms.reduce((total, term) =>
    typeof total === "number" && typeof term === "number" ? total + term : add(total, term),
  );
}
