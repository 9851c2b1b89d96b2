// Sums, means and extremes over axes, and what gradients of broadcasting need.

import { expectDtype, input } from "../check.js";
import type { Shape, Size } from "../extent.js";
import { defineOperation } from "../operation.js";
import { axisOf, elements, sameShape, sameSize } from "../shape.js";
import type { Sym } from "../symbol.js";
import { currentTrace, emit, type Operand } from "../trace.js";
import { div, equal, mul } from "./binary.js";
import { sizeValue } from "./fill.js";
import { broadcastTo, reshape } from "./layout.js";

/** The place in this list is the kernel's kind. */
export const reduceKinds = ["sum", "max", "min", "mean"] as const;
export type ReduceKind = (typeof reduceKinds)[number];

interface ReduceAttributes extends Record<string, readonly number[] | boolean> {
  axes: readonly number[];
  keepDims: boolean;
}

function define(kind: ReduceKind, code: number) {
  return defineOperation<ReduceAttributes>({
    name: kind,
    infer(inputs, { axes, keepDims }) {
      const x = input(inputs, 0);
      expectDtype("x", x, "f32");
      const sizes = x.shape.flatMap((s, i) => (!axes.includes(i) ? [s] : keepDims ? [1] : []));
      return [{ dtype: "f32", shape: sizes }];
    },
    adjoint({ input, output, attrs, cotangent }) {
      const x = input(0);
      const kept = x.shape.map((s, i) => (attrs.axes.includes(i) ? 1 : s));
      const dy = reshape(cotangent(0), kept);
      if (kind === "sum") return [broadcastTo(dy, x.shape)];
      if (kind === "mean") {
        const count = elements(attrs.axes.map((a) => x.shape[a] as Size));
        return [broadcastTo(div(dy, sizeValue(count)), x.shape)];
      }
      // An extreme that occurs several times shares its gradient among them.
      const hits = equal(x, reshape(output(0), kept));
      return [mul(hits, div(dy, sum(hits, { axes: attrs.axes, keepDims: true })))];
    },
    cost: ({ inputs }) => ({ flops: inputs[0]?.elements ?? 0 }),
    native: ({ axes, keepDims }) => ({
      name: "reduce",
      attrs: [code, keepDims ? 1 : 0, ...axes],
    }),
  });
}

const operations = reduceKinds.map(define);

export interface ReduceOptions {
  /** Negative axes count from the end. Default: all axes. */
  axes?: number | readonly number[];
  /** Leaves the reduced axes in the shape, with size 1. Default: false. */
  keepDims?: boolean;
}

function reduce(kind: ReduceKind, x: Operand<"f32">, options: ReduceOptions = {}): Sym<"f32"> {
  const rank = x.shape.length;
  const wanted = typeof options.axes === "number" ? [options.axes] : options.axes;
  const axes = [...new Set(wanted?.map((a) => axisOf(a, rank)) ?? x.shape.keys())].sort(
    (a, b) => a - b,
  );
  if (axes.length === 0) return currentTrace().symbol(x);
  const operation = operations[reduceKinds.indexOf(kind)] as never;
  const attrs: ReduceAttributes = { axes, keepDims: options.keepDims ?? false };
  return emit(operation, [x], attrs as never)[0] as Sym<"f32">;
}

export const sum = (x: Operand<"f32">, options?: ReduceOptions): Sym<"f32"> =>
  reduce("sum", x, options);
export const mean = (x: Operand<"f32">, options?: ReduceOptions): Sym<"f32"> =>
  reduce("mean", x, options);
export const max = (x: Operand<"f32">, options?: ReduceOptions): Sym<"f32"> =>
  reduce("max", x, options);
export const min = (x: Operand<"f32">, options?: ReduceOptions): Sym<"f32"> =>
  reduce("min", x, options);

/** Undoes broadcasting: sums over the axes along which `to` was stretched to `x`. */
export function sumTo(x: Operand<"f32">, to: Shape): Sym<"f32"> {
  if (sameShape(x.shape, to)) return currentTrace().symbol(x);
  const extra = x.shape.length - to.length;
  const stretched = (s: Size, i: number) =>
    i < extra || (to[i - extra] === 1 && !sameSize(s, 1)) ? [i] : [];
  const axes = x.shape.flatMap(stretched);
  const summed = axes.length === 0 ? currentTrace().symbol(x) : sum(x, { axes, keepDims: true });
  return extra === 0 ? summed : reshape(summed, to);
}
