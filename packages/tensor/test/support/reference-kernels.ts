// The primitives in double precision, written from their definitions.

import { binaryKinds } from "../../src/operations/binary.js";
import { unaryKinds } from "../../src/operations/unary.js";
import { erf } from "./erf.js";
import type { Tensor } from "./reference.js";

type AttributeName =
  | ("axes" | "axis" | "c" | "k" | "keepDims" | "kind" | "log" | "starts" | "steps" | "swapped")
  | ("to" | "transA" | "transB");
type Attrs = Record<AttributeName, never>;
type Kernel = (
  inputs: readonly Tensor[],
  shapes: readonly (readonly number[])[],
  attrs: Attrs,
) => ArrayLike<number>[];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const geluTanh = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const unary: Record<(typeof unaryKinds)[number], (x: number) => number> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  tanh: Math.tanh,
  sigmoid,
  silu: (x) => x * sigmoid(x),
  gelu: geluTanh,
  gelu_erf: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  relu: (x) => Math.max(x, 0),
  square: (x) => x * x,
  abs: Math.abs,
  sign: Math.sign,
  sin: Math.sin,
  cos: Math.cos,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  floor: Math.floor,
};

/** Closed forms of derivatives, apart from the ones under test. */
const derivative: Partial<Record<(typeof unaryKinds)[number], (x: number) => number>> = {
  sqrt: (x) => 0.5 / Math.sqrt(x),
  rsqrt: (x) => -0.5 * x ** -1.5,
  reciprocal: (x) => -1 / (x * x),
  tanh: (x) => 1 - Math.tanh(x) ** 2,
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  silu: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  gelu: (x) => {
    const c = Math.sqrt(2 / Math.PI);
    const t = Math.tanh(c * (x + 0.044715 * x ** 3));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
  },
  gelu_erf: (x) =>
    0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  relu: (x) => (x > 0 ? 1 : 0),
  square: (x) => 2 * x,
  abs: Math.sign,
  softplus: sigmoid,
};

const binary: Record<(typeof binaryKinds)[number], (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  pow: (a, b) => a ** b,
  less: (a, b) => Number(a < b),
  less_equal: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
};

export function count(shape: readonly number[]): number {
  return shape.reduce((n, s) => n * s, 1);
}

/** Calls `visit` with each index of `shape` in row-major order. */
function each(shape: readonly number[], visit: (index: number[], flat: number) => void): void {
  const index = shape.map(() => 0);
  for (let flat = 0; flat < count(shape); flat++) {
    visit(index, flat);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
}

/** The place of an index in a tensor whose axes of size 1 are stretched. */
function place(shape: readonly number[], index: readonly number[]): number {
  const skip = index.length - shape.length;
  return shape.reduce((at, s, i) => at * s + (s === 1 ? 0 : (index[i + skip] as number)), 0);
}

function get(t: Tensor | undefined, index: readonly number[]): number {
  return (t as Tensor).data[place((t as Tensor).shape, index)] as number;
}

function build(
  shape: readonly number[] | undefined,
  at: (index: number[]) => number,
): Float64Array {
  const out = new Float64Array(count(shape as number[]));
  each(shape as number[], (index, flat) => {
    out[flat] = at(index);
  });
  return out;
}

const moved: Record<string, Kernel> = {
  reshape: ([x]) => [(x as Tensor).data],
  stop_gradient: ([x]) => [(x as Tensor).data],
  copy: ([x]) => [(x as Tensor).data.slice()],
  cast: ([x], _, { to }) => [
    to === "i32" ? (x as Tensor).data.map(Math.trunc) : (x as Tensor).data,
  ],
  fill: (_, [shape], { c }) => [build(shape, () => c)],
  broadcast_to: ([x], [shape]) => [build(shape, (i) => get(x, i))],
  permute: ([x], [shape], { axes }) => [
    build(shape, (i) => {
      const from: number[] = [];
      (axes as number[]).forEach((axis, k) => {
        from[axis] = i[k] as number;
      });
      return get(x, from);
    }),
  ],
  slice: ([x], [shape], { starts, steps }) => [
    build(shape, (i) => get(x, sliced(i, starts, steps))),
  ],
  slice_grad: ([dy], [shape], { starts, steps }) => {
    const out = new Float64Array(count(shape as number[]));
    each((dy as Tensor).shape, (i, flat) => {
      out[place(shape as number[], sliced(i, starts, steps))] = (dy as Tensor).data[flat] as number;
    });
    return [out];
  },
  concat: (xs, [shape], { axis }) => [
    build(shape, (i) => {
      let at = i[axis] as number;
      const x = xs.find((t) => {
        const inside = at < (t.shape[axis] as number);
        if (!inside) at -= t.shape[axis] as number;
        return inside;
      });
      return get(x, i.with(axis, at));
    }),
  ],
};

function sliced(index: readonly number[], starts: readonly number[], steps: readonly number[]) {
  return index.map((at, k) => (starts[k] as number) + at * (steps[k] as number));
}

function reduce(start: number, step: (a: number, x: number) => number, mean = false): Kernel {
  return ([x], [shape], { axes }) => {
    const { shape: full, data } = x as Tensor;
    const kept = full.map((s, i) => ((axes as number[]).includes(i) ? 1 : s));
    const out = new Float64Array(count(kept)).fill(start);
    each(full, (index, flat) => {
      const at = place(kept, index);
      out[at] = step(out[at] as number, data[flat] as number);
    });
    const n = count(full) / count(shape as number[]);
    return [mean ? out.map((s) => s / n) : out];
  };
}

function rows(x: Tensor): Float64Array[] {
  const n = x.shape.at(-1) as number;
  return Array.from({ length: count(x.shape.slice(0, -1)) }, (_, r) =>
    x.data.subarray(r * n, (r + 1) * n),
  );
}

function flat(parts: readonly Float64Array[]): number[] {
  return parts.flatMap((p) => [...p]);
}

const rowwise: Record<string, Kernel> = {
  softmax: ([x], _, { log }) => [
    flat(
      rows(x as Tensor).map((row) => {
        const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const total = row.reduce((sum, v) => sum + Math.exp(v - top), 0);
        return row.map((v) => (log ? v - top - Math.log(total) : Math.exp(v - top) / total));
      }),
    ),
  ],
  softmax_grad: ([y, dy], _, { log }) => {
    const cotangents = rows(dy as Tensor);
    return [
      flat(
        rows(y as Tensor).map((row, r) => {
          const d = cotangents[r] as Float64Array;
          const p = log ? row.map(Math.exp) : row;
          const dot = d.reduce((s, v, i) => s + v * (log ? 1 : (p[i] as number)), 0);
          return log
            ? d.map((v, i) => v - (p[i] as number) * dot)
            : d.map((v, i) => (p[i] as number) * (v - dot));
        }),
      ),
    ];
  },
  argmax: ([x]) => [
    rows(x as Tensor).map((row) => row.reduce((b, v, i) => (v > (row[b] as number) ? i : b), 0)),
  ],
  top_k: ([x], _, { k }) => {
    const order = rows(x as Tensor).map((row) =>
      [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number) || a - b).slice(0, k),
    );
    const data = rows(x as Tensor);
    return [order.flatMap((o, r) => o.map((i) => data[r]?.[i] as number)), order.flat()];
  },
};

