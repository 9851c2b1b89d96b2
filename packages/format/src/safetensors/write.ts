import { basename } from "node:path";
import { dtypes } from "../dtype.js";
import { FormatError } from "../errors.js";
import type { MetadataInput } from "../gguf/write-metadata.js";
import { type Shard, shardsOf } from "../writing/shards.js";
import {
  type FormatRules,
  isWellFormed,
  type PlannedTensor,
  planTensors,
  type Tensors,
} from "../writing/tensor-input.js";
import {
  type FilePlan,
  type WriteOptions,
  type WrittenFile,
  writeFiles,
} from "../writing/write-files.js";
import { MAX_HEADER_BYTES } from "./header.js";

export interface SafetensorsOptions extends WriteOptions {
  /** Strings by key, for `__metadata__`. PyTorch's loaders look for `format: "pt"`. */
  readonly metadata?:
    | Readonly<Record<string, StringValue>>
    | Iterable<readonly [string, StringValue]>
    | ReadonlyMap<string, MetadataInput>
    | undefined;
  /** Begin a new file before the data of one exceeds this; a larger tensor gets a file of its own. */
  readonly maxShardBytes?: number | undefined;
}

/** A string, or one as {@link metadataOf} gives it. */
type StringValue = string | { readonly type: "string"; readonly value: string };

/** Data begins at a multiple of this, so that mapped tensors are aligned for vector loads. */
const DATA_ALIGNMENT = 64;

const rules: FormatRules = {
  format: "safetensors",
  has: ({ safetensors }) => safetensors,
  rowBlocks: () => false,
  maxDimensions: 64,
  nameFault: (name) =>
    name === "__metadata__" ? "another name: this one is the header's own" : undefined,
};

/**
 * Writes safetensors. Tensors with larger elements come first, so that each begins at a multiple of
 * its element's size, as the reference library has it; those of one size keep their order. With
 * more than one shard `model.safetensors` becomes `model-00001-of-0000N.safetensors` and
 * `model.safetensors.index.json`. Files get their names when all are complete; a failed or
 * cancelled write leaves none.
 *
 * @param path where to write; ends with `.safetensors` when there can be shards
 * @param tensors all are listed before the first is written: give large data as a function or in chunks
 * @returns the files, the index last
 * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_METADATA`, `ERR_UNSUPPORTED`, `ERR_DATA`,
 * `ERR_LIMIT`, `ERR_FILE`; the signal's reason
 *
 * @example
 * const data = new Float32Array(6);
 * await writeSafetensors("model.safetensors", [{ name: "w", dtype: "F32", shape: [2, 3], data }]);
 */
export async function writeSafetensors(
  path: string,
  tensors: Tensors,
  options: SafetensorsOptions = {},
): Promise<WrittenFile[]> {
  const metadata = metadataText(options.metadata);
  const planned = await planTensors(tensors, rules, options.signal);
  const shards = shardsOf(path, ".safetensors", byElementSize(planned), options.maxShardBytes);
  const plans = shards.map((shard) => filePlan(shard, metadata));
  const index = plans.length === 1 ? [] : [indexPlan(`${path}.index.json`, plans)];
  return writeFiles([...plans, ...index], options);
}

/** Types of less than a byte come last: what follows them could begin anywhere. */
const elementSize = ({ dtype }: PlannedTensor): number =>
  dtypes[dtype].block === 1 ? dtypes[dtype].blockBytes : 0;

const byElementSize = (tensors: readonly PlannedTensor[]): PlannedTensor[] =>
  [...tensors].sort((a, b) => elementSize(b) - elementSize(a));

function metadataText(metadata: SafetensorsOptions["metadata"] = {}): string {
  const entries = Symbol.iterator in metadata ? [...metadata] : Object.entries(metadata);
  const seen = new Set<string>();
  const parts = entries.map(([key, given]) => {
    const isTyped = typeof given === "object" && "type" in given && given.type === "string";
    const value = isTyped && "value" in given ? given.value : given;
    const strings = typeof key === "string" && typeof value === "string";
    if (!strings || !isWellFormed(key) || !isWellFormed(value) || seen.has(key)) {
      throw new FormatError("ERR_METADATA", {
        key: String(key),
        expected: "strings in well-formed Unicode by keys that differ",
        found: strings ? (seen.has(key) ? "the key twice" : "a lone surrogate") : typeof value,
      });
    }
    seen.add(key);
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return parts.length === 0 ? "" : `"__metadata__":{${parts.join()}}`;
}

function filePlan({ path, tensors }: Shard, metadata: string): FilePlan {
  const parts = metadata === "" ? [] : [metadata];
  let at = 0;
  for (const { name, dtype, shape, byteLength } of tensors) {
    const offsets = `[${at},${at + byteLength}]`;
    const fields = `"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":${offsets}`;
    parts.push(`${JSON.stringify(name)}:{${fields}}`);
    at += byteLength;
  }
  const json = Buffer.from(`{${parts.join()}}`);
  const length = Math.ceil((8 + json.length) / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  if (length - 8 > MAX_HEADER_BYTES) {
    throw new FormatError("ERR_LIMIT", {
      file: path,
      expected: `a header of at most ${MAX_HEADER_BYTES} bytes`,
      found: length - 8,
    });
  }
  const header = new Uint8Array(length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length - 8), true);
  header.set(json, 8);
  return { path, header, tensors, alignment: 1 };
}

function indexPlan(path: string, shards: readonly FilePlan[]): FilePlan {
  let total = 0;
  const lines = shards.flatMap((shard) => {
    const file = JSON.stringify(basename(shard.path));
    return shard.tensors.map(({ name, byteLength }) => {
      total += byteLength;
      return `    ${JSON.stringify(name)}: ${file}`;
    });
  });
  const map = `  "weight_map": {\n${lines.join(",\n")}\n  }`;
  const header = Buffer.from(`{\n  "metadata": {"total_size": ${total}},\n${map}\n}\n`);
  return { path, header, tensors: [], alignment: 1 };
}
