// From a path to a model.

import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openTensors, type TensorSource } from "@ryanstream/format";
import type { Architecture } from "./architectures/architecture.js";
import { architectures as known } from "./architectures/index.js";
import type { DecoderConfig } from "./decoder-config.js";
import { endTokensOfGguf, endTokensOfHuggingFace } from "./end-tokens.js";
import { ensure, ModelError } from "./errors.js";
import { configFromGguf } from "./gguf-config.js";
import { configFromHuggingFace } from "./hugging-face-config.js";
import { type LoadProgress, loadWeights, type WeightFormat } from "./load-weights.js";
import { Model } from "./model.js";
import { type HubOptions, resolveModel } from "./resolve-model.js";
import { ggufNames, huggingFaceNames } from "./weight-names.js";

export interface LoadModelOptions {
  /** How weights are held; default `"as-is"`, with the file's bits. */
  readonly weights?: WeightFormat;
  /**
   * A folder for packed weights: what a model is packed into is written there once, and mapped the next time it is
   * loaded, without computing or copying. It takes as much disk as the weights. Default: none.
   */
  readonly packedFolder?: string;
  /** Default: all of this package. */
  readonly architectures?: readonly Architecture[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** For a model of the hub: revision, cache, whether to stay offline, progress of its download. */
  readonly hub?: HubOptions;
}

const MAX_CONFIG_BYTES = 2 ** 24;

/**
 * Loads a model from a folder of Hugging Face's files (`config.json`, safetensors) or a GGUF file; from the hub if
 * there is none at that path, as {@link resolveModel} finds it.
 *
 * @throws ModelError `ERR_NOT_FOUND`, `ERR_AMBIGUOUS`, `ERR_ARCHITECTURE`, `ERR_CONFIG`, `ERR_WEIGHTS`,
 *   `ERR_MEMORY`; FormatError for
 *   files that can't be read; HubError for those that can't be fetched; the signal's reason
 *
 * @example
 * using model = await loadModel("Qwen2.5-Math-1.5B-Instruct-Q8_0.gguf");
 */
export async function loadModel(model: string, options: LoadModelOptions = {}): Promise<Model> {
  const { weights: format = "as-is", architectures = known, signal, onProgress, hub } = options;
  const { packedFolder } = options;
  ensure(
    ["as-is", "int8", "int4"].includes(format),
    "ERR_ARGUMENT",
    () => `expected weights "as-is", "int8" or "int4", found ${JSON.stringify(format)}`,
  );
  const { path } = await resolveModel(model, hub === undefined ? { signal } : { hub, signal });
  const source = await openTensors(path, signal === undefined ? {} : { signal });
  try {
    const { config, endTokens } =
      source.format === "gguf"
        ? await readGguf(source, architectures)
        : await readFolder(path, source, architectures);
    const names = source.format === "gguf" ? ggufNames : huggingFaceNames;
    const weights = await loadWeights(source, config, names, {
      format,
      signal,
      onProgress,
      packedFolder,
    });
    return new Model(config, weights, endTokens);
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

interface Described {
  readonly config: DecoderConfig;
  readonly endTokens: readonly number[];
}

async function readGguf(
  source: TensorSource,
  architectures: readonly Architecture[],
): Promise<Described> {
  const config = await configFromGguf(source, architectures);
  return { config, endTokens: endTokensOfGguf(source.metadata, config.vocabularySize) };
}

async function readFolder(
  path: string,
  source: TensorSource,
  architectures: readonly Architecture[],
): Promise<Described> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const file = join(folder, "config.json");
  const json = await readJson(file);
  ensure(
    json !== undefined,
    "ERR_CONFIG",
    () => `expected ${file}, which says what the weights are`,
  );
  const config = configFromHuggingFace(json, architectures, file);
  const generation = await readJson(join(folder, "generation_config.json"));
  // A head that is there counts, whatever the configuration's default was when it was written.
  const unsaid = json["tie_word_embeddings"] === undefined;
  const tied = config.tied || (unsaid && !source.tensors.has(huggingFaceNames.head));
  return {
    config: { ...config, tied },
    endTokens: endTokensOfHuggingFace(json, generation, config.vocabularySize),
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
