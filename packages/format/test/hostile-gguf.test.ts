// GGUF files that are not what they say: each is refused with a code and its place.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MetadataArray, openTensors, writeGguf } from "../src/index.js";
import { file, folder, golden, refusal } from "./support/files.js";
import { gguf, type RawInfo, str, u32, u64 } from "./support/gguf-bytes.js";
import { expectRefusedOrRead, mutations } from "./support/mutations.js";
import { SEED, sampleOf } from "./support/tensors.js";

const refused = async (bytes: Uint8Array, options = {}) =>
  refusal(openTensors(file("model.gguf", bytes), options));

const info = (
  name: string,
  dims: readonly (number | bigint)[],
  type: number,
  offset = 0,
): RawInfo => ({
  name,
  dims,
  type,
  offset,
});
const F32 = 0;
const Q8_0 = 8;

describe("a header that is refused", () => {
  const alignment = (value: number) => [str("general.alignment"), u32(4), u32(value)];
  it.each([
    ["big-endian", gguf({ version: 0x03000000 }), "ERR_UNSUPPORTED", "big-endian"],
    ["version 1", gguf({ version: 1 }), "ERR_UNSUPPORTED", "version 1"],
    ["version 4", gguf({ version: 4 }), "ERR_UNSUPPORTED", "version 4"],
    ["2^63 tensors", gguf({ tensorCount: 2n ** 63n }), "ERR_HEADER", "below 2^53"],
    ["2^40 tensors", gguf({ tensorCount: 2n ** 40n }), "ERR_LIMIT", "at most 500000 tensors"],
    ["tensors that can't fit", gguf({ tensorCount: 1000n }), "ERR_TRUNCATED", "tensors that fit"],
    ["2^40 keys", gguf({ keyCount: 2n ** 40n }), "ERR_LIMIT", "at most 65536 keys"],
    ["a key of 2^62 bytes", gguf({ keys: [[u64(2n ** 62n)]] }), "ERR_HEADER", "below 2^53"],
    ["a key of 65536 bytes", gguf({ keys: [[u64(65536)]] }), "ERR_LIMIT", "65535"],
    [
      "a key in no UTF-8",
      gguf({ keys: [[u64(1), Uint8Array.of(255), u32(0), Uint8Array.of(1)]] }),
      "ERR_HEADER",
      "UTF-8",
    ],
    ["a key twice", gguf({ keys: [alignment(32), alignment(32)] }), "ERR_METADATA", "twice"],
    [
      "a value of type 13",
      gguf({ keys: [[str("a"), u32(13)]] }),
      "ERR_METADATA",
      "type from 0 to 12",
    ],
    [
      "a boolean of 2",
      gguf({ keys: [[str("a"), u32(7), Uint8Array.of(2)]] }),
      "ERR_METADATA",
      "0 or 1",
    ],
    [
      "a string in no UTF-8",
      gguf({ keys: [[str("a"), u32(8), u64(1), Uint8Array.of(255)]] }),
      "ERR_METADATA",
      'key "a"',
    ],
    [
      "an array of 2^50 bytes",
      gguf({ keys: [[str("a"), u32(9), u32(0), u64(2n ** 50n)]] }),
      "ERR_TRUNCATED",
      "fits in the file",
    ],
    [
      "an array of 2^52 strings",
      gguf({ keys: [[str("a"), u32(9), u32(8), u64(2n ** 52n)]] }),
      "ERR_TRUNCATED",
      "fits in the file",
    ],
    [
      "arrays 5 deep",
      gguf({
        keys: [
          [
            str("a"),
            u32(9),
            ...Array(4)
              .fill([u32(9), u64(1)])
              .flat(),
            u32(0),
            u64(0),
          ],
        ],
      }),
      "ERR_LIMIT",
      "4 levels",
    ],
    ["an alignment of 0", gguf({ keys: [alignment(0)] }), "ERR_METADATA", "power of two"],
    ["an alignment of 48", gguf({ keys: [alignment(48)] }), "ERR_METADATA", "power of two"],
    [
      "an alignment that is text",
      gguf({ keys: [[str("general.alignment"), u32(8), str("32")]] }),
      "ERR_METADATA",
      "power of two",
    ],
    [
      "5 dimensions",
      gguf({ tensors: [info("a", [1, 1, 1, 1, 1], F32)], data: 4 }),
      "ERR_TENSOR",
      "4 dimensions",
    ],
    [
      "2^32 - 1 dimensions",
      gguf({ tensors: [{ ...info("a", [], F32), dimensions: 0xffffffff }] }),
      "ERR_TENSOR",
      "4 dimensions",
    ],
    [
      "a dimension of 2^53",
      gguf({ tensors: [info("a", [2n ** 53n], F32)] }),
      "ERR_HEADER",
      "below 2^53",
    ],
    [
      "an overflowing shape",
      gguf({ tensors: [info("a", [2n ** 30n, 2n ** 30n], F32)] }),
      "ERR_TENSOR",
      "2^53",
    ],
    [
      "a row that cuts a block",
      gguf({ tensors: [info("a", [16, 2], Q8_0)], data: 34 }),
      "ERR_TENSOR",
      "blocks of 32",
    ],
    [
      "an unknown type",
      gguf({ tensors: [info("a", [1], 99)], data: 4 }),
      "ERR_UNSUPPORTED",
      "type 99",
    ],
    [
      "a removed type",
      gguf({ tensors: [info("a", [32], 31)], data: 18 }),
      "ERR_UNSUPPORTED",
      "Q4_0_4_4",
    ],
    [
      "a name twice",
      gguf({ tensors: [info("a", [1], F32), info("a", [1], F32, 32)], data: 64 }),
      "ERR_TENSOR",
      "twice",
    ],
    [
      "an offset that isn't aligned",
      gguf({ tensors: [info("a", [1], F32, 4)], data: 64 }),
      "ERR_TENSOR",
      "multiple of 32",
    ],
    [
      "an offset beyond the end",
      gguf({ tensors: [info("a", [1], F32, 64)], data: 64 }),
      "ERR_TRUNCATED",
      "end of the file",
    ],
    [
      "an offset near 2^53",
      gguf({ tensors: [info("a", [1], F32, 2 ** 53 - 32)], data: 64 }),
      "ERR_TRUNCATED",
      "end of the file",
    ],
    [
      "an overlap",
      gguf({ tensors: [info("a", [16], F32), info("b", [16], F32, 32)], data: 128 }),
      "ERR_TENSOR",
      "overlap of 32",
    ],
  ] as const)("%s", async (_, bytes, code, says) => {
    const error = await refused(bytes);
    expect(error.message).toContain(says);
    expect(error.code).toBe(code);
  });

  it("has a message with tensor, offset, expected and found", async () => {
    const error = await refused(gguf({ tensors: [info("blk.0.w", [16, 2], Q8_0)], data: 34 }));
    expect(error.message).toMatch(
      /model\.gguf, tensor "blk\.0\.w", byte 24: expected a last dimension that blocks of 32 divide \(Q8_0\), found \[2, 16\]$/,
    );
  });

  it("has more than a limit allows", async () => {
    const bytes = readFileSync(golden("types.gguf"));
    for (const limits of [
      { maxTensors: 5 },
      { maxMetadata: 5 },
      { maxHeaderBytes: 500 },
      { maxArrayDepth: 1 },
    ]) {
      expect((await refused(bytes, { limits })).code).toBe("ERR_LIMIT");
    }
  });

  it("nests more arrays than a limit allows", async () => {
    const nested = Array(300)
      .fill([u32(0), u64(0)])
      .flat();
    const bytes = gguf({ keys: [[str("a"), u32(9), u32(9), u64(300), ...nested]] });
    expect((await refused(bytes, { limits: { maxMetadata: 299 } })).code).toBe("ERR_LIMIT");
    await using source = await openTensors(file("model.gguf", bytes), {
      limits: { maxMetadata: 300 },
    });
    expect(source.metadata.size).toBe(1);
  });

  it("has a limit that is no number", async () => {
    const bytes = gguf({});
    for (const limits of [{ maxTensors: 0 }, { maxTensors: 1.5 }, { nothing: 1 }]) {
      expect((await refused(bytes, { limits })).code).toBe("ERR_ARGUMENT");
    }
  });
});

