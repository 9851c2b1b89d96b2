// The header of a safetensors file: eight bytes with its length, then JSON, then the data
// without gaps (https://huggingface.co/docs/safetensors, "Format").

import { type DType, dtypes, isDType } from "../dtype.js";
import { FormatError, quoted } from "../errors.js";
import type { InputFile } from "../input-file.js";
import { JsonCursor } from "../json-cursor.js";
import type { Limits } from "../limits.js";
import { type TensorInfo, tensorSizes } from "../tensor-info.js";

/** One file's part of a source. */
export interface SafetensorsHeader {
  /** Where the data begins. */
  readonly dataOffset: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: readonly TensorInfo[];
}

/** The longest JSON header that the reference implementation reads. */
export const MAX_HEADER_BYTES = 100_000_000;

interface Entry {
  readonly name: string;
  dtype?: string;
  shape?: number[];
  offsets?: number[];
}

/**
 * Reads and checks the header; of the data only its size is looked at.
 *
 * @throws FormatError `ERR_HEADER`, `ERR_TENSOR`, `ERR_TRUNCATED`, `ERR_LIMIT`, `ERR_UNSUPPORTED`
 */
export async function readSafetensorsHeader(
  file: InputFile,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SafetensorsHeader> {
  const prefix = new Uint8Array(8);
  if (file.byteLength < 8) {
    throw new FormatError("ERR_TRUNCATED", {
      file: file.path,
      expected: "at least 8 bytes",
      found: file.byteLength,
    });
  }
  await file.read(prefix, 0, signal);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const fail = (code: "ERR_TRUNCATED" | "ERR_LIMIT", expected: string): never => {
    throw new FormatError(code, { file: file.path, offset: 0, expected, found: length });
  };
  const rest = file.byteLength - 8;
  if (length > BigInt(rest)) fail("ERR_TRUNCATED", `a header of at most the ${rest} bytes left`);
  if (length > BigInt(limits.maxHeaderBytes)) {
    fail("ERR_LIMIT", `a header of at most ${limits.maxHeaderBytes} bytes`);
  }
  const bytes = new Uint8Array(Number(length));
  await file.read(bytes, 8, signal);
  return parseSafetensorsHeader(decode(bytes, file.path), file, 8 + bytes.length, limits);
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x7b) {
    throw new FormatError("ERR_HEADER", {
      file,
      offset: 8,
      expected: 'a header that begins with "{"',
      found: bytes.length === 0 ? "an empty one" : `byte 0x${bytes[0]?.toString(16)}`,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError("ERR_HEADER", {
      file,
      expected: "a header in UTF-8",
      found: "other bytes",
      cause,
    });
  }
}

function parseSafetensorsHeader(
  text: string,
  file: InputFile,
  dataOffset: number,
  limits: Limits,
): SafetensorsHeader {
  const json = new JsonCursor(text, file.path);
  const metadata = new Map<string, string>();
  const tensors: TensorInfo[] = [];
  json.object("the header", (name) => {
    if (name === "__metadata__") {
      json.object("__metadata__", (key) => {
        if (metadata.size === limits.maxMetadata) {
          json.fail(`at most ${limits.maxMetadata} entries of __metadata__`, "more", "ERR_LIMIT");
        }
        metadata.set(key, json.string(`the value of ${quoted(key)} in __metadata__`));
      });
      return;
    }
    if (tensors.length === limits.maxTensors) {
      json.fail(`at most ${limits.maxTensors} tensors`, "more", "ERR_LIMIT");
    }
    tensors.push(tensorInfo(readEntry(json, name), file, dataOffset));
  });
  json.end();
  checkLayout(tensors, file, dataOffset);
  return { dataOffset, metadata, tensors };
}

function readEntry(json: JsonCursor, name: string): Entry {
  const entry: Entry = { name };
  const integers = (what: string, most: number): number[] => {
    const list: number[] = [];
    json.array(what, () => {
      if (list.length === most) json.fail(`at most ${most} numbers as ${what}`, "more");
      list.push(json.integer(`a number of ${what}`));
    });
    return list;
  };
  json.object(`tensor ${quoted(name)}`, (field) => {
    if (field === "dtype") entry.dtype = json.string(`dtype of ${quoted(name)}`);
    else if (field === "shape") entry.shape = integers(`shape of ${quoted(name)}`, 64);
    else if (field === "data_offsets") {
      entry.offsets = integers(`data_offsets of ${quoted(name)}`, 2);
    } else json.skip();
  });
  return entry;
}

function tensorInfo(
  { name, dtype, shape, offsets }: Entry,
  file: InputFile,
  dataOffset: number,
): TensorInfo {
  const [begin, end] = offsets ?? [];
  const where = { file: file.path, tensor: name };
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
    const absent =
      dtype === undefined ? "no dtype" : shape ? "no pair of data_offsets" : "no shape";
    const expected = "dtype, shape and data_offsets";
    throw new FormatError("ERR_TENSOR", { ...where, expected, found: absent });
  }
  if (!isDType(dtype) || !dtypes[dtype].safetensors) {
    const expected = "a dtype of safetensors";
    throw new FormatError("ERR_UNSUPPORTED", { ...where, expected, found: quoted(dtype) });
  }
  const sizes = tensorSizes(dtype as DType, shape, false);
  if ("length" in sizes) {
    const [expected, found] = sizes;
    throw new FormatError("ERR_TENSOR", { ...where, expected, found });
  }
  const byteOffset = dataOffset + begin;
  if (end - begin !== sizes.byteLength) {
    throw new FormatError("ERR_TENSOR", {
      ...where,
      offset: byteOffset,
      expected: `${sizes.byteLength} bytes for ${dtype} [${shape.join(", ")}]`,
      found: `${end - begin} (data_offsets [${begin}, ${end}])`,
    });
  }
  const stored = { encoding: "raw", storedBytes: sizes.byteLength } as const;
  return { name, dtype, shape, file: file.path, byteOffset, ...stored, ...sizes };
}

/** The data must be exactly the tensors, one after the other: neither gap nor overlap. */
function checkLayout(tensors: readonly TensorInfo[], file: InputFile, dataOffset: number): void {
  const ordered = [...tensors].sort(
    (a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength,
  );
  let end = dataOffset;
  for (const { name, byteOffset, byteLength } of ordered) {
    if (byteOffset !== end) {
      const what = byteOffset < end ? "an overlap" : "a gap";
      throw new FormatError("ERR_TENSOR", {
        file: file.path,
        tensor: name,
        offset: byteOffset,
        expected: `data from byte ${end} on, where the data before it ends`,
        found: `${what} of ${Math.abs(byteOffset - end)} bytes`,
      });
    }
    end += byteLength;
    if (end > file.byteLength) {
      throw new FormatError("ERR_TRUNCATED", {
        file: file.path,
        tensor: name,
        offset: byteOffset,
        expected: `${byteLength} bytes`,
        found: `the end of the file at byte ${file.byteLength}`,
      });
    }
  }
  if (end !== file.byteLength) {
    throw new FormatError("ERR_HEADER", {
      file: file.path,
      offset: end,
      expected: "the end of the file after the last tensor",
      found: `${file.byteLength - end} more bytes`,
    });
  }
}
