import { FormatError } from "../errors.js";
import type { GgufType } from "../gguf/value-types.js";
import type { InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";
import { mergeTensors, type OpenFiles } from "../open-files.js";
import type { SourceContents } from "../tensor-source.js";
import { readSafetensorsHeader, type SafetensorsHeader } from "./header.js";
import { checkShards, readShardIndex } from "./index-file.js";

/** Reads one file. */
export async function openSafetensors(
  file: InputFile,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SourceContents> {
  return contentsOf([await readSafetensorsHeader(file, limits, signal)], limits);
}

/** Reads the shards of an index; they are added to `files`, the index itself is not. */
export async function openShards(
  index: InputFile,
  files: OpenFiles,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SourceContents> {
  const shards = await readShardIndex(index, limits, signal);
  const headers = await files.each(shards.shards, (file) =>
    readSafetensorsHeader(file, limits, signal),
  );
  const listed = headers.flatMap(({ tensors }) => tensors);
  checkShards(shards, listed, index.path);
  return contentsOf(headers, limits);
}

/** Shards repeat their metadata; where they differ, the first one's counts. */
function contentsOf(headers: readonly SafetensorsHeader[], limits: Limits): SourceContents {
  const metadata = new Map<string, string>();
  for (const header of headers) {
    for (const [key, value] of header.metadata) {
      if (!metadata.has(key)) metadata.set(key, value);
    }
  }
  if (metadata.size > limits.maxMetadata) {
    throw new FormatError("ERR_LIMIT", {
      expected: `at most ${limits.maxMetadata} entries of metadata`,
      found: metadata.size,
    });
  }
  return {
    format: "safetensors",
    version: undefined,
    metadata,
    metadataTypes: new Map([...metadata.keys()].map((key): [string, GgufType] => [key, "string"])),
    tensors: mergeTensors(headers, limits),
    dataOffsets: headers.map(({ dataOffset }) => dataOffset),
  };
}