it("accepts what ggml does: gaps, no padding at the end, tensors in any order", async () => {
  const tensors = [info("b", [1], F32, 96), info("a", [2], F32, 0), info("none", [0], F32, 32)];
  await using source = await openTensors(file("model.gguf", gguf({ tensors, data: 100 })));
  expect([...source.tensors.keys()]).toEqual(["b", "a", "none"]);
  expect((await source.read("b")).length).toBe(4);
});

it("refuses a file that is cut anywhere", async () => {
  const path = join(folder(), "base.gguf");
  const metadata = { "general.architecture": "x", list: ["a", "b"], deep: [[1], [2]] };
  await writeGguf(path, [sampleOf("a", "Q4_0", [2, 32]), sampleOf("b", "F32", [1])], { metadata });
  const bytes = readFileSync(path);
  const used = bytes.length - 28; // the last tensor's padding may be absent
  for (let length = 0; length < used; length++) {
    const { code } = await refused(bytes.subarray(0, length));
    expect(["ERR_TRUNCATED", "ERR_UNRECOGNIZED"], `cut at ${length}`).toContain(code);
  }
  await using whole = await openTensors(file("whole.gguf", bytes.subarray(0, used)));
  expect((await whole.read("b")).length).toBe(4);
});

it("refuses or reads whole whatever a few changed bytes make of a file", async () => {
  const at = folder();
  const path = join(at, "base.gguf");
  const metadata = {
    "general.architecture": "x",
    list: ["a", "bc"],
    deep: [[1], [2]],
    n: -1,
    f: 0.5,
  };
  const tensors = [sampleOf("a.weight", "Q4_K", [2, 256]), sampleOf("b", "F16", [5])];
  await writeGguf(path, tensors, { metadata });
  const base = readFileSync(path);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(mutations(420), async (changes) => {
      if (await expectRefusedOrRead(file("mutated.gguf", changes(base), at))) read++;
    }),
    { seed: SEED, numRuns: 4000 },
  );
  expect(read).toBeGreaterThan(100);
});

it("opens a vocabulary of 150,000 strings quickly and gives all of them", async () => {
  const tokens = Array.from({ length: 150_000 }, (_, i) => `token ${i} ü`);
  const path = join(folder(), "vocabulary.gguf");
  const scores = Float32Array.from(tokens, (_, i) => -i);
  await writeGguf(path, [], { metadata: { tokens, scores } });
  const started = performance.now();
  await using source = await openTensors(path);
  expect(performance.now() - started).toBeLessThan(5000);
  const { tokens: read, scores: numbers } = Object.fromEntries(source.metadata);
  expect((read as MetadataArray).toArray()).toEqual(tokens);
  expect((numbers as MetadataArray).numbers).toEqual(scores);
});
