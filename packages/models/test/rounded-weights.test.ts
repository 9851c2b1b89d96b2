// `weights: "int8"` and `"int4"`. Rounded weights make a model of their own; beside that model in
// float32, all that is left is that inputs of products are rounded to 8 bits. So that error is the
// same for both, while the one against the model that was rounded is not.

import { expect, it } from "vitest";
import { loadModel } from "../src/index.js";
import { temporaryFolder, writeHuggingFace } from "./support/checkpoint.js";
import { floats, type GoldenModel, golden, WANTED } from "./support/golden-models.js";
import { formatOf, rounded } from "./support/rounded.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

interface Measured {
  readonly int8: number;
  readonly int4: number;
}

/** Largest errors of all instruction sets, over the largest logit; bounds are half as much again. */
const fromRounded: Readonly<Record<string, Measured>> = {
  "llama 2": { int8: 0.0249, int4: 0.0186 },
  "llama 3, scaled": { int8: 0.0251, int4: 0.0297 },
  "llama with biases and linear scaling": { int8: 0.0221, int4: 0.0171 },
  "deepseek-math": { int8: 0.0152, int4: 0.0204 },
  "qwen2, tied": { int8: 0.0264, int4: 0.024 },
  "qwen2 with yarn": { int8: 0.0368, int4: 0.0246 },
  "qwen2 with windows in later layers": { int8: 0.0205, int4: 0.0252 },
  qwen3: { int8: 0.0171, int4: 0.0191 },
  "mistral past its window": { int8: 0.021, int4: 0.0216 },
};
const fromTransformers: Readonly<Record<string, Measured>> = {
  "llama 2": { int8: 0.0413, int4: 0.2675 },
  "llama 3, scaled": { int8: 0.0364, int4: 0.2559 },
  "llama with biases and linear scaling": { int8: 0.0284, int4: 0.2736 },
  "deepseek-math": { int8: 0.0233, int4: 0.1966 },
  "qwen2, tied": { int8: 0.0263, int4: 0.2529 },
  "qwen2 with yarn": { int8: 0.0337, int4: 0.3062 },
  "qwen2 with windows in later layers": { int8: 0.0229, int4: 0.2697 },
  qwen3: { int8: 0.0258, int4: 0.4038 },
  "mistral past its window": { int8: 0.0266, int4: 0.2349 },
};
const ALLOWANCE = 1.5;

async function logitsOf(
  { config, tokens }: GoldenModel,
  weights: "as-is" | "int8" | "int4",
  change?: Parameters<typeof writeHuggingFace>[3],
): Promise<Float32Array> {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, config, "F32", change);
  using model = await loadModel(folder.path, { weights });
  using runner = runnerOf(model);
  return await run(runner, tokens, { wanted: WANTED });
}

const cases = golden.cases.flatMap((each) =>
  (["int8", "int4"] as const).map((weights) => [each.name, weights, each] as const),
);

it.each(cases)(
  "%s in %s is near its rounded weights, and near transformers",
  async (name, weights, each) => {
    const found = await logitsOf(each, weights);
    const expected = await logitsOf(each, "as-is", (matrix, inputs, tensor) =>
      rounded(matrix, inputs, formatOf(tensor, weights)),
    );
    const own = relativeError(found, expected);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(ALLOWANCE * (fromRounded[name]?.[weights] as number));
    const all = relativeError(found, floats(each.f32));
    expect(all).toBeLessThan(ALLOWANCE * (fromTransformers[name]?.[weights] as number));
  },
);
