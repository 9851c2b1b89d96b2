// Functions of two elements, with numpy's broadcasting; either side may be a plain
// number. A gradient is summed back over the axes that were stretched.

import { expectDtype, input } from "../check.js";
import { TensorError } from "../errors.js";
import { type AdjointContext, defineOperation, type InputGradients } from "../operation.js";
import { broadcast } from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { full } from "./fill.js";
import { sumTo } from "./reduce.js";
import { log, neg } from "./unary.js";
import { where } from "./where.js";

/** The place in this list is the kernel's kind. */
export const binaryKinds = [
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "pow",
  "less",
  "less_equal",
  "equal",
] as const;

export type BinaryKind = (typeof binaryKinds)[number];
type F32 = Sym<"f32">;
/** A gradient of `a op b` by each of its sides; only what is asked for is built. */
interface Partials {
  a(dy: F32, a: F32 | number, b: F32 | number, y: F32): F32;
  b(dy: F32, a: F32 | number, b: F32 | number, y: F32): F32;
}

const partials: Partial<Record<BinaryKind, Partials>> = {
  add: { a: (dy) => dy, b: (dy) => dy },
  sub: { a: (dy) => dy, b: (dy) => neg(dy) },
  mul: { a: (dy, _, b) => mul(dy, b), b: (dy, a) => mul(dy, a) },
  div: { a: (dy, _, b) => div(dy, b), b: (dy, _, b, y) => neg(mul(dy, div(y, b))) },
  // Where both sides are equal, all of the gradient goes to the first.
  maximum: {
    a: (dy, a, b) => where(less(a, b), 0, dy),
    b: (dy, a, b) => where(less(a, b), dy, 0),
  },
  minimum: {
    a: (dy, a, b) => where(less(b, a), 0, dy),
    b: (dy, a, b) => where(less(b, a), dy, 0),
  },
  pow: { a: powByBase, b: powByExponent },
};

type Side = F32 | number;

// a^0 is 1 at every a, so nothing comes back, though 0 times a^-1 is no number at 0.
function powByBase(dy: F32, a: Side, b: Side, y: F32): F32 {
  if (b === 0) return full(y.shape, 0);
  if (typeof b === "number") return mul(dy, mul(pow(a as F32, b - 1), b));
  const slope = mul(pow(a, sub(b, 1)), b);
  return where(equal(b, 0), 0, mul(dy, slope));
}

// 0^b is 0 at every b > 0, and so is its gradient, though 0 times log(0) is no number.
function powByExponent(dy: F32, a: Side, b: Side, y: F32): F32 {
  if (typeof a === "number" && a !== 0) return mul(dy, mul(y, Math.log(a)));
  const flat = a === 0 ? lessEqual(0, b) : mul(equal(a, 0), lessEqual(0, b));
  const slope = typeof a === "number" ? mul(y, Math.log(a)) : mul(y, log(a));
  return mul(dy, where(flat, 0, slope));
}

function define(kind: BinaryKind, code: number) {
  const partial = partials[kind];
  return defineOperation<Record<never, never>>({
    name: kind,
    broadcasts: true,
    infer(inputs) {
      const a = input(inputs, 0);
      const b = input(inputs, 1);
      expectDtype("a", a, "f32");
      expectDtype("b", b, "f32");
      return [{ dtype: "f32", shape: broadcast(a.shape, b.shape) }];
    },
    adjoint:
      partial === undefined
        ? "zero"
        : ({ input, output, needed, cotangent }: AdjointContext): InputGradients => {
            const [a, b, y] = [input(0), input(1), output(0)];
            const dy = cotangent(0);
            return [
              needed[0] ? sumTo(partial.a(dy, a, b, y), a.shape) : undefined,
              needed[1] ? sumTo(partial.b(dy, a, b, y), b.shape) : undefined,
            ];
          },
    cost: ({ outputs }) => ({ flops: outputs[0]?.elements ?? 0 }),
    native: () => ({ name: "binary", attrs: [code] }),
  });
}

/** With a number `c`: `x op c`, or `c op x` when swapped. */
function defineScalar(kind: BinaryKind, code: number) {
  const partial = partials[kind];
  return defineOperation<{ c: number; swapped: boolean }>({
    name: `${kind}_scalar`,
    infer(inputs) {
      expectDtype("x", input(inputs, 0), "f32");
      return [input(inputs, 0)];
    },
    adjoint:
      partial === undefined
        ? "zero"
        : ({ input, output, attrs, cotangent }) => {
            const [x, y, dy] = [input(0), output(0), cotangent(0)];
            return [attrs.swapped ? partial.b(dy, attrs.c, x, y) : partial.a(dy, x, attrs.c, y)];
          },
    cost: ({ outputs }) => ({ flops: outputs[0]?.elements ?? 0 }),
    native: ({ c, swapped }) => ({ name: "binary_scalar", attrs: [code, c, swapped ? 1 : 0] }),
  });
}

const tensorOperations = binaryKinds.map(define);
const scalarOperations = binaryKinds.map(defineScalar);

export type BinaryOperand = Operand<"f32"> | number;

function binary(kind: BinaryKind, a: BinaryOperand, b: BinaryOperand): F32 {
  const code = binaryKinds.indexOf(kind);
  if (typeof a !== "number" && typeof b !== "number") {
    return emit(tensorOperations[code] as never, [a, b], {})[0] as F32;
  }
  const scalar = scalarOperations[code] as never;
  if (typeof a !== "number") return emit(scalar, [a], { c: b as number, swapped: false })[0] as F32;
  if (typeof b !== "number") return emit(scalar, [b], { c: a, swapped: true })[0] as F32;
  throw new TensorError("ERR_INPUT", `${kind}: expected a symbol on at least one side`);
}

export const add = (a: BinaryOperand, b: BinaryOperand): F32 => binary("add", a, b);
export const sub = (a: BinaryOperand, b: BinaryOperand): F32 => binary("sub", a, b);
export const mul = (a: BinaryOperand, b: BinaryOperand): F32 => binary("mul", a, b);
export const div = (a: BinaryOperand, b: BinaryOperand): F32 => binary("div", a, b);
export const maximum = (a: BinaryOperand, b: BinaryOperand): F32 => binary("maximum", a, b);
export const minimum = (a: BinaryOperand, b: BinaryOperand): F32 => binary("minimum", a, b);
export const pow = (a: BinaryOperand, b: BinaryOperand): F32 => binary("pow", a, b);
/** 1 where `a < b`, else 0. Comparisons have a zero gradient. */
export const less = (a: BinaryOperand, b: BinaryOperand): F32 => binary("less", a, b);
export const lessEqual = (a: BinaryOperand, b: BinaryOperand): F32 => binary("less_equal", a, b);
export const equal = (a: BinaryOperand, b: BinaryOperand): F32 => binary("equal", a, b);
export const greater = (a: BinaryOperand, b: BinaryOperand): F32 => binary("less", b, a);
export const greaterEqual = (a: BinaryOperand, b: BinaryOperand): F32 => binary("less_equal", b, a);
