// Logits against Hugging Face transformers, of every architecture.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadModel } from "../src/index.js";
import { type HuggingFaceConfig, temporaryFolder, writeHuggingFace } from "./support/checkpoint.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

interface Case {
  readonly name: string;
  readonly config: HuggingFaceConfig;
  readonly tokens: readonly number[];
  readonly f32: string;
  readonly bf16: string;
}

const golden = JSON.parse(
  readFileSync(new URL("./golden/models.json", import.meta.url), "utf8"),
) as { readonly transformers: string; readonly cases: readonly Case[] };

const numbers = (base64: string) =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);

const WANTED = 4;

async function logitsOf(
  path: string,
  { tokens }: Case,
  weights: "as-is" | "int8" | "int4" = "as-is",
) {
  using model = await loadModel(path, { weights });
  using runner = runnerOf(model);
  return await run(runner, tokens, { wanted: WANTED });
}

describe.each(golden.cases)(`$name, against transformers ${golden.transformers}`, (each) => {
  it("gives the logits in f32 to 1e-5", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, each.config);
    expect(relativeError(await logitsOf(folder.path, each), numbers(each.f32))).toBeLessThan(1e-5);
  });

  it("gives the logits of bf16 weights to 1e-5, since products are in f32", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, each.config, "BF16");
    expect(relativeError(await logitsOf(folder.path, each), numbers(each.bf16))).toBeLessThan(1e-5);
  });

  it.each([
    ["int8", 0.06],
    ["int4", 0.5],
  ] as const)("gives the logits near enough with %s", async (weights, bound) => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, each.config);
    const found = relativeError(await logitsOf(folder.path, each, weights), numbers(each.f32));
    expect(found).toBeLessThan(bound);
  });
});
