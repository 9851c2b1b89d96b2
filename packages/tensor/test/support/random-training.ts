// Small training steps at random: layers of a few operations with values that several
// others read, a gradient, and updates of the parameters in place.

import * as t from "../../src/index.js";
import { random } from "./random.js";

type F32 = t.Sym<"f32">;

export interface RandomTraining {
  readonly program: t.Program;
  readonly parameters: readonly t.Parameter<"f32">[];
  readonly inputs: { readonly x: Float32Array<ArrayBuffer> };
}

export interface TrainingShape {
  readonly layers: number;
  /** Operations of each layer. */
  readonly operations: number;
  /** Put the layers in scopes `layers.N`. Default: true. */
  readonly scoped?: boolean;
  /** Update parameters in the step; else their gradients are results. Default: true. */
  readonly updated?: boolean;
}

export function randomTraining(
  seed: number,
  { layers, operations, scoped = true, updated = true }: TrainingShape,
): RandomTraining {
  const setup = random(seed);
  const rows = 1 + Math.floor(setup() * 40);
  const width = 1 + Math.floor(setup() * 24);
  const parameters = Array.from({ length: layers }, (_, i) =>
    t.parameter(`w${i}`, t.f32(width, width), {
      init: (values) => values.set(values.map(() => 2 * setup() - 1)),
    }),
  );
  const program = t.program({ x: t.f32(rows, width) }, ({ x }) => {
    const next = random(seed + 1);
    const pick = (list: readonly F32[]) => list[Math.floor(next() * list.length)] as F32;
    let h: F32 = x;
    for (const [i, w] of parameters.entries()) {
      const layer = () => {
        const values: F32[] = [h];
        const steps: ((a: F32) => F32)[] = [
          (a) => t.matmul(a, w),
          (a) => t.tanh(a),
          (a) => t.exp(t.mul(a, 0.25)),
          (a) => t.silu(a),
          (a) => t.mul(a, pick(values)),
          (a) => t.add(a, pick(values)),
          (a) => t.tanh(t.reshape(t.reshape(a, [-1]), a.shape)),
          (a) => t.mul(a, t.mean(a, { axes: -1, keepDims: true })),
          (a) => t.softmax(a),
        ];
        for (let n = 0; n < operations; n++) {
          const last = n === operations - 1;
          const a = next() < 0.7 || last ? (values.at(-1) as F32) : pick(values);
          values.push((steps[Math.floor(next() * steps.length)] as (a: F32) => F32)(a));
        }
        return t.tanh(t.add(t.matmul(values.at(-1) as F32, w), h));
      };
      h = scoped ? t.scope(`layers.${i}`, layer) : layer();
    }
    const loss = t.mean(t.square(h));
    const gradients = t.grad(loss, parameters);
    if (!updated) return { loss, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) };
    for (const [i, w] of parameters.entries()) {
      t.assign(w, t.sub(w, t.mul(gradients[i] as F32, 0.1)));
    }
    return { loss };
  });
  const x = Float32Array.from({ length: rows * width }, () => 2 * setup() - 1);
  return { program: program as never, parameters, inputs: { x } };
}