const products: Record<string, Kernel> = {
  matmul: ([a, b], [shape], { transA, transB }) => {
    const inner = (a as Tensor).shape.at(transA ? -2 : -1) as number;
    return [
      build(shape, (index) => {
        const batch = index.slice(0, -2);
        const [m, n] = index.slice(-2) as [number, number];
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const x = get(a, [...batch, ...(transA ? [k, m] : [m, k])]);
          total += x * get(b, [...batch, ...(transB ? [n, k] : [k, n])]);
        }
        return total;
      }),
    ];
  },
  embedding: ([table, ids], [shape]) => [
    build(shape, (i) => get(table, [get(ids, i.slice(0, -1)), i.at(-1) as number])),
  ],
  embedding_grad: ([ids, dy], [shape]) => {
    const width = (shape as number[])[1] as number;
    const out = new Float64Array(count(shape as number[]));
    each((dy as Tensor).shape, (i, at) => {
      const to = get(ids, i.slice(0, -1)) * width + (i.at(-1) as number);
      out[to] = (out[to] as number) + ((dy as Tensor).data[at] as number);
    });
    return [out];
  },
};

export const kernels: Record<string, Kernel> = {
  ...moved,
  ...rowwise,
  ...products,
  sum: reduce(0, (a, x) => a + x),
  mean: reduce(0, (a, x) => a + x, true),
  max: reduce(Number.NEGATIVE_INFINITY, Math.max),
  min: reduce(Number.POSITIVE_INFINITY, Math.min),
  where: ([c, a, b], [shape]) => [build(shape, (i) => (get(c, i) !== 0 ? get(a, i) : get(b, i)))],
  unary_grad: ([x, dy], _, { kind }) => {
    const f = derivative[kind] as (x: number) => number;
    return [(x as Tensor).data.map((v, i) => f(v) * ((dy as Tensor).data[i] as number))];
  },
  ...Object.fromEntries(
    unaryKinds.map((kind): [string, Kernel] => [
      kind,
      ([x]) => [(x as Tensor).data.map((v) => unary[kind](v))],
    ]),
  ),
  ...Object.fromEntries(
    binaryKinds.flatMap((kind): [string, Kernel][] => [
      [kind, ([a, b], [shape]) => [build(shape, (i) => binary[kind](get(a, i), get(b, i)))]],
      [
        `${kind}_scalar`,
        ([x], _, { c, swapped }) => [
          (x as Tensor).data.map((v) => (swapped ? binary[kind](c, v) : binary[kind](v, c))),
        ],
      ],
    ]),
  ),
};
