// The training pass against transformers, against itself alone, and what it trains.

import { dim, grad, i32, program, sum } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import {
  createDecoder,
  loadModel,
  openDecoder,
  saveDecoder,
  type TrainableDecoder,
} from "../../src/index.js";
import { temporaryFolder, writeHuggingFace } from "../support/checkpoint.js";
import { floats, golden, WANTED } from "../support/golden-models.js";
import { relativeError, run, runnerOf } from "../support/steps.js";

interface Rows {
  readonly tokens: readonly (readonly number[])[]; // documents
  /** `[document, place, target]` */
  readonly losses: readonly (readonly [number, number, number])[];
}

/** Losses, and gradients of their sum, of documents packed into rows of `length`. */
async function pass(
  decoder: TrainableDecoder,
  { tokens, losses }: Rows,
  rowsOf: number[][],
  length: number,
) {
  const B = rowsOf.length;
  const inputs = {
    tokens: new Int32Array(B * length),
    positions: new Int32Array(B * length),
    segments: new Int32Array(B * length),
  };
  const starts = new Map<number, number>();
  for (const [row, documents] of rowsOf.entries()) {
    let at = row * length;
    for (const id of documents) {
      const document = tokens[id] as readonly number[];
      starts.set(id, at);
      for (const [i, token] of document.entries()) {
        inputs.tokens[at] = token;
        inputs.positions[at] = i;
        inputs.segments[at++] = id;
      }
    }
    for (; at < (row + 1) * length; at++) inputs.segments[at] = tokens.length + row;
  }
  const found = losses
    .map(([id, place, target], index) => ({
      at: (starts.get(id) as number) + place,
      target,
      index,
    }))
    .sort((a, b) => a.at - b.at);
  const L = dim("L", { max: B * length });
  const parameters = [...decoder.parameters.values()];
  using step = program(
    {
      tokens: i32(B, length),
      positions: i32(B, length),
      segments: i32(B * length),
      places: i32(L),
      targets: i32(L),
    },
    ({ places, targets, ...rest }) => {
      const each = decoder.loss({ ...rest, loss: { places, targets } });
      return Object.fromEntries([
        ["losses", each],
        ...grad(sum(each), parameters).map((g, i) => [parameters[i]?.name, g] as const),
      ]);
    },
  );
  const results = (await step.run({
    ...inputs,
    places: Int32Array.from(found, ({ at }) => at),
    targets: Int32Array.from(found, ({ target }) => target),
  })) as Record<string, Float32Array>;
  const values: number[] = [];
  for (const [i, { index }] of found.entries()) values[index] = results["losses"]?.[i] as number;
  const gradients = parameters.map(({ name }) => results[name] as Float32Array);
  return { losses: values, gradients };
}

const nll = (logits: Float32Array, target: number): number => {
  const most = Math.max(...logits);
  const total = logits.reduce((s, x) => s + Math.exp(x - most), 0);
  return Math.log(total) + most - (logits[target] as number);
};

describe.each(golden.cases)("$name", (each) => {
  it(`has the losses of transformers ${golden.transformers}`, async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, each.config, "F32");
    using decoder = await openDecoder(folder.path);
    const logits = floats(each.f32);
    const width = decoder.config.vocabularySize;
    const first = each.tokens.length - WANTED;
    const losses = Array.from(
      { length: WANTED },
      (_, i) => [0, first + i, (7 * i + 3) % width] as const,
    );
    const rows = { tokens: [each.tokens], losses };
    const { losses: found } = await pass(decoder, rows, [[0]], each.tokens.length + 3);
    for (const [i, [, , target]] of losses.entries()) {
      const expected = nll(logits.subarray(i * width, (i + 1) * width), target);
      expect(Math.abs((found[i] as number) / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it("is the same whatever it is packed with", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, each.config, "F32");
    using decoder = await openDecoder(folder.path);
    const half = Math.floor(each.tokens.length / 2);
    const rows: Rows = {
      tokens: [each.tokens.slice(0, half), each.tokens.slice(half), each.tokens.slice(3, half)],
      losses: [
        [0, 1, 5],
        [1, 0, 6],
        [1, 4, 7],
        [2, 3, 8],
        [0, half - 1, 9],
      ],
    };
    const length = each.tokens.length + 5;
    const packed = await pass(decoder, rows, [[0, 1], [2]], length);
    const apart = await pass(decoder, rows, [[0], [1], [2]], length);
    expect(packed.losses).toEqual(apart.losses);
    for (const [i, gradient] of packed.gradients.entries()) {
      expect(relativeError(gradient, apart.gradients[i] as Float32Array)).toBeLessThan(2e-5);
    }
  });
});

const small = {
  model_type: "qwen3",
  vocab_size: 32,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 16,
  intermediate_size: 48,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};

describe("a decoder that is made", () => {
  it("has the same weights for the same seed, others for another", () => {
    const weights = (seed: number) => {
      using decoder = createDecoder(small, { seed });
      return [...decoder.parameters.values()].map((each) => [...each.read()]);
    };
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it("begins at the loss of a guess", async () => {
    using decoder = createDecoder(small, { seed: 1 });
    const rows: Rows = {
      tokens: [[1, 2, 3, 4]],
      losses: [
        [0, 1, 3],
        [0, 2, 4],
      ],
    };
    const { losses } = await pass(decoder, rows, [[0]], 4);
    for (const loss of losses) expect(Math.abs(loss - Math.log(32))).toBeLessThan(0.5);
  });

  it.each(["F32", "BF16"] as const)("is loaded from what is saved as %s", async (dtype) => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, small, "F32");
    using decoder = createDecoder(small, { seed: 3 });
    for (const each of decoder.parameters.values()) {
      if (each.name.endsWith("o_proj.weight"))
        each.write(each.read().map((_, i) => Math.sin(i)) as never);
    }
    await saveDecoder(decoder, folder.path, { dtype });
    using again = await openDecoder(folder.path);
    using model = await loadModel(folder.path);
    using runner = runnerOf(model);
    const tokens = [1, 5, 9, 2];
    const logits = await run(runner, tokens, { wanted: 1 });
    const rows: Rows = { tokens: [tokens], losses: [[0, 3, 17]] };
    const [loss] = (await pass(again, rows, [[0]], 4)).losses;
    expect(Math.abs((loss as number) / nll(logits, 17) - 1)).toBeLessThan(1e-5);
    if (dtype === "F32") {
      for (const [name, each] of decoder.parameters) {
        expect(again.parameters.get(name)?.read()).toEqual(each.read());
      }
    }
  });

  it("refuses a seed and a configuration that can't be", () => {
    expect(() => createDecoder(small, { seed: -1 })).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
    expect(() => createDecoder({ ...small, num_key_value_heads: 3 }, { seed: 1 })).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG" }),
    );
  });
});
