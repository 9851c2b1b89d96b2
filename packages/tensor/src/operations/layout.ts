// Operations that move elements without computing with them, on any dtype.

import { input } from "../check.js";
import type { DType } from "../dtype.js";
import { ensure, TensorError } from "../errors.js";
import { extent, type Shape, type Size, type SizeLike } from "../extent.js";
import { defineOperation, type Operation } from "../operation.js";
import {
  axisOf,
  broadcast,
  describeShape,
  divideExactly,
  elements,
  sameShape,
  sameSize,
  shape,
  size,
} from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { describeType } from "../type.js";
import { sumTo } from "./reduce.js";

const reshapeOperation = defineOperation<{ shape: readonly Size[] }>({
  name: "reshape",
  alias: true,
  infer(inputs, attrs) {
    const x = input(inputs, 0);
    const to = shape(attrs.shape);
    ensure(
      sameSize(elements(x.shape), elements(to)),
      "ERR_SHAPE",
      () => `can't view ${describeType(x)} as ${describeShape(to)}: the element counts differ`,
    );
    return [{ dtype: x.dtype, shape: to }];
  },
  adjoint: ({ input, cotangent }) => [reshape(cotangent(0), input(0).shape)],
});

/** The same elements under another shape; nothing is copied. One size may be -1: what is left. */
export function reshape<D extends DType>(x: Operand<D>, sizes: readonly SizeLike[]): Sym<D> {
  const open = sizes.indexOf(-1);
  let to = sizes;
  if (open >= 0) {
    const rest = elements(shape(sizes.toSpliced(open, 1)));
    const left = divideExactly(elements(x.shape), rest);
    if (left === undefined) {
      throw new TensorError("ERR_SHAPE", `reshape: ${rest} doesn't divide ${elements(x.shape)}`);
    }
    to = sizes.with(open, left);
  }
  return emit(reshapeOperation, [x], { shape: shape(to) })[0] as Sym<D>;
}

const permuteOperation = defineOperation<{ axes: readonly number[] }>({
  name: "permute",
  infer(inputs, { axes }) {
    const x = input(inputs, 0);
    const sorted = [...axes].sort((a, b) => a - b);
    ensure(
      axes.length === x.shape.length && sorted.every((a, i) => a === i),
      "ERR_SHAPE",
      () => `expected each axis of ${describeType(x)} once, found [${axes}]`,
    );
    return [{ dtype: x.dtype, shape: axes.map((a) => x.shape[a] as Size) }];
  },
  adjoint({ attrs, cotangent }) {
    const inverse = attrs.axes.map((_, i) => attrs.axes.indexOf(i));
    return [permute(cotangent(0), inverse)];
  },
  attributes: ["axes"],
});

/** Axis `i` of the result is axis `axes[i]` of `x`. */
export function permute<D extends DType>(x: Operand<D>, axes: readonly number[]): Sym<D> {
  const all = axes.map((a) => axisOf(a, x.shape.length));
  return emit(permuteOperation, [x], { axes: all })[0] as Sym<D>;
}

/** Swaps two axes; the last two if none are named. */
export function transpose<D extends DType>(x: Operand<D>, a = -2, b = -1): Sym<D> {
  const axes = x.shape.map((_, i) => i);
  const [i, j] = [axisOf(a, axes.length), axisOf(b, axes.length)];
  [axes[i], axes[j]] = [j, i];
  return permute(x, axes);
}

interface SliceAttributes extends Record<string, readonly Size[]> {
  starts: readonly number[];
  steps: readonly number[];
  shape: readonly Size[];
}

const sliceOperation: Operation<SliceAttributes> = defineOperation<SliceAttributes>({
  name: "slice",
  infer(inputs, attrs) {
    const x = input(inputs, 0);
    const rank = x.shape.length;
    const { starts, steps } = attrs;
    const to = shape(attrs.shape);
    ensure(
      to.length === rank && starts.length === rank && steps.length === rank,
      "ERR_SHAPE",
      () => `expected a start, step and size for each axis of ${describeType(x)}`,
    );
    for (let i = 0; i < rank; i++) {
      ensureInside(x.shape[i] as Size, starts[i] as number, steps[i] as number, to[i] as Size, i);
    }
    return [{ dtype: x.dtype, shape: to }];
  },
  adjoint: ({ input, attrs, cotangent }) => {
    const { starts, steps } = attrs;
    const to = { starts, steps, shape: input(0).shape };
    return emit(sliceGrad, [cotangent(0)], to) as Sym<"f32">[];
  },
  attributes: ["starts", "steps"],
});

const sliceGrad: Operation<SliceAttributes> = defineOperation<SliceAttributes>({
  name: "slice_grad",
  infer: (inputs, attrs) => [{ dtype: input(inputs, 0).dtype, shape: shape(attrs.shape) }],
  adjoint: ({ input, attrs, cotangent }) => {
    const { starts, steps } = attrs;
    const to = { starts, steps, shape: input(0).shape };
    return emit(sliceOperation, [cotangent(0)], to) as Sym<"f32">[];
  },
  attributes: ["starts", "steps"],
});

