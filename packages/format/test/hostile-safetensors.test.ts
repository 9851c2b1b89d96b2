// Files that are not what they say: each is refused with a code and its place, none is half read.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openTensors, writeSafetensors } from "../src/index.js";
import { file, folder, refusal, safetensorsBytes } from "./support/files.js";
import { expectRefusedOrRead, mutations } from "./support/mutations.js";
import { SEED, sampleOf } from "./support/tensors.js";

const entry = (shape: unknown, offsets: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: offsets,
});
const refused = async (bytes: Uint8Array, options = {}) =>
  refusal(openTensors(file("model.safetensors", bytes), options));

describe("a header that is refused", () => {
  it.each([
    ["a gap", { a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12, "ERR_TENSOR", "a gap of 4"],
    ["a gap at the start", { a: entry([1], [4, 8]) }, 8, "ERR_TENSOR", "a gap of 4"],
    ["an overlap", { a: entry([2], [0, 8]), b: entry([2], [4, 12]) }, 12, "ERR_TENSOR", "overlap"],
    [
      "the same bytes",
      { a: entry([1], [0, 4]), b: entry([1], [0, 4]) },
      4,
      "ERR_TENSOR",
      "overlap",
    ],
    ["bytes after the end", { a: entry([1], [0, 4]) }, 5, "ERR_HEADER", "1 more bytes"],
    ["data that is cut", { a: entry([2], [0, 8]) }, 7, "ERR_TRUNCATED", "end of the file"],
    ["a wrong size", { a: entry([3], [0, 8]) }, 8, "ERR_TENSOR", "expected 12 bytes"],
    ["offsets reversed", { a: entry([1], [4, 0]) }, 4, "ERR_TENSOR", "found -4"],
    [
      "2^53 as offset",
      `{"a":{"dtype":"U8","shape":[1],"data_offsets":[9007199254740992,9007199254740993]}}`,
      1,
      "ERR_HEADER",
      "2^53 - 1",
    ],
    ["a negative offset", { a: entry([1], [-4, 0]) }, 4, "ERR_HEADER", "integer"],
    ["a fraction", { a: entry([1.5], [0, 6]) }, 6, "ERR_HEADER", "integer"],
    [
      "an exponent",
      `{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}`,
      1,
      "ERR_HEADER",
      "integer",
    ],
    [
      "a leading zero",
      `{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}`,
      1,
      "ERR_HEADER",
      "integer",
    ],
    ["an overflowing shape", { a: entry([2 ** 40, 2 ** 40], [0, 0]) }, 0, "ERR_TENSOR", "2^53"],
    ["overflowing bytes", { a: entry([2 ** 52], [0, 0], "F64") }, 0, "ERR_TENSOR", "2^53"],
    ["65 dimensions", { a: entry(Array(65).fill(1), [0, 4]) }, 4, "ERR_HEADER", "at most 64"],
    ["three offsets", { a: entry([1], [0, 4, 8]) }, 4, "ERR_HEADER", "at most 2"],
    ["one offset", { a: entry([1], [0]) }, 4, "ERR_TENSOR", "no pair of data_offsets"],
    ["no dtype", { a: { shape: [1], data_offsets: [0, 4] } }, 4, "ERR_TENSOR", "no dtype"],
    ["no shape", { a: { dtype: "F32", data_offsets: [0, 4] } }, 4, "ERR_TENSOR", "no shape"],
    ["an unknown dtype", { a: entry([1], [0, 4], "F128") }, 4, "ERR_UNSUPPORTED", '"F128"'],
    ["a dtype of GGUF", { a: entry([32], [0, 34], "Q8_0") }, 34, "ERR_UNSUPPORTED", '"Q8_0"'],
    ["a dtype of Object", { a: entry([1], [0, 4], "toString") }, 4, "ERR_UNSUPPORTED", "toString"],
    ["half a byte", { a: entry([3], [0, 2], "F4") }, 2, "ERR_TENSOR", "blocks of 2"],
    [
      "a name twice",
      `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`,
      2,
      "ERR_HEADER",
      '"a" twice',
    ],
    [
      "a name twice, escaped",
      `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`,
      0,
      "ERR_HEADER",
      '"a" twice',
    ],
    [
      "a field twice",
      `{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}`,
      1,
      "ERR_HEADER",
      '"dtype" twice',
    ],
    [
      "metadata that is no text",
      { __metadata__: { a: 1 } },
      0,
      "ERR_HEADER",
      '"a" in __metadata__',
    ],
    ["metadata that is a list", { __metadata__: [] }, 0, "ERR_HEADER", "an object as __metadata__"],
    ["a list for a tensor", { a: [1] }, 0, "ERR_HEADER", 'tensor "a"'],
    ["text after the JSON", '{} {"a":1}', 0, "ERR_HEADER", "the end of the JSON"],
    ["an open string", '{"abc', 0, "ERR_HEADER", "string that ends"],
    ["an open string after a backslash", '{"abc\\"', 0, "ERR_HEADER", "string that ends"],
    ["a control character", '{"a\u0001":{}}', 0, "ERR_HEADER", "control character"],
    ["a wrong escape", '{"\\x":{}}', 0, "ERR_HEADER", "escape"],
    ["a comma at the end", '{"__metadata__":{},}', 0, "ERR_HEADER", "a key"],
    ["an unknown field too deep", `{"a":{"x":${"[".repeat(100)}`, 0, "ERR_LIMIT", "levels"],
  ] as const)("%s", async (_, header, bytes, code, says) => {
    const error = await refused(safetensorsBytes(header, bytes));
    expect(error.message).toContain(says);
    expect(error.code).toBe(code);
    expect(error.message).toContain("model.safetensors");
  });

  it("has a message with tensor, offset, expected and found", async () => {
    const error = await refused(safetensorsBytes({ "w.1": entry([3, 2], [0, 20]) }, 20));
    expect([error.tensor, typeof error.offset]).toEqual(["w.1", "number"]);
    expect(error.message).toMatch(
      /model\.safetensors, tensor "w\.1", byte \d+: expected 24 bytes for F32 \[3, 2\], found 20 \(data_offsets \[0, 20\]\)$/,
    );
  });

  it("does not repeat a name of a megabyte", async () => {
    const error = await refused(safetensorsBytes({ ["x".repeat(1 << 20)]: entry([1], [0, 5]) }, 5));
    expect(error.message.length).toBeLessThan(500);
  });

  it("is not UTF-8", async () => {
    const bytes = safetensorsBytes('{"abc":{}}');
    bytes[11] = 0xff;
    expect((await refused(bytes)).message).toContain("UTF-8");
  });

  it("is longer than the file, than the limit, or has a length beyond 2^53", async () => {
    const bytes = safetensorsBytes("{}");
    const withLength = (length: bigint) => {
      const copy = Uint8Array.from(bytes);
      new DataView(copy.buffer).setBigUint64(0, length, true);
      return copy;
    };
    expect((await refused(withLength(3n))).code).toBe("ERR_TRUNCATED");
    expect((await refused(withLength(2n ** 47n))).code).toBe("ERR_TRUNCATED");
    expect((await refused(withLength(2n ** 64n - 1n))).code).toBe("ERR_TRUNCATED");
    expect((await refused(withLength(0n))).code).toBe("ERR_HEADER");
    const { code } = await refused(bytes, { limits: { maxHeaderBytes: 1 } });
    expect(code).toBe("ERR_LIMIT");
  });

  it("has more than a limit allows", async () => {
    const two = safetensorsBytes({ a: entry([0], [0, 0]), b: entry([0], [0, 0]) });
    expect((await refused(two, { limits: { maxTensors: 1 } })).code).toBe("ERR_LIMIT");
    const metadata = safetensorsBytes({ __metadata__: { a: "", b: "" } });
    expect((await refused(metadata, { limits: { maxMetadata: 1 } })).code).toBe("ERR_LIMIT");
  });
});

it("accepts what the format allows: spaces, unknown fields, empty tensors anywhere, no tensor", async () => {
  const text = ` {"z":{"x":[{"y":null}],"dtype":"F32","shape":[2,0],"data_offsets":[4,4]} , "a":{"shape":[1], "dtype":"F32","data_offsets":[0,4],"note":-1.5e3}}  \n`;
  await using source = await openTensors(
    file("a.safetensors", safetensorsBytes(text.trimStart(), 4)),
  );
  expect([...source.tensors.keys()]).toEqual(["z", "a"]);
  await using empty = await openTensors(file("b.safetensors", safetensorsBytes("{}")));
  expect(empty.tensors.size).toBe(0);
});

it.each([
  ["nothing", "", "an empty file"],
  ["a zip", "PK\x03\x04............", "zip"],
  ["a pickle", "\x80\x02}q\x00X\x01\x00\x00\x00a", "pickle"],
  ["an LFS pointer", "version https://git-lfs.github.com/spec/v1\n", "Git LFS"],
  ["a page", "<!DOCTYPE html><html>", "web page"],
  ["HDF5", "\x89HDF\r\n\x1a\n........", "HDF5"],
  ["old GGML", "tjgg\x03\x00\x00\x00........", "before GGUF"],
  ["text", "hello, this is no model", 'text that begins with "hello, this is n'],
  ["text that is short", "hello", 'text that begins with "hello"'],
  ["text with a brace where a header begins", "function {}", "text that begins with"],
  ["text in two lines", "# Title\n\nA model", 'text that begins with "# Title\\n\\nA model"'],
  ["text cut within a character", "caf\xc3\xa9 caf\xc3\xa9 no\xc3\xa9l", "text that begins with"],
  ["a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "the bytes 89 50 4e 47 0d 0a 1a 0a 00"],
] as const)("is not a model: %s", async (_, text, says) => {
  const error = await refused(Buffer.from(text, "latin1"));
  expect([error.code, error.message.includes(says)]).toEqual(["ERR_UNRECOGNIZED", true]);
});

it("calls a file truncated whose first bytes can be a header's length", async () => {
  for (const bytes of [[2], [0x10, 0x27, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]]) {
    expect((await refused(Uint8Array.from(bytes))).code).toBe("ERR_TRUNCATED");
  }
});

it("refuses a file that is cut anywhere", async () => {
  const bytes = safetensorsBytes({ a: entry([2], [0, 8]), b: entry([], [8, 12]) }, 12);
  for (let length = 0; length < bytes.length; length++) {
    const { code } = await refused(bytes.subarray(0, length));
    expect(["ERR_TRUNCATED", "ERR_UNRECOGNIZED"], `cut at ${length}`).toContain(code);
  }
});

it("refuses or reads whole whatever a few changed bytes make of a file", async () => {
  const at = folder();
  const path = `${at}/base.safetensors`;
  const tensors = [
    sampleOf("a.weight", "F32", [3, 4]),
    sampleOf("b", "BF16", [5]),
    sampleOf("c", "F4", [2, 2]),
  ];
  await writeSafetensors(path, tensors, { metadata: { format: "pt" } });
  const base = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(mutations(base.length), async (changes) => {
      await expectRefusedOrRead(file("mutated.safetensors", changes(base), at));
    }),
    { seed: SEED, numRuns: 3000 },
  );
});
