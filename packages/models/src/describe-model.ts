// What a model is and what memory it will take, before any of it is taken.

import type { Architecture } from "./architectures/architecture.js";
import { architectures as known } from "./architectures/index.js";
import type { DecoderConfig } from "./decoder-config.js";
import { HubError } from "./hub/snapshot.js";
import { type KvType, kvBytesPerPosition } from "./kv-type.js";
import { openHeaders } from "./open-headers.js";
import { type Described, readConfig, readFolder } from "./read-config.js";
import type { FoundRepository, HubOptions } from "./resolve-model.js";
import { weightBytes } from "./weight-bytes.js";
import { checkFormat, type WeightFormat } from "./weight-format.js";
import { namesIn } from "./weight-names.js";

/** What is known of a model without its weights; the members are those of {@link Model}. */
export interface ModelConfiguration {
  readonly config: DecoderConfig;
  readonly endTokens: readonly number[];
  /** Tokens of the longest sequence that it was made for. */
  readonly maxPositions: number;
  /** Bytes of the keys and values of one position in all layers. */
  kvBytesPerPosition(type: KvType): number;
}

export interface ModelDescription extends ModelConfiguration {
  /** Bytes that all weights will take in memory. */
  readonly weightBytes: number;
}

/** What is known before weights are fetched. */
export type FoundDescription = ModelConfiguration & Partial<ModelDescription>;

export interface DescribeOptions {
  /** How weights are to be held; default `"as-is"`. */
  readonly weights?: WeightFormat;
  /** Default: all of this package. */
  readonly architectures?: readonly Architecture[];
  readonly hub?: HubOptions;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Describes a model from headers and configuration: of a hub id, without fetching its weights.
 *
 * @param model  a path or a hub id, as {@link openHeaders} takes it
 * @throws ModelError `ERR_ARCHITECTURE`, `ERR_CONFIG`, `ERR_ARGUMENT`; what {@link openHeaders} throws
 *
 * @example
 * const { weightBytes, kvBytesPerPosition } = await describeModel("owner/name:Q8_0", { weights: "int4" });
 * const needed = weightBytes + 4096 * kvBytesPerPosition("f16");
 */
export async function describeModel(
  model: string,
  { weights = "as-is", architectures = known, hub = {}, signal }: DescribeOptions = {},
): Promise<ModelDescription> {
  checkFormat(weights);
  const { source, folder } = await openHeaders(model, { hub, signal });
  await using _ = source;
  const described = await readConfig(folder, source, architectures);
  const bytes = weightBytes(source, described.config, namesIn(source), weights);
  return { ...configurationOf(described), weightBytes: bytes };
}

/**
 * Describes what `config.json` of a folder says, whether or not its weights are there.
 *
 * @throws ModelError `ERR_ARCHITECTURE`, `ERR_CONFIG`
 */
export async function describeFolder(
  folder: string,
  { architectures = known }: Pick<DescribeOptions, "architectures"> = {},
): Promise<ModelConfiguration> {
  return configurationOf(await readFolder(folder, architectures));
}

/**
 * Describes a repository for `beforeWeights` of {@link resolveModel}. Where the hub gives no parts of files, only what is
 * beside the weights is known: without `weightBytes`, and of GGUF files nothing.
 *
 * @param model  the id that was resolved
 * @throws as {@link describeModel}
 */
export async function describeFound(
  model: string,
  { folder, commit }: FoundRepository,
  { hub, ...options }: DescribeOptions = {},
): Promise<FoundDescription | undefined> {
  try {
    return await describeModel(model, { ...options, hub: { ...hub, revision: commit } });
  } catch (error) {
    if (!(error instanceof HubError && error.code === "ERR_RESPONSE")) throw error;
    return folder === undefined ? undefined : await describeFolder(folder, options);
  }
}

const configurationOf = ({ config, endTokens }: Described): ModelConfiguration => ({
  config,
  endTokens,
  maxPositions: config.maxPositions,
  kvBytesPerPosition: (type) => kvBytesPerPosition(config, type),
});
