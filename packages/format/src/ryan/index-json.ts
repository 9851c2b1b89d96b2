// An index as canonical JSON: one text for one index. A reader writes what it understood again
// and compares, so a key twice, a field that it doesn't know or a space can't hide anything.

import { isDType } from "../dtype.js";
import { FormatError } from "../errors.js";
import { JsonCursor } from "../json-cursor.js";
import type { Limits } from "../limits.js";
import { MAX_DIMENSIONS } from "./layout.js";
import {
  type Encoding,
  encodings,
  type StoredChunk,
  type StoredIndex,
  type StoredTensor,
} from "./stored-tensor.js";

export function indexJson({ tensors, metadata }: StoredIndex): string {
  const rows = [...tensors.values()].map(tensorJson);
  return `{"metadata":${chunkJson(metadata)},"tensors":[${rows.join()}]}`;
}

function tensorJson(tensor: StoredTensor): string {
  const { name, dtype, shape, encoding, chunkBytes, head, chunks } = tensor;
  const own = `"name":${JSON.stringify(name)},"dtype":"${dtype}","shape":[${shape.join()}]`;
  const coded = `"encoding":"${encoding}","chunk_bytes":${chunkBytes},"head":${chunkJson(head)}`;
  return `{${own},${coded},"chunks":[${chunks.map(chunkJson).join()}]}`;
}

const chunkJson = (chunk: StoredChunk | undefined): string =>
  chunk === undefined ? "null" : `[${chunk.offset},${chunk.byteLength},"${chunk.sha256}"]`;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws FormatError `ERR_HEADER`, `ERR_UNSUPPORTED`, `ERR_LIMIT` */
export function parseIndex(bytes: Uint8Array, path: string, limits: Limits): StoredIndex {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch (cause) {
    const expected = "an index in UTF-8";
    throw new FormatError("ERR_HEADER", { file: path, expected, found: "other bytes", cause });
  }
  const index = new IndexParser(new JsonCursor(text, path), path, limits).parse();
  if (indexJson(index) === text) return index;
  throw new FormatError("ERR_HEADER", {
    file: path,
    expected: "an index as canonical JSON",
    found: "the same in other words",
  });
}

class IndexParser {
  constructor(
    private readonly json: JsonCursor,
    private readonly path: string,
    private readonly limits: Limits,
  ) {}

  parse(): StoredIndex {
    const { json, limits } = this;
    const tensors = new Map<string, StoredTensor>();
    let metadata: StoredChunk | undefined;
    json.object("the index", (field) => {
      if (field === "metadata") metadata = this.optionalChunk("metadata");
      else if (field === "tensors") {
        json.array("tensors", () => {
          if (tensors.size === limits.maxTensors) {
            json.fail(`at most ${limits.maxTensors} tensors`, "more", "ERR_LIMIT");
          }
          const tensor = this.tensor();
          if (tensors.has(tensor.name)) {
            const expected = "each name once";
            throw this.fault(tensor.name, expected, "it twice");
          }
          tensors.set(tensor.name, tensor);
        });
      } else json.skip();
    });
    json.end();
    return { tensors, metadata };
  }

  private tensor(): StoredTensor {
    const { json } = this;
    let [name, dtype, encoding] = ["", "", ""];
    let chunkBytes = 0;
    let head: StoredChunk | undefined;
    const shape: number[] = [];
    const chunks: StoredChunk[] = [];
    json.object("a tensor", (field) => {
      if (field === "name") name = json.string("name");
      else if (field === "dtype") dtype = json.string("dtype");
      else if (field === "encoding") encoding = json.string("encoding");
      else if (field === "chunk_bytes") chunkBytes = json.integer("chunk_bytes");
      else if (field === "head") head = this.optionalChunk("head");
      else if (field === "chunks") json.array("chunks", () => chunks.push(this.chunk()));
      else if (field === "shape") {
        json.array("shape", () => {
          if (shape.length === MAX_DIMENSIONS) {
            json.fail(`at most ${MAX_DIMENSIONS} dimensions`, "more");
          }
          shape.push(json.integer("a dimension"));
        });
      } else json.skip();
    });
    if (!isDType(dtype)) throw this.unsupported(name, "a type that this version has", dtype);
    if (!encodings.includes(encoding as Encoding)) {
      throw this.unsupported(name, `an encoding among ${encodings.join(", ")}`, encoding);
    }
    return { name, dtype, shape, encoding: encoding as Encoding, chunkBytes, head, chunks };
  }

  private optionalChunk(what: string): StoredChunk | undefined {
    return this.json.skippedNull() ? undefined : this.chunk(what);
  }

  private chunk(what = "a chunk"): StoredChunk {
    const { json } = this;
    let at = 0;
    const [numbers, texts] = [[0, 0], [""]];
    json.array(what, () => {
      if (at < 2) numbers[at] = json.integer(at === 0 ? "an offset" : "a length");
      else if (at === 2) texts[0] = json.string("a SHA-256");
      else json.fail("three items in a chunk", "more");
      at++;
    });
    const [[offset = 0, byteLength = 0], [sha256 = ""]] = [numbers, texts];
    if (!/^[0-9a-f]{64}$/.test(sha256)) json.fail("64 digits of a SHA-256", "others");
    return { offset, byteLength, sha256 };
  }

  private unsupported(tensor: string, expected: string, found: string): FormatError {
    const text = JSON.stringify(found.slice(0, 40));
    return new FormatError("ERR_UNSUPPORTED", { file: this.path, tensor, expected, found: text });
  }

  private fault(tensor: string, expected: string, found: string): FormatError {
    return new FormatError("ERR_TENSOR", { file: this.path, tensor, expected, found });
  }
}
