// One run: a decoder from its first weights to the end of its schedule.

import {
  adamw,
  globalNorm,
  momentumFor,
  muon,
  type Optimizer,
  parameterGroups,
  type RyanOptimizer,
  type RyanOptimizerOptions,
  ryanOptimizer,
  warmupStableDecay,
} from "@ryanstream/optimizer";
import { f32, grad, i32, type Operand, type Parameter, program } from "@ryanstream/tensor";
import { decoderLoss, decoderWeights } from "../../../packages/kernels/test/support/decoder.js";
import { weight } from "../../golden/weights.js";
import { median } from "../rows.js";
import { type Corpus, vocabulary, windows } from "./corpus.js";

export const optimizerNames = ["adamw", "muon", "ryan"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export interface Setting {
  readonly name: string;
  readonly corpus: "problems" | "text";
  readonly model: { readonly width: number; readonly layers: number };
  readonly batch: number;
  readonly time: number;
  readonly steps: number;
}

export interface RunKey extends Setting {
  /** Of Ryan-Optimizer, other than its defaults. */
  readonly ryan?: Partial<RyanOptimizerOptions>;
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly rate: number;
  readonly weightDecay: number;
}

export interface RunResult {
  /** On held-out data after the last step; `Infinity` where it was lost on the way. */
  readonly loss: number;
  /** Steps taken and the loss on held-out data then. */
  readonly curve: readonly (readonly [step: number, loss: number])[];
  /** Of the median step, evaluation not counted. */
  readonly stepSeconds: number;
}

const evaluations = 48;
/** Batches of held-out data. */
const heldOutBatches = 2;

export async function train(key: RunKey, { train: bytes, heldOut }: Corpus): Promise<RunResult> {
  const { batch, time, steps, seed, rate: peak } = key;
  const config = configOf(key.model);
  const weights = decoderWeights(config);
  const parameters = [...weights.values()];
  for (const p of parameters) p.write(weight(`${seed}:${p.name}`, p.shape as readonly number[]));
  const specs = { tokens: i32(batch, time), targets: i32(batch, time) };
  const stepFlops = () => {
    using traced = program(specs, (x) =>
      globalNorm(grad(decoderLoss(weights, config, x), parameters)),
    );
    return traced.cost().flops;
  };
  using optimizer = optimizerOf(key, parameters, stepFlops);
  using step = program({ ...specs, rate: f32(1) }, ({ rate, ...x }) => {
    const loss = decoderLoss(weights, config, x);
    optimizer.update(grad(loss, [...optimizer.parameters]), rate as Operand<"f32">);
    return { loss };
  });
  using evaluation = program(specs, (x) => ({ loss: decoderLoss(weights, config, x) }));
  const evaluate = async () => {
    using _ = "useAveraged" in optimizer ? optimizer.useAveraged() : undefined;
    let sum = 0;
    for (let i = 0; i < heldOutBatches; i++) {
      const { loss } = await evaluation.run(windows(heldOut, `held-out:${i}`, key));
      sum += loss[0] as number;
    }
    return sum / heldOutBatches;
  };
  const schedule = warmupStableDecay({
    peak,
    steps,
    warmup: Math.floor(steps / 20),
    decay: Math.floor(0.4 * steps),
  });
  const every = Math.max(1, Math.round(steps / evaluations));
  const curve: [number, number][] = [];
  const seconds: number[] = [];
  for (let t = 0; t < steps; t++) {
    const data = windows(bytes, `${seed}:batch:${t}`, key);
    const start = performance.now();
    await step.run({ ...data, rate: Float32Array.of(schedule(t)) });
    seconds.push((performance.now() - start) / 1e3);
    if ((t + 1) % every !== 0 && t + 1 < steps) continue;
    const loss = await evaluate();
    if (!Number.isFinite(loss)) break;
    curve.push([t + 1, loss]);
  }
  for (const p of parameters) p.dispose();
  const [last, loss] = curve.at(-1) ?? [0, Infinity];
  return { loss: last === steps ? loss : Infinity, curve, stepSeconds: median(seconds) };
}

export function configOf({ width, layers }: Setting["model"]) {
  const headDim = Math.min(32, width);
  return {
    vocab: vocabulary,
    width,
    layers,
    heads: Math.floor(width / headDim),
    kv_heads: Math.floor(width / headDim),
    head_dim: headDim,
    hidden: Math.round((8 * width) / 3 / 8) * 8,
  };
}

/**
 * All three share what AdamW trains in the other two: embedding, head and gains, with the same betas. Muon has the momentum of
 * Ryan-Optimizer, which it gains by as much.
 */
export function optimizerOf(
  { optimizer, weightDecay, steps, ryan }: RunKey,
  parameters: readonly Parameter<"f32">[],
  stepFlops: () => number,
): Optimizer | RyanOptimizer {
  const adam = { betas: [0.9, 0.95], weightDecay, decays: isMatrix } as const;
  if (optimizer === "adamw") return adamw(parameters, adam);
  if (optimizer === "ryan") {
    return ryanOptimizer(parameters, { steps, weightDecay, stepFlops: stepFlops(), ...ryan });
  }
  const hidden = parameters.filter((p) => isMatrix(p) && p.name.startsWith("layers."));
  const others = parameters.filter((p) => !hidden.includes(p));
  return parameterGroups([
    { optimizer: muon(hidden, { weightDecay, adjust: "rms", momentum: momentumFor(steps) }) },
    { optimizer: adamw(others, adam) },
  ]);
}

const isMatrix = ({ shape }: Parameter<"f32">) => shape.length === 2;
