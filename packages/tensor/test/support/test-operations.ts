// Operations as another package would register them: a fused loss whose adjoint
// repeats the forward work, and an optimiser that updates slots in place.

import * as t from "../../src/index.js";
import type { Tensor } from "./reference.js";
import { kernels } from "./reference-kernels.js";

const f32Like = (i: number) => (inputs: readonly t.TensorType[]) => [
  { dtype: "f32" as const, shape: (inputs[i] as t.TensorType).shape },
];

/** `loss = sin(x)` per element; its gradient operation computes the loss again. */
export const fusedSin = t.defineOperation<Record<never, never>>({
  name: "test.sin",
  infer: f32Like(0),
  adjoint({ input, cotangent }) {
    const [loss, dx] = t.emit(fusedSinGrad, [input(0), cotangent(0)], {});
    return { inputs: [dx as t.Sym<"f32">], replaceOutputs: [loss as t.Sym] };
  },
}) as t.Operation<Record<never, never>>;

export const fusedSinGrad: t.Operation<Record<never, never>> = t.defineOperation({
  name: "test.sin_grad",
  infer: (inputs) => [...f32Like(0)(inputs), ...f32Like(0)(inputs)],
});

/** `p -= rate * g` and `m = g`, in place. */
export const sgd: t.Operation<{ rate: number }> = t.defineOperation<{ rate: number }>({
  name: "test.sgd",
  updates: 2,
  infer: () => [],
  attributes: ["rate"],
});

const data = (x: Tensor | undefined) => (x as Tensor).data;
kernels["test.sin"] = ([x]) => [data(x).map(Math.sin)];
kernels["test.sin_grad"] = ([x, dy]) => [
  data(x).map(Math.sin),
  data(x).map((v, i) => Math.cos(v) * (data(dy)[i] as number)),
];
