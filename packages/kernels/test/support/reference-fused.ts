// The fused operations in double precision, written from their definitions, for
// tensor's reference interpreter. Importing this file adds them to it.

import type { Tensor } from "../../../tensor/test/support/reference.js";
import { kernels } from "../../../tensor/test/support/reference-kernels.js";
import {
  type AttentionMask,
  type AttentionSizes,
  attention,
  attentionGrad,
} from "./reference-attention.js";

export { interpret } from "../../../tensor/test/support/reference.js";

type Attrs = Readonly<Record<string, number>>; // flags are told apart by truth
type Kernel = (
  inputs: Tensor[],
  shapes: readonly (readonly number[])[],
  attrs: Attrs,
) => Float64Array[];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const zeros = (like: Tensor) => new Float64Array(like.data.length);

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}

function rmsNorm(x: Tensor, w: Tensor, eps: number): [y: Float64Array, rstd: Float64Array] {
  const D = w.data.length;
  const y = zeros(x);
  const rstd = new Float64Array(x.data.length / D);
  for (let r = 0; r < rstd.length; r++) {
    const row = x.data.subarray(r * D, (r + 1) * D);
    rstd[r] = 1 / Math.sqrt(row.reduce((n, v) => n + v * v, 0) / D + eps);
    for (let i = 0; i < D; i++) y[r * D + i] = at(row, i) * at(rstd, r) * at(w.data, i);
  }
  return [y, rstd];
}

function rmsNormGrad([x, w, rstd, dy]: [Tensor, Tensor, Tensor, Tensor]): Float64Array[] {
  const D = w.data.length;
  const [dx, dw] = [zeros(x), zeros(w)];
  for (let r = 0; r < rstd.data.length; r++) {
    const s = at(rstd.data, r);
    let dot = 0;
    for (let i = 0; i < D; i++) {
      const j = r * D + i;
      dot += at(x.data, j) * at(dy.data, j) * at(w.data, i);
      dw[i] = at(dw, i) + at(x.data, j) * s * at(dy.data, j);
    }
    for (let i = 0; i < D; i++) {
      const j = r * D + i;
      dx[j] = s * (at(w.data, i) * at(dy.data, j) - (at(x.data, j) * s * s * dot) / D);
    }
  }
  return [dx, dw];
}

function rope(x: Tensor, cos: Tensor, sin: Tensor, { interleaved, inverse }: Attrs): Float64Array {
  const [R, H, D] = x.shape as [number, number, number];
  const pairs = at(cos.shape, 1);
  const y = x.data.slice();
  for (let r = 0; r < R; r++) {
    for (let h = 0; h < H; h++) {
      for (let i = 0; i < pairs; i++) {
        const head = (r * H + h) * D;
        const [a, b] = interleaved
          ? [head + 2 * i, head + 2 * i + 1]
          : [head + i, head + i + pairs];
        const c = at(cos.data, r * pairs + i);
        const s = at(sin.data, r * pairs + i) * (inverse ? -1 : 1);
        y[a] = at(x.data, a) * c - at(x.data, b) * s;
        y[b] = at(x.data, b) * c + at(x.data, a) * s;
      }
    }
  }
  return y;
}

function mask(extra: Tensor[], attrs: Attrs): AttentionMask {
  const rest = extra.map((t) => t.data);
  return {
    causal: Boolean(attrs["causal"]),
    window: attrs["window"] as number,
    segments: attrs["hasSegments"] ? rest.shift() : undefined,
    positions: attrs["hasPositions"] ? rest.shift() : undefined,
  };
}

function sizes([q, k, v]: Tensor[]): AttentionSizes {
  const [B, T, H, D] = (q as Tensor).shape as [number, number, number, number];
  const [, S, G] = (k as Tensor).shape as [number, number, number, number];
  return { B, T, H, D, S, G, E: at((v as Tensor).shape, 3) };
}

/** Loss, log-sum and, for each row, the gradient of its loss by its logits. */
function crossEntropy(logits: Tensor, targets: Tensor, ignoreIndex: number) {
  const [R, V] = logits.shape as [number, number];
  const [loss, lse, dlogits] = [new Float64Array(R), new Float64Array(R), zeros(logits)];
  for (let r = 0; r < R; r++) {
    const target = at(targets.data, r);
    if (target === ignoreIndex) continue;
    const row = logits.data.subarray(r * V, (r + 1) * V);
    const top = Math.max(...row);
    lse[r] = top + Math.log(row.reduce((n, x) => n + Math.exp(x - top), 0));
    loss[r] = at(lse, r) - at(row, target);
    for (let i = 0; i < V; i++) {
      dlogits[r * V + i] = Math.exp(at(row, i) - at(lse, r)) - (i === target ? 1 : 0);
    }
  }
  return { loss, lse, dlogits };
}

