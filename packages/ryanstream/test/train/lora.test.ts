// The weights that LoRA writes are those that it trains.

import { createDecoder } from "@ryanstream/models";
import { dim, i32, program } from "@ryanstream/tensor";
import { expect, it } from "vitest";
import { Lora } from "../../src/train/lora.js";

const config = {
  model_type: "qwen3",
  vocab_size: 24,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 16,
  intermediate_size: 48,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
};

it.each(["silu", "gelu_pytorch_tanh", "relu"])("merged, with %s", async (hidden_act) => {
  using decoder = createDecoder({ ...config, hidden_act }, { seed: 1 });
  for (const each of decoder.parameters.values()) {
    each.write((each.read() as Float32Array).map((x, i) => x + 0.1 * Math.sin(i)) as never);
  }
  using lora = new Lora(decoder, { rank: 3, alpha: 5 }, 7);
  for (const each of lora.parameters) {
    each.write((each.read() as Float32Array).map((_, i) => 0.2 * Math.cos(3 * i)) as never);
  }
  const L = dim("L", { max: 8 });
  const specs = {
    tokens: i32(1, 8),
    positions: i32(1, 8),
    segments: i32(8),
    places: i32(L),
    targets: i32(L),
  };
  const trace = (adapted: boolean) =>
    program(specs, ({ places, targets, ...rest }) => ({
      losses: decoder.loss(
        { ...rest, loss: { places, targets } },
        adapted ? lora.adapt() : undefined,
      ),
    }));
  const data = {
    tokens: Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6),
    positions: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3),
    segments: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    places: Int32Array.of(1, 2, 5),
    targets: Int32Array.of(4, 1, 2),
  };
  using beside = trace(true);
  const trained = (await beside.run(data)).losses;
  using plain = trace(false);
  const before = (await plain.run(data)).losses;
  for (const [name, each] of decoder.parameters) each.write(lora.merged(name));
  const merged = (await plain.run(data)).losses;
  for (const [i, loss] of trained.entries()) {
    expect(Math.abs(loss / (merged[i] as number) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(loss / (before[i] as number) - 1)).toBeGreaterThan(1e-3);
  }
});
