// Logits against Hugging Face transformers, of every architecture.

import { describe, expect, it } from "vitest";
import { loadModel } from "../src/index.js";
import { temporaryFolder, writeHuggingFace } from "./support/checkpoint.js";
import { floats, golden, WANTED } from "./support/golden-models.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

describe.each(golden.cases)(`$name, against transformers ${golden.transformers}`, (each) => {
  it.each([
    ["F32", "f32"],
    ["BF16", "bf16"],
  ] as const)(
    "gives the logits of %s weights to 1e-5, since products are in f32",
    async (dtype, logits) => {
      await using folder = await temporaryFolder();
      await writeHuggingFace(folder.path, each.config, dtype);
      using model = await loadModel(folder.path);
      using runner = runnerOf(model);
      const found = await run(runner, each.tokens, { wanted: WANTED });
      expect(relativeError(found, floats(each[logits]))).toBeLessThan(1e-5);
    },
  );
});
