// Programs of the test decoder that give its loss and every gradient by name.

import { grad, i32, program, type Sym } from "@ryanstream/tensor";
import { adamw } from "../../src/index.js";
import { type DecoderConfig, decoderLoss, type Weights } from "./decoder.js";

type Results = Record<string, Sym<"f32">>;

function results(weights: Weights, loss: Sym<"f32">): Results {
  const gradients = grad(loss, [...weights.values()]);
  return {
    loss,
    ...Object.fromEntries([...weights.keys()].map((n, i) => [n, gradients[i] as Sym<"f32">])),
  };
}

/** Every position goes through every layer; targets that are -100 have no loss. */
export function everywhere(weights: Weights, config: DecoderConfig, batch: number, time: number) {
  const specs = { tokens: i32(batch, time), targets: i32(batch, time) };
  return program(specs, (x) => results(weights, decoderLoss(weights, config, x)));
}

/** Forward, backward and AdamW in one program, as the benchmarks of training have it. */
export function adamwStep(
  weights: Weights,
  config: DecoderConfig,
  batch: number,
  time: number,
  rate: number,
) {
  const parameters = [...weights.values()];
  const optimizer = adamw(parameters, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1 });
  const step = program({ tokens: i32(batch, time), targets: i32(batch, time) }, (x) => {
    const loss = decoderLoss(weights, config, x);
    optimizer.update(grad(loss, parameters), rate);
    return { loss };
  });
  return { parameters, optimizer, step };
}

/** The last layer at `count` positions only. */
export function wherePositions(
  weights: Weights,
  config: DecoderConfig,
  batch: number,
  time: number,
  count: number,
) {
  const specs = { tokens: i32(batch, time), targets: i32(count), lossPositions: i32(count) };
  return program(specs, (x) => results(weights, decoderLoss(weights, config, x)));
}

/** The places of the targets that have a loss, and these targets. */
export function compact(targets: ArrayLike<number>): {
  lossPositions: Int32Array<ArrayBuffer>;
  targets: Int32Array<ArrayBuffer>;
} {
  const kept = Array.from(targets, (target, place) => ({ target, place })).filter(
    ({ target }) => target !== -100,
  );
  return {
    lossPositions: Int32Array.from(kept, ({ place }) => place),
    targets: Int32Array.from(kept, ({ target }) => target),
  };
}
