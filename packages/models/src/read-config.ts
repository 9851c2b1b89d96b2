// What a model is, from metadata as GGUF has it or the configurations beside other files.

import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TensorSource } from "@ryanstream/format";
import type { Architecture } from "./architectures/architecture.js";
import type { DecoderConfig } from "./decoder-config.js";
import { endTokensOfGguf, endTokensOfHuggingFace } from "./end-tokens.js";
import { ensure, ModelError } from "./errors.js";
import { configFromGguf } from "./gguf-config.js";
import { configFromHuggingFace } from "./hugging-face-config.js";
import { huggingFaceNames, isGgufModel } from "./weight-names.js";

/** What a model is, apart from its weights. */
export interface Described {
  readonly config: DecoderConfig;
  readonly endTokens: readonly number[];
}

const MAX_CONFIG_BYTES = 2 ** 24;

/**
 * What the files of an open source say of the model.
 *
 * @param path  what was opened: a file or a folder
 */
export async function readConfig(
  path: string,
  source: TensorSource,
  architectures: readonly Architecture[],
): Promise<Described> {
  if (isGgufModel(source)) return await readGguf(source, architectures);
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const { tied, ...described } = await readFolder(folder, architectures);
  // A head that is there counts, whatever the configuration's default was when it was written.
  const isTied = tied ?? !source.tensors.has(huggingFaceNames.head);
  return { ...described, config: { ...described.config, tied: isTied } };
}

async function readGguf(
  source: TensorSource,
  architectures: readonly Architecture[],
): Promise<Described> {
  const config = await configFromGguf(source, architectures);
  return { config, endTokens: endTokensOfGguf(source.metadata, config.vocabularySize) };
}

/**
 * What `config.json` of a folder says, whether or not its weights are there.
 *
 * @returns `tied`: whether the configuration says that the head is the embedding; undefined if it says nothing of it
 */
export async function readFolder(
  folder: string,
  architectures: readonly Architecture[],
): Promise<Described & { readonly tied: boolean | undefined }> {
  const file = join(folder, "config.json");
  const json = await readJson(file);
  ensure(
    json !== undefined,
    "ERR_CONFIG",
    () => `expected ${file}, which says what the weights are`,
  );
  const config = configFromHuggingFace(json, architectures, file);
  const generation = await readJson(join(folder, "generation_config.json"));
  return {
    config,
    endTokens: endTokensOfHuggingFace(json, generation, config.vocabularySize),
    tied: json["tie_word_embeddings"] === undefined ? undefined : config.tied,
  };
}

/** An object in a file; undefined if there is no such file. */
async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  let json: unknown;
  try {
    const { size } = await stat(file);
    ensure(size <= MAX_CONFIG_BYTES, "ERR_CONFIG", () => `${file}: ${size} bytes are too many`);
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const what = cause instanceof SyntaxError ? "this is not JSON" : (cause as Error).message;
    throw new ModelError("ERR_CONFIG", `${file}: ${what}`, { cause });
  }
  ensure(
    typeof json === "object" && json !== null && !Array.isArray(json),
    "ERR_CONFIG",
    () => `${file}: expected an object`,
  );
  return json as Record<string, unknown>;
}
