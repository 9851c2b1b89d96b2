// Every primitive and every adjoint on the native executor against the reference
// interpreter: once over ordinary numbers, broadcast and odd sizes included.

import { expect, it, vi } from "vitest";
import * as t from "../src/index.js";
import { uniform } from "./support/random.js";
import { interpret } from "./support/reference.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

type F32 = t.Sym<"f32">;
type Inputs = { x: F32; p: F32; v: F32; ids: t.Sym<"i32"> };

const T = t.dim("T", { min: 0, max: 9 });
const specs = { x: t.f32(T, 17), p: t.f32(T, 17), v: t.f32(17), ids: t.i32(T) };

const unary = {
  neg: t.neg,
  exp: t.exp,
  tanh: t.tanh,
  sigmoid: t.sigmoid,
  silu: t.silu,
  gelu: t.gelu,
};
const rounded = { geluErf: t.geluErf, relu: t.relu, square: t.square, abs: t.abs, sign: t.sign };
const others = { sin: t.sin, cos: t.cos, softplus: t.softplus, floor: t.floor };
const positive = { log: t.log, sqrt: t.sqrt, rsqrt: t.rsqrt, reciprocal: t.reciprocal };
const pairs = { add: t.add, sub: t.sub, mul: t.mul, div: t.div, pow: t.pow, less: t.less };
const morePairs = { max: t.maximum, min: t.minimum, le: t.lessEqual, eq: t.equal, gt: t.greater };
const reductions = { sum: t.sum, mean: t.mean, maxOf: t.max, minOf: t.min };

const cases: Record<string, (i: Inputs) => F32> = {
  ...each(
    { ...unary, ...rounded, ...others },
    (fn) =>
      ({ x }) =>
        fn(x),
  ),
  ...each(
    positive,
    (fn) =>
      ({ p }) =>
        fn(p),
  ),
  ...each(
    { ...pairs, ...morePairs },
    (fn) =>
      ({ p, v }) =>
        t.add(fn(p, v), t.mul(fn(p, 0.7), fn(0.3, p))),
  ),
  ...each(
    reductions,
    (fn) =>
      ({ x }) =>
        t.mul(fn(x, { axes: 1, keepDims: true }), fn(x, { axes: -1, keepDims: true })),
  ),
  reshape: ({ x }) => t.reshape(t.exp(x), [17, T]),
  permute: ({ x }) => t.permute(t.reshape(x, [T, 17, 1]), [1, 2, 0]),
  slice: ({ x }) => t.slice(x, {}, { start: 2, count: 5, step: 3 }),
  concat: ({ x, p }) => t.concat([x, p, x], 1),
  broadcastTo: ({ v }) => t.broadcastTo(v, [2, T, 17]),
  where: ({ x, p, v }) => t.where(t.less(x, v), p, 3),
  softmax: ({ x }) => t.softmax(t.mul(x, 5)),
  logSoftmax: ({ x }) => t.logSoftmax(t.mul(x, 5)),
  argmax: ({ x }) => t.cast(t.argmax(x), "f32"),
  topK: ({ x }) => {
    const { values, indices } = t.topK(t.stopGradient(x), 3);
    return t.mul(values, t.cast(indices, "f32"));
  },
  matmul: ({ x, p }) => t.matmul(x, p, { transB: true }),
  matmulTransA: ({ x, p }) => t.matmul(x, p, { transA: true }),
  matmulBatched: ({ x, p }) => t.matmul(t.reshape(x, [T, 17, 1]), t.reshape(p, [T, 1, 17])),
  embedding: ({ x, ids }) =>
    t.embedding(t.reshape(t.slice(t.broadcastTo(t.sum(x), [5]), {}), [5, 1]), ids),
  sizeValue: ({ x }) => t.mul(x, t.sizeValue(t.elements([T, T]))),
};

function each<F>(
  functions: Record<string, F>,
  make: (fn: F) => (i: Inputs) => F32,
): Record<string, (i: Inputs) => F32> {
  return Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, make(fn)]));
}

it.each(Object.entries(cases))("%s and its gradient", async (name, fn) => {
  using program = t.program(specs, (inputs) => {
    const y = fn(inputs);
    const loss = t.sum(t.mul(y, t.sigmoid(t.mul(y, 0.1)))); // well conditioned for any y
    const [dx, dp] = t.grad(loss, [inputs.x, inputs.p], { unconnected: "zeros" });
    return { y, dx: dx as F32, dp: dp as F32 };
  });
  for (const rows of name.startsWith("mean") ? [1, 9] : [0, 1, 4, 9]) {
    const inputs = {
      x: Float32Array.from(uniform(rows + 1, rows * 17, -2, 2)),
      p: Float32Array.from(uniform(rows + 2, rows * 17, 0.3, 2)),
      v: Float32Array.from(uniform(3, 17, 0.3, 2)),
      ids: Int32Array.from({ length: rows }, (_, i) => (i * 3) % 5),
    };
    const found = await program.run(inputs);
    const expected = interpret(program, inputs, { T: rows });
    for (const [key, array] of Object.entries(found)) {
      const reference = expected[key] as Float64Array;
      const scale = reference.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
      array.forEach((value, i) => {
        // A few rounding errors of the largest element: sums cancel.
        expect(
          Math.abs(value - (reference[i] as number)),
          `${key}[${i}], ${rows} rows`,
        ).toBeLessThan(2e-5 * scale);
      });
    }
  }
});
