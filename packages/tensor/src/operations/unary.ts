// Functions of one element. The native kernel is one, told apart by its kind;
// so is the gradient, except where symbols say it in one operation.

import { expectDtype, expectSameShape, input } from "../check.js";
import {
  type AdjointContext,
  defineOperation,
  type InputGradients,
  type Operation,
} from "../operation.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { div, mul } from "./binary.js";

/** The place in this list is the kernel's kind. */
export const unaryKinds = [
  "neg",
  "exp",
  "log",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "tanh",
  "sigmoid",
  "silu",
  "gelu",
  "gelu_erf",
  "relu",
  "square",
  "abs",
  "sign",
  "sin",
  "cos",
  "softplus",
  "floor",
] as const;

export type UnaryKind = (typeof unaryKinds)[number];

const unaryGrad = defineOperation<{ kind: UnaryKind }>({
  name: "unary_grad",
  infer(inputs) {
    const x = input(inputs, 0);
    const dy = input(inputs, 1);
    expectDtype("x", x, "f32");
    expectDtype("dy", dy, "f32");
    expectSameShape("x", x, "dy", dy);
    return [x];
  },
  cost: ({ outputs }) => ({ flops: 4 * (outputs[0]?.elements ?? 0) }),
  native: ({ kind }) => ({ name: "unary_grad", attrs: [unaryKinds.indexOf(kind)] }),
});

type UnaryAdjoint = (context: AdjointContext) => InputGradients;

const adjoints: Partial<Record<UnaryKind, UnaryAdjoint | "zero">> = {
  neg: ({ cotangent }) => [neg(cotangent(0))],
  exp: ({ output, cotangent }) => [mul(cotangent(0), output(0))],
  log: ({ input, cotangent }) => [div(cotangent(0), input(0))],
  sin: ({ input, cotangent }) => [mul(cotangent(0), cos(input(0)))],
  cos: ({ input, cotangent }) => [neg(mul(cotangent(0), sin(input(0))))],
  sign: "zero",
  floor: "zero",
};

// Operations of one element by a rough count: what is reported, not what is measured.
const flops: Partial<Record<UnaryKind, number>> = {
  tanh: 4,
  sigmoid: 3,
  silu: 4,
  gelu: 8,
  gelu_erf: 5,
  softplus: 3,
};

function defineUnary(kind: UnaryKind, code: number): Operation<Record<never, never>> {
  return defineOperation<Record<never, never>>({
    name: kind,
    infer(inputs) {
      expectDtype("x", input(inputs, 0), "f32");
      return [input(inputs, 0)];
    },
    adjoint:
      adjoints[kind] ??
      (({ input, cotangent }) =>
        emit(unaryGrad, [input(0), cotangent(0)], { kind }) as Sym<"f32">[]),
    cost: ({ outputs }) => ({ flops: (flops[kind] ?? 1) * (outputs[0]?.elements ?? 0) }),
    native: () => ({ name: "unary", attrs: [code] }),
  });
}

const operations = new Map(unaryKinds.map((kind, code) => [kind, defineUnary(kind, code)]));

function unary(kind: UnaryKind): (x: Operand<"f32">) => Sym<"f32"> {
  const operation = operations.get(kind) as Operation<Record<never, never>>;
  return (x) => emit(operation, [x], {})[0] as Sym<"f32">;
}

export const neg: (x: Operand<"f32">) => Sym<"f32"> = unary("neg");
export const exp: (x: Operand<"f32">) => Sym<"f32"> = unary("exp");
export const log: (x: Operand<"f32">) => Sym<"f32"> = unary("log");
export const sqrt: (x: Operand<"f32">) => Sym<"f32"> = unary("sqrt");
export const rsqrt: (x: Operand<"f32">) => Sym<"f32"> = unary("rsqrt");
export const reciprocal: (x: Operand<"f32">) => Sym<"f32"> = unary("reciprocal");
export const tanh: (x: Operand<"f32">) => Sym<"f32"> = unary("tanh");
export const sigmoid: (x: Operand<"f32">) => Sym<"f32"> = unary("sigmoid");
/** `x * sigmoid(x)` */
export const silu: (x: Operand<"f32">) => Sym<"f32"> = unary("silu");
/** GELU by its tanh approximation. */
export const gelu: (x: Operand<"f32">) => Sym<"f32"> = unary("gelu");
/** GELU by the error function. */
export const geluErf: (x: Operand<"f32">) => Sym<"f32"> = unary("gelu_erf");
export const relu: (x: Operand<"f32">) => Sym<"f32"> = unary("relu");
export const square: (x: Operand<"f32">) => Sym<"f32"> = unary("square");
export const abs: (x: Operand<"f32">) => Sym<"f32"> = unary("abs");
/** -1, 0 or 1. Its gradient is zero. */
export const sign: (x: Operand<"f32">) => Sym<"f32"> = unary("sign");
export const sin: (x: Operand<"f32">) => Sym<"f32"> = unary("sin");
export const cos: (x: Operand<"f32">) => Sym<"f32"> = unary("cos");
/** `log(1 + exp(x))` */
export const softplus: (x: Operand<"f32">) => Sym<"f32"> = unary("softplus");
/** Rounds down. Its gradient is zero. */
export const floor: (x: Operand<"f32">) => Sym<"f32"> = unary("floor");
