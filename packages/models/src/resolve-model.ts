// From what a person calls a model to files on disk.

import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openTensors } from "@ryanstream/format";
import { describingFiles, INDEX, isHuggingFace, weightFiles } from "./choose-files.js";
import { ensure, ModelError } from "./errors.js";
import { fetchSnapshot, type SnapshotOptions } from "./hub/snapshot.js";
import { type HubName, parseHubName } from "./model-name.js";
import { shardsOf } from "./shard-index.js";
import { isGgufModel } from "./weight-names.js";

/** How the hub is used; see {@link SnapshotOptions}. */
export type HubOptions = Omit<SnapshotOptions, "files" | "signal">;

export interface ResolveModelOptions {
  readonly hub?: HubOptions;
  /**
   * Called for a hub repository before its weights are fetched, or taken from the cache: what it throws keeps them
   * from being fetched.
   */
  readonly beforeWeights?: (found: FoundRepository) => Promise<void> | void;
  readonly signal?: AbortSignal | undefined;
}

/** A repository of which all but the weights is there. */
export interface FoundRepository {
  /** Has configuration and tokenizer; undefined for GGUF files, which have both inside. */
  readonly folder: string | undefined;
  /** The one to which `revision` led. */
  readonly commit: string;
}

export interface ModelPlace {
  /** The file or folder of the weights, as `openTensors` takes it. */
  readonly path: string;
  /** The file or folder of the tokenizer, as `Tokenizer.load` takes it. */
  readonly tokenizer: string;
}

const VOCABULARY = /^(?:tokenizer\.json|tokenizer\.model|tiktoken\.model|qwen\.tiktoken)$/;

/**
 * Finds a model's files: what is at a path, else those of a hub repository, of which only the needed ones are
 * fetched.
 *
 * @param model  a path, `owner/name`, or `owner/name:FILE.gguf`, where a part of the name such as `Q8_0` will do
 * @throws ModelError `ERR_NOT_FOUND`, `ERR_AMBIGUOUS`; HubError; FormatError; the signal's reason; what
 *   `beforeWeights` throws
 *
 * @example
 * const { path, tokenizer } = await resolveModel("Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q8_0");
 */
export async function resolveModel(
  model: string,
  options: ResolveModelOptions = {},
): Promise<ModelPlace> {
  ensure(
    typeof model === "string" && model !== "",
    "ERR_ARGUMENT",
    () => `expected a path or a hub id, found ${typeof model === "string" ? '""' : typeof model}`,
  );
  options.signal?.throwIfAborted();
  const status = await stat(model).catch(() => undefined);
  if (status !== undefined) return await placeOf(model, status.isDirectory(), options.signal);
  const name = parseHubName(model);
  if (name === undefined) {
    throw new ModelError(
      "ERR_NOT_FOUND",
      `expected a file, a folder or a hub id (owner/name), found nothing at ${model}`,
    );
  }
  return await fetchModel(name, options);
}

async function placeOf(
  path: string,
  isFolder: boolean,
  signal: AbortSignal | undefined,
): Promise<ModelPlace> {
  const folder = isFolder ? path : dirname(path);
  if (isFolder && (await readdir(path)).some((name) => VOCABULARY.test(name))) {
    return { path, tokenizer: path };
  }
  // A GGUF file, and what keeps its metadata, has a tokenizer in there.
  await using source = await openTensors(path, signal === undefined ? {} : { signal });
  const first = source.files[0]?.path ?? path;
  return { path, tokenizer: isGgufModel(source) ? first : folder };
}

async function fetchModel(
  { repository, file }: HubName,
  { hub = {}, beforeWeights, signal }: ResolveModelOptions,
): Promise<ModelPlace> {
  const settings = signal === undefined ? hub : { ...hub, signal };
  let weights: string[] = [];
  let hasConfig = false;
  const described = await fetchSnapshot(repository, {
    ...settings,
    files: (names) => {
      weights = weightFiles(names, repository, file);
      hasConfig = isHuggingFace(weights) && names.includes("config.json");
      return isHuggingFace(weights) ? describingFiles(names) : [];
    },
  });
  await beforeWeights?.({
    folder: hasConfig ? described.path : undefined,
    commit: described.commit,
  });
  if (weights[0] === INDEX) weights = await shardsOf(join(described.path, INDEX));
  // The commit, so that a push between the two calls can't mix two versions.
  const { path } = await fetchSnapshot(repository, {
    ...settings,
    revision: described.commit,
    files: () => weights,
  });
  const first = join(path, weights[0] as string);
  if (first.endsWith(".safetensors")) return { path, tokenizer: path };
  if (!hasConfig) return { path: first, tokenizer: first };
  return { path: first, tokenizer: path };
}
