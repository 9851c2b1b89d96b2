// A training step of the test decoder, with everything that it leaves behind: loss,
// gradients, and the parameters after an update.

import { adamw } from "@ryanstream/kernels";
import { grad, i32, type Program, program, type Sym } from "@ryanstream/tensor";
import {
  type DecoderConfig,
  decoderLoss,
  decoderWeights,
} from "../../../kernels/test/support/decoder.js";

export const tiny: DecoderConfig = {
  vocab: 37,
  width: 24,
  layers: 3,
  heads: 3,
  kv_heads: 3,
  head_dim: 8,
  hidden: 40,
};

export interface DecoderStep {
  readonly step: Program<{ tokens: ReturnType<typeof i32>; targets: ReturnType<typeof i32> }>;
  readonly sample: {
    readonly tokens: Int32Array<ArrayBuffer>;
    readonly targets: Int32Array<ArrayBuffer>;
  };
  /** All parameters and states, one after the other. */
  read(): Float32Array[];
  /** Sets them to what they were at first. */
  reset(): void;
  [Symbol.dispose](): void;
}

/** @param results also return the gradients. */
export function decoderStep(
  config: DecoderConfig,
  batch: number,
  time: number,
  { results = false } = {},
): DecoderStep {
  const weights = decoderWeights(config);
  const parameters = [...weights.values()];
  const optimizer = adamw(parameters, { weightDecay: 0.1 });
  const step = program({ tokens: i32(batch, time), targets: i32(batch, time) }, (x) => {
    const loss = decoderLoss(weights, config, x);
    const gradients = grad(loss, parameters);
    optimizer.update(gradients, 1e-2);
    const named = parameters.map((p, i) => [p.name, gradients[i] as Sym] as const);
    return { loss, ...(results ? Object.fromEntries(named) : {}) };
  });
  const slots = step.graph.slots.map(({ slot }) => slot);
  const contents = () => slots.map((s) => new Uint8Array(s.byteLength));
  const at = (bytes: Uint8Array[]) => slots.map((s, i) => s.buffer.read(0, bytes[i] as Uint8Array));
  const first = contents();
  at(first);
  const token = (seed: number) =>
    Int32Array.from(
      { length: batch * time },
      (_, i) => (i * i * 7 + seed * (i + 3)) % config.vocab,
    );
  return {
    step: step as never,
    sample: { tokens: token(1), targets: token(5) },
    read() {
      const bytes = contents();
      at(bytes);
      return bytes.map((b) => new Float32Array(b.buffer));
    },
    reset() {
      for (const [i, s] of slots.entries()) s.buffer.write(0, first[i] as Uint8Array);
    },
    [Symbol.dispose]() {
      step.dispose();
      optimizer.dispose();
      for (const p of parameters) p.dispose();
    },
  };
}
