// `*.safetensors.index.json`: which shard holds which tensor, as Hugging Face writes it.

import { dirname, join } from "node:path";
import { FormatError, quoted } from "../errors.js";
import type { InputFile } from "../input-file.js";
import { JsonCursor } from "../json-cursor.js";
import type { Limits } from "../limits.js";
import type { TensorInfo } from "../tensor-info.js";

export interface ShardIndex {
  /** Paths of the shards, by the order of their names. */
  readonly shards: readonly string[];
  /** The shard of each tensor. */
  readonly weightMap: ReadonlyMap<string, string>;
}

/** @throws FormatError `ERR_HEADER`, `ERR_SHARDS`, `ERR_LIMIT` */
export async function readShardIndex(
  file: InputFile,
  limits: Limits,
  signal?: AbortSignal,
): Promise<ShardIndex> {
  if (file.byteLength > limits.maxHeaderBytes) {
    throw new FormatError("ERR_LIMIT", {
      file: file.path,
      expected: `at most ${limits.maxHeaderBytes} bytes of an index`,
      found: file.byteLength,
    });
  }
  const bytes = new Uint8Array(file.byteLength);
  await file.read(bytes, 0, signal);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const expected = "an index in UTF-8";
    throw new FormatError("ERR_HEADER", { file: file.path, expected, found: "other bytes", cause });
  }
  return parseShardIndex(text, file.path, limits);
}

function parseShardIndex(text: string, path: string, limits: Limits): ShardIndex {
  const json = new JsonCursor(text, path);
  const names = new Set<string>();
  const weightMap = new Map<string, string>();
  let found = false;
  json.object("the index", (field) => {
    if (field !== "weight_map") {
      json.skip();
      return;
    }
    found = true;
    json.object("weight_map", (tensor) => {
      if (weightMap.size === limits.maxTensors) {
        json.fail(`at most ${limits.maxTensors} tensors`, "more", "ERR_LIMIT");
      }
      const shard = json.string(`the file of ${quoted(tensor)}`);
      // Only a plain name: nothing that could lead out of the folder of the index.
      if (!/^[^/\\\0]+$/.test(shard) || shard === "." || shard === "..") {
        throw new FormatError("ERR_SHARDS", {
          file: path,
          tensor,
          expected: "the name of a file in the folder of the index",
          found: quoted(shard),
        });
      }
      names.add(shard);
      if (names.size > limits.maxFiles) {
        json.fail(`at most ${limits.maxFiles} files`, "more", "ERR_LIMIT");
      }
      weightMap.set(tensor, join(dirname(path), shard));
    });
  });
  json.end();
  if (!found) {
    throw new FormatError("ERR_HEADER", {
      file: path,
      expected: '"weight_map" in the index',
      found: "none",
    });
  }
  return { shards: [...names].sort().map((name) => join(dirname(path), name)), weightMap };
}

/** Each tensor of the index must be in its shard, and each tensor of a shard in the index. */
export function checkShards(
  { weightMap }: ShardIndex,
  tensors: Iterable<TensorInfo>,
  indexPath: string,
): void {
  const left = new Map(weightMap);
  for (const { name, file, byteOffset } of tensors) {
    const expected = weightMap.get(name);
    if (expected !== file) {
      throw new FormatError("ERR_SHARDS", {
        file,
        tensor: name,
        offset: byteOffset,
        expected:
          expected === undefined
            ? `only tensors that the index ${indexPath} lists`
            : `it only in ${expected}, where the index ${indexPath} has it`,
        found: "it here",
      });
    }
    left.delete(name);
  }
  for (const [name, file] of left) {
    throw new FormatError("ERR_SHARDS", {
      file,
      tensor: name,
      expected: `it here, as the index ${indexPath} says`,
      found: "no such tensor",
    });
  }
}