// The last element read, start + (count - 1) * step, must exist for every binding.
function ensureInside(of: Size, start: number, step: number, count: Size, axis: number): void {
  ensure(
    Number.isInteger(start) && start >= 0 && Number.isInteger(step) && step >= 1,
    "ERR_SHAPE",
    () => `axis ${axis}: expected a start from 0 and a step from 1, found ${start} and ${step}`,
  );
  if (count === 0) return;
  const left = extent(of).minus(
    extent(count)
      .minus(1)
      .times(step)
      .plus(start + 1),
  );
  const lowest = left.terms.reduce(
    (low, { coefficient, dims }) =>
      low + dims.reduce((p, d) => p * (coefficient > 0 ? d.min : d.max), coefficient),
    0,
  );
  ensure(
    lowest >= 0,
    "ERR_SHAPE",
    () => `axis ${axis}: ${count} elements from ${start} by ${step} don't fit in ${of}`,
  );
}

export interface Range {
  /** First index. Default: 0. */
  start?: number;
  /** How many elements. Default: all that are left. */
  count?: SizeLike;
  /** Default: 1. */
  step?: number;
}

/** Part of `x`: a range for each axis, `{}` or nothing for the whole of one. */
export function slice<D extends DType>(x: Operand<D>, ...ranges: Range[]): Sym<D> {
  ensure(
    ranges.length <= x.shape.length,
    "ERR_SHAPE",
    () => `slice: ${ranges.length} ranges for ${describeType(x)}`,
  );
  const starts = x.shape.map((_, i) => ranges[i]?.start ?? 0);
  const steps = x.shape.map((_, i) => ranges[i]?.step ?? 1);
  const counts = x.shape.map((of, i) => {
    const count = ranges[i]?.count;
    if (count !== undefined) return size(count);
    const [start, step] = [starts[i] as number, steps[i] as number];
    if (start === 0 && step === 1) return of;
    if (step === 1) return size(extent(of).minus(start));
    if (typeof of === "number") return Math.max(0, Math.ceil((of - start) / step));
    throw new TensorError("ERR_SHAPE", `slice: axis ${i} of size ${of} needs a count with a step`);
  });
  return emit(sliceOperation, [x], { starts, steps, shape: counts })[0] as Sym<D>;
}

const concatOperation = defineOperation<{ axis: number }>({
  name: "concat",
  infer(inputs, { axis }) {
    const first = input(inputs, 0);
    let total = extent(0);
    for (const x of inputs) {
      ensure(
        x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((s, i) => i === axis || sameSize(s, first.shape[i] as Size)),
        "ERR_SHAPE",
        () => `can't join ${describeType(first)} and ${describeType(x)} along axis ${axis}`,
      );
      total = total.plus(x.shape[axis] as Size);
    }
    return [{ dtype: first.dtype, shape: first.shape.with(axis, size(total)) }];
  },
  adjoint({ inputs, attrs, needed, cotangent }) {
    let start: Size = 0;
    return inputs.map((x, i) => {
      const count = x.shape[attrs.axis] as Size;
      const from = start;
      start = size(extent(start).plus(count));
      if (!needed[i]) return undefined;
      ensure(
        typeof from === "number",
        "ERR_NOT_DIFFERENTIABLE",
        () => `concat: input ${i} starts at the symbolic position ${from}; put it first`,
      );
      const ranges: Range[] = x.shape.map(() => ({}));
      ranges[attrs.axis] = { start: from, count };
      return slice(cotangent(0), ...ranges);
    });
  },
  attributes: ["axis"],
});

export function concat<D extends DType>(xs: readonly Operand<D>[], axis = 0): Sym<D> {
  const at = axisOf(axis, xs[0]?.shape.length ?? 0);
  return emit(concatOperation, xs, { axis: at })[0] as Sym<D>;
}

const broadcastOperation = defineOperation<{ shape: readonly Size[] }>({
  name: "broadcast_to",
  infer(inputs, attrs) {
    const x = input(inputs, 0);
    const to = shape(attrs.shape);
    ensure(
      sameShape(broadcast(x.shape, to), to),
      "ERR_SHAPE",
      () => `${describeType(x)} doesn't broadcast to ${describeShape(to)}`,
    );
    return [{ dtype: x.dtype, shape: to }];
  },
  adjoint: ({ input, cotangent }) => [sumTo(cotangent(0), input(0).shape)],
});

/** Repeats axes of size 1, and adds axes in front, until the shape is `to`. */
export function broadcastTo<D extends DType>(x: Operand<D>, to: readonly SizeLike[]): Sym<D> {
  const sizes: Shape = shape(to);
  return emit(broadcastOperation, [x], { shape: sizes })[0] as Sym<D>;
}
