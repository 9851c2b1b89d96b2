// A model's headers, wherever it is: of the hub's files only the parts that have them.

import { stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { openTensors, type TensorSource } from "@ryanstream/format";
import { INDEX, isHuggingFace, weightFiles } from "./choose-files.js";
import { connectionOf } from "./hub/connection.js";
import { isOffline } from "./hub/environment.js";
import { RemoteFile } from "./hub/remote-file.js";
import { fetchSnapshot, HubError } from "./hub/snapshot.js";
import { type HubName, parseHubName } from "./model-name.js";
import type { HubOptions } from "./resolve-model.js";
import { shardsOf } from "./shard-index.js";

const CONFIGURATION = ["config.json", "generation_config.json", INDEX];

export interface OpenHeadersOptions {
  readonly hub?: HubOptions;
  readonly signal?: AbortSignal | undefined;
}

export interface ModelHeaders {
  /** Close it. What it reads of tensors comes from where the model is. */
  readonly source: TensorSource;
  /** A folder with the model's `config.json` and `generation_config.json`, if it has them. */
  readonly folder: string;
}

/**
 * Opens what is at a path, else a model of the hub without fetching its weights: from the cache if that has them, else by
 * HTTP ranges. Configurations and an index of shards go to the cache, as with {@link resolveModel}.
 *
 * @param model  as {@link resolveModel} takes it
 * @throws ModelError `ERR_NOT_FOUND`, `ERR_AMBIGUOUS`; FormatError; HubError, also `ERR_RESPONSE` from a server that
 *   gives whole files only; the signal's reason
 *
 * @example
 * const { source } = await openHeaders("Qwen/Qwen2.5-0.5B");
 * console.log(inspect(source).parameters);
 * await source.close();
 */
export async function openHeaders(
  model: string,
  { hub = {}, signal }: OpenHeadersOptions = {},
): Promise<ModelHeaders> {
  const status = await stat(model).catch(() => undefined);
  const name = status === undefined ? parseHubName(model) : undefined;
  const options = signal === undefined ? {} : { signal };
  if (name !== undefined) return await openRepository(name, { ...hub, ...options });
  const source = await openTensors(model, options);
  return { source, folder: status?.isDirectory() ? model : dirname(model) };
}

async function openRepository(
  { repository, file }: HubName,
  options: HubOptions & { readonly signal?: AbortSignal },
): Promise<ModelHeaders> {
  let weights: string[] = [];
  const { path: folder, commit } = await fetchSnapshot(repository, {
    ...options,
    files: (names) => {
      weights = weightFiles(names, repository, file);
      const beside = isHuggingFace(weights) ? CONFIGURATION : [];
      return names.filter((name) => beside.includes(name));
    },
  });
  const [first = ""] = weights;
  const all = first === INDEX ? await shardsOf(join(folder, INDEX)) : weights;
  const open = options.signal === undefined ? {} : { signal: options.signal };
  if (await isCached(repository, commit, all, options)) {
    return { source: await openTensors(join(folder, first), open), folder };
  }
  const connection = await connectionOf(options);
  const openFile = (path: string) => {
    const name = path
      .split(sep)
      .join("/")
      .slice(repository.length + 1);
    return RemoteFile.open({ connection, repository, commit, file: name });
  };
  const source = await openTensors(join(repository, first), { ...open, openFile });
  return { source, folder };
}

/**
 * Whether the cache has all of these files.
 *
 * @throws HubError `ERR_OFFLINE` if it doesn't and nothing else is to be used
 */
async function isCached(
  repository: string,
  commit: string,
  files: readonly string[],
  options: HubOptions,
): Promise<boolean> {
  try {
    const only = { ...options, revision: commit, files: () => files };
    await fetchSnapshot(repository, { ...only, offline: true });
    return true;
  } catch (error) {
    if (!(error instanceof HubError && error.code === "ERR_OFFLINE")) throw error;
    if (isOffline(options.offline)) throw error;
    return false;
  }
}