function scaleRows(x: Float64Array, by: Tensor): Float64Array {
  const width = x.length / by.data.length;
  return x.map((v, i) => v * at(by.data, Math.floor(i / width)));
}

/** a [M, K] by b [N, K] to [M, N]; `b` read as [K, N] when `plain`. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, M: number, N: number, plain = false) {
  const K = M === 0 ? 0 : a.length / M;
  return Float64Array.from({ length: M * N }, (_, i) => {
    const [m, n] = [Math.floor(i / N), i % N];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += at(a, m * K + k) * at(b, plain ? k * N + n : n * K + k);
    return sum;
  });
}

function logitsOf(x: Tensor, w: Tensor): Tensor {
  const shape = [at(x.shape, 0), at(w.shape, 0)] as const;
  return { shape, data: product(x.data, w.data, ...shape) };
}

function transposed({ shape, data }: Tensor): Float64Array {
  const [M, N] = shape as [number, number];
  return Float64Array.from(data, (_, i) => at(data, (i % M) * N + Math.floor(i / M)));
}

const fused: Record<string, Kernel> = {
  rms_norm: ([x, w], _, { eps }) => rmsNorm(x as Tensor, w as Tensor, eps as number),
  rms_norm_grad: (inputs) => rmsNormGrad(inputs as [Tensor, Tensor, Tensor, Tensor]),
  add_rms_norm: ([x, residual, w], _, { eps }) => {
    const { shape, data } = x as Tensor;
    const sum = data.map((v, i) => v + at((residual as Tensor).data, i));
    return [sum, ...rmsNorm({ shape, data: sum }, w as Tensor, eps as number)];
  },
  rope_table: ([positions, frequencies], _, { scale }) => {
    const angles = [...(positions as Tensor).data].flatMap((p) =>
      [...(frequencies as Tensor).data].map((f) => Math.fround(p * f)),
    );
    return [Math.cos, Math.sin].map((f) =>
      Float64Array.from(angles, (a) => f(a) * (scale as number)),
    );
  },
  rope: ([x, cos, sin], _, attrs) => [rope(x as Tensor, cos as Tensor, sin as Tensor, attrs)],
  attention: (inputs, _, attrs) => {
    const [q, k, v] = inputs.map((t) => t.data) as [Float64Array, Float64Array, Float64Array];
    return attention(
      q,
      k,
      v,
      sizes(inputs),
      attrs["scale"] as number,
      mask(inputs.slice(3), attrs),
    );
  },
  attention_grad: (inputs, _, attrs) => {
    const operands = inputs.map((t) => t.data);
    return attentionGrad(
      operands,
      sizes(inputs),
      attrs["scale"] as number,
      mask(inputs.slice(6), attrs),
    );
  },
  swiglu: ([gate, up]) => [
    (gate as Tensor).data.map((g, i) => g * sigmoid(g) * at((up as Tensor).data, i)),
  ],
  swiglu_grad: ([gate, up, dy]) => {
    const [g, u, d] = [gate, up, dy].map((t) => (t as Tensor).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const slope = (x: number) => sigmoid(x) * (1 + x * (1 - sigmoid(x)));
    return [
      g.map((x, i) => slope(x) * at(u, i) * at(d, i)),
      g.map((x, i) => x * sigmoid(x) * at(d, i)),
    ];
  },
  cross_entropy: ([logits, targets], _, { ignoreIndex }) => {
    const { loss, lse } = crossEntropy(logits as Tensor, targets as Tensor, ignoreIndex as number);
    return [loss, lse];
  },
  cross_entropy_grad: ([logits, targets, , dloss], _, { ignoreIndex }) => {
    const { dlogits } = crossEntropy(logits as Tensor, targets as Tensor, ignoreIndex as number);
    return [scaleRows(dlogits, dloss as Tensor)];
  },
  linear_cross_entropy: ([x, w, targets], _, { ignoreIndex }) => {
    const logits = logitsOf(x as Tensor, w as Tensor);
    const { loss, lse } = crossEntropy(logits, targets as Tensor, ignoreIndex as number);
    return [loss, lse];
  },
  linear_cross_entropy_grad: ([x, w, targets, dloss], _, { ignoreIndex }) => {
    const logits = logitsOf(x as Tensor, w as Tensor);
    const all = crossEntropy(logits, targets as Tensor, ignoreIndex as number);
    const d = { shape: logits.shape, data: scaleRows(all.dlogits, dloss as Tensor) };
    const [R, V] = logits.shape as [number, number];
    const K = at((x as Tensor).shape, 1);
    const dx = product(d.data, (w as Tensor).data, R, K, true);
    const dw = product(transposed(d), (x as Tensor).data, V, K, true);
    return [all.loss, all.lse, dx, dw];
  },
};

Object.assign(kernels, fused);
