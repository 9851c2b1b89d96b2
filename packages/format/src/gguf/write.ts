import { dtypes } from "../dtype.js";
import { FormatError } from "../errors.js";
import { shardsOf } from "../writing/shards.js";
import {
  type FormatRules,
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
import { ByteWriter } from "./byte-writer.js";
import { alignUp, DEFAULT_ALIGNMENT, GGUF_MAGIC, MAX_DIMENSIONS } from "./header.js";
import { type MetadataInput, metadataEntries, writeEntry } from "./write-metadata.js";

export interface GgufOptions extends WriteOptions {
  /** Values by key. llama.cpp asks for `general.architecture`. */
  readonly metadata?:
    | Readonly<Record<string, MetadataInput>>
    | Iterable<readonly [string, MetadataInput]>;
  /** Of each tensor's data, a power of two; default `general.alignment` of the metadata, else 32. */
  readonly alignment?: number | undefined;
  /** Begin a new file before the data of one exceeds this; a larger tensor gets a file of its own. */
  readonly maxShardBytes?: number | undefined;
  /** Default 3. Version 2 is the same but for the number. */
  readonly version?: 2 | 3 | undefined;
}

/** GGML_MAX_NAME, with its final zero byte: ggml refuses longer names. */
const MAX_NAME_BYTES = 63;

const rules: FormatRules = {
  format: "gguf",
  has: ({ ggml }) => ggml !== undefined,
  rowBlocks: () => true,
  maxDimensions: MAX_DIMENSIONS,
  nameFault: (name) =>
    Buffer.byteLength(name) > MAX_NAME_BYTES
      ? `a name of at most ${MAX_NAME_BYTES} bytes`
      : undefined,
};

/**
 * Writes GGUF, little-endian, tensors in the order given. With more than one shard `model.gguf`
 * becomes `model-00001-of-0000N.gguf`, as llama.cpp's gguf-split names and marks them. Files get
 * their names when all are complete; a failed or cancelled write leaves none.
 *
 * @param tensors all are listed before the first is written: give large data as a function or in
 * chunks. K and other quantised types are bytes as they are in a file; see `quantize` for others.
 * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_METADATA`, `ERR_UNSUPPORTED`, `ERR_DATA`,
 * `ERR_FILE`; the signal's reason
 *
 * @example
 * const metadata = { "general.architecture": "llama", "llama.rope.freq_base": { type: "float32", value: 1e4 } };
 * await writeGguf("model.gguf", tensors, { metadata });
 */
export async function writeGguf(
  path: string,
  tensors: Tensors,
  options: GgufOptions = {},
): Promise<WrittenFile[]> {
  const { metadata = {}, version = 3 } = options;
  if (version !== 2 && version !== 3) {
    throw new FormatError("ERR_ARGUMENT", { expected: "version 2 or 3", found: version });
  }
  const entries = metadataEntries(metadata);
  if (entries.has("")) {
    const expected = "a key of at least one byte";
    throw new FormatError("ERR_METADATA", { key: "", expected, found: "an empty one" });
  }
  const alignment = chooseAlignment(entries, options.alignment);
  const planned = await planTensors(tensors, rules, options.signal);
  const shards = shardsOf(path, ".gguf", planned, options.maxShardBytes);
  const plans = shards.map(({ path, tensors }, i): FilePlan => {
    const own =
      shards.length === 1 ? entries : partEntries(entries, i, shards.length, planned.length);
    return { path, tensors, alignment, header: headerBytes(own, tensors, alignment, version) };
  });
  return writeFiles(plans, options);
}

/** What a part of several says: its place, and in the first one what is known of the model. */
function partEntries(
  entries: ReadonlyMap<string, MetadataInput>,
  part: number,
  parts: number,
  tensors: number,
): Map<string, MetadataInput> {
  const key = "general.alignment"; // the only one that each part needs
  const alignment = entries.get(key);
  const own = part === 0 ? new Map(entries) : new Map<string, MetadataInput>();
  if (alignment !== undefined) own.set(key, alignment);
  own.set("split.no", { type: "uint16", value: part });
  own.set("split.count", { type: "uint16", value: parts });
  own.set("split.tensors.count", { type: "int32", value: tensors });
  return own;
}

/** The alignment, which stands in the metadata too where it isn't the default. */
function chooseAlignment(entries: Map<string, MetadataInput>, asked: number | undefined): number {
  const key = "general.alignment";
  const given = entries.get(key);
  const stored = typeof given === "object" && "value" in given ? given.value : given;
  const alignment = asked ?? stored ?? DEFAULT_ALIGNMENT;
  const isPower =
    typeof alignment === "number" && alignment >= 1 && Number.isInteger(Math.log2(alignment));
  if (!isPower || alignment > 2 ** 20 || (stored !== undefined && stored !== alignment)) {
    throw new FormatError("ERR_ARGUMENT", {
      key,
      expected: "a power of two up to 2^20 as alignment, the same in the metadata",
      found: `${String(alignment)}, ${String(stored)} in the metadata`,
    });
  }
  if (stored !== undefined || alignment !== DEFAULT_ALIGNMENT) {
    entries.set(key, { type: "uint32", value: alignment });
  }
  return alignment;
}

function headerBytes(
  entries: ReadonlyMap<string, MetadataInput>,
  tensors: readonly PlannedTensor[],
  alignment: number,
  version: number,
): Uint8Array {
  const out = new ByteWriter();
  out.u32(GGUF_MAGIC);
  out.u32(version);
  out.u64(tensors.length);
  out.u64(entries.size);
  for (const [key, value] of entries) writeEntry(out, key, value);
  let offset = 0;
  for (const { name, dtype, shape, byteLength } of tensors) {
    out.text(name);
    out.u32(shape.length);
    for (const dimension of shape.toReversed()) out.u64(dimension);
    out.u32(dtypes[dtype].ggml as number);
    out.u64(offset);
    offset = alignUp(offset + byteLength, alignment);
  }
  out.pad(alignment);
  return out.finish();
}
