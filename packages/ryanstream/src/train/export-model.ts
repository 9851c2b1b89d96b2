// A trained decoder as a folder that `loadModel` and other libraries read.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SavedType, saveDecoder, type TrainableDecoder } from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";
import { copyFiles } from "../files/copy-files.js";
import { TOKENIZER_FILES } from "../files/tokenizer-files.js";
import { fillWhole } from "../files/write-whole.js";
import type { Recipe } from "./recipe.js";

/** What other libraries look for in `config.json` besides `model_type`. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
};

/** The fields of `config.json`: the recipe's, or those of the folder that it begins from. */
export async function configOf(
  { model }: Pick<Recipe, "model">,
  tokenizer: Pick<Tokenizer, "size" | "eosId">,
): Promise<Record<string, unknown>> {
  if ("from" in model) return JSON.parse(await readFile(join(model.from, "config.json"), "utf8"));
  const { eosId } = tokenizer;
  const architecture = ARCHITECTURES[String(model.config["model_type"])];
  return {
    ...(architecture === undefined ? {} : { architectures: [architecture] }),
    vocab_size: tokenizer.size,
    ...(eosId === undefined ? {} : { eos_token_id: eosId }),
    ...model.config,
  };
}

export interface ExportOptions {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizerFolder: string;
  /** The folder that the weights began from: what it says of generation stays. */
  readonly from?: string | undefined;
  readonly dtype?: SavedType;
  /** Values of a weight by its name, in place of the decoder's. */
  readonly values?: ((name: string) => Float32Array) | undefined;
}

/** Writes weights, configuration and tokenizer; what is at `folder` is replaced when all is written. */
export async function exportModel(
  folder: string,
  decoder: TrainableDecoder,
  { config, tokenizerFolder, from, dtype = "BF16", values }: ExportOptions,
): Promise<void> {
  await fillWhole(folder, async (partial) => {
    const fields = { ...config, torch_dtype: dtype === "F32" ? "float32" : "bfloat16" };
    await writeFile(join(partial, "config.json"), `${JSON.stringify(fields, null, 2)}\n`);
    await copyFiles(TOKENIZER_FILES, tokenizerFolder, partial);
    if (from !== undefined) await copyFiles(["generation_config.json"], from, partial);
    await saveDecoder(decoder, partial, { dtype, ...(values === undefined ? {} : { values }) });
  });
}
