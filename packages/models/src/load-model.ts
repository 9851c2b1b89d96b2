// From a path to a model.

import { openTensors } from "@ryanstream/format";
import type { Architecture } from "./architectures/architecture.js";
import { architectures as known } from "./architectures/index.js";
import { describeFound } from "./describe-model.js";
import { expectMemory } from "./expect-memory.js";
import { type LoadProgress, loadWeights } from "./load-weights.js";
import { Model } from "./model.js";
import { readConfig } from "./read-config.js";
import { type FoundRepository, type HubOptions, resolveModel } from "./resolve-model.js";
import { checkFormat, type WeightFormat } from "./weight-format.js";
import { namesIn } from "./weight-names.js";

export interface LoadModelOptions {
  /** How weights are held; default `"as-is"`, with the file's bits. */
  readonly weights?: WeightFormat;
  /**
   * A folder for packed weights: what a model is packed into is written there once, and mapped the next time it is
   * loaded, without computing or copying. It takes as much disk as the weights, and may be read-only once they are
   * there. What was packed from files that have changed since is removed from it. Default: none.
   */
  readonly packedFolder?: string;
  /** Default: all of this package. */
  readonly architectures?: readonly Architecture[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** For a model of the hub: revision, cache, whether to stay offline, progress of its download. */
  readonly hub?: HubOptions;
}

/**
 * Loads a model from a folder of Hugging Face's files (`config.json`, safetensors) or a GGUF file; from the hub if
 * there is none at that path, as {@link resolveModel} finds it.
 *
 * @throws ModelError `ERR_NOT_FOUND`, `ERR_AMBIGUOUS`, `ERR_ARCHITECTURE`, `ERR_CONFIG`, `ERR_WEIGHTS`,
 *   `ERR_MEMORY`, before weights are fetched if the hub gives parts of files; FormatError for files that can't be read;
 *   HubError for those that can't be fetched; the signal's reason
 *
 * @example
 * using model = await loadModel("Qwen2.5-Math-1.5B-Instruct-Q8_0.gguf");
 */
export async function loadModel(model: string, options: LoadModelOptions = {}): Promise<Model> {
  const { weights: format = "as-is", architectures = known, signal, onProgress, hub } = options;
  const { packedFolder } = options;
  checkFormat(format);
  const beforeWeights = async (found: FoundRepository) => {
    if (packedFolder !== undefined) return; // what it has is mapped, and need not fit
    const own = { weights: format, architectures, signal, ...(hub === undefined ? {} : { hub }) };
    expectMemory((await describeFound(model, found, own))?.weightBytes ?? 0);
  };
  const place = { signal, beforeWeights, ...(hub === undefined ? {} : { hub }) };
  const { path } = await resolveModel(model, place);
  const source = await openTensors(path, signal === undefined ? {} : { signal });
  try {
    const { config, endTokens } = await readConfig(path, source, architectures);
    const weights = await loadWeights(source, config, namesIn(source), {
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
