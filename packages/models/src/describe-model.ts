// What a model is and what memory it will take, before any of it is taken.

import { openTensors } from "@ryanstream/format";
import type { Architecture } from "./architectures/architecture.js";
import { architectures as known } from "./architectures/index.js";
import type { DecoderConfig } from "./decoder-config.js";
import { type KvType, kvBytesPerPosition } from "./kv-type.js";
import { type Described, readConfig, readFolder } from "./read-config.js";
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

export interface DescribeOptions {
  /** How weights are to be held; default `"as-is"`. */
  readonly weights?: WeightFormat;
  /** Default: all of this package. */
  readonly architectures?: readonly Architecture[];
  readonly signal?: AbortSignal;
}

/**
 * Describes the model at a path that {@link resolveModel} gave, from headers and configuration.
 *
 * @throws ModelError `ERR_ARCHITECTURE`, `ERR_CONFIG`, `ERR_ARGUMENT`; FormatError; the signal's reason
 *
 * @example
 * const { weightBytes, kvBytesPerPosition } = await describeModel("model.gguf", { weights: "int4" });
 * const needed = weightBytes + 4096 * kvBytesPerPosition("f16");
 */
export async function describeModel(
  path: string,
  { weights = "as-is", architectures = known, signal }: DescribeOptions = {},
): Promise<ModelDescription> {
  checkFormat(weights);
  await using source = await openTensors(path, signal === undefined ? {} : { signal });
  const described = await readConfig(path, source, architectures);
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

const configurationOf = ({ config, endTokens }: Described): ModelConfiguration => ({
  config,
  endTokens,
  maxPositions: config.maxPositions,
  kvBytesPerPosition: (type) => kvBytesPerPosition(config, type),
});
