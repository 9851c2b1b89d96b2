// What the reference packages wrote and computed; tools/golden/format.py made the files.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type DType,
  dequantize,
  dtypes,
  MetadataArray,
  openTensors,
  quantize,
  type TensorSource,
} from "../src/index.js";
import { golden, goldenJson } from "./support/files.js";

const expected = goldenJson();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Bits as they are, but one for all NaNs: what a NaN scale makes of a block has no payload to keep. */
const bits = (values: Float32Array) =>
  new Uint32Array(values.buffer, values.byteOffset, values.length).map((word) =>
    (word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word,
  );

async function withSource<T>(name: string, use: (source: TensorSource) => Promise<T>): Promise<T> {
  const source = await openTensors(golden(name));
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

describe("GGUF by the gguf package", () => {
  it("gives every type of metadata", async () => {
    await withSource("types.gguf", async ({ format, version, metadata, metadataTypes }) => {
      expect([format, version]).toEqual(["gguf", 3]);
      const plain = Object.fromEntries(
        [...metadata].map(([key, value]) => [
          key,
          value instanceof MetadataArray
            ? value.toArray().map((v) => (v instanceof MetadataArray ? v.toArray() : v))
            : value,
        ]),
      );
      expect(plain).toEqual({
        "general.architecture": "golden",
        "general.name": "Größe 数 😀",
        "values.uint8": 255,
        "values.int8": -128,
        "values.uint16": 65535,
        "values.int16": -32768,
        "values.uint32": 4294967295,
        "values.int32": -2147483648,
        "values.float32": Math.fround(0.1),
        "values.uint64": 18446744073709551615n,
        "values.int64": -9223372036854775808n,
        "values.float64": 0.1,
        "values.bool": true,
        "arrays.int32": [1, -2, 3],
        "arrays.float32": [0.5, -0.25],
        "arrays.bool": [true, false],
        "arrays.string": ["a", "", "ü😀"],
        "arrays.nested": [[1, 2], [3]],
      });
      for (const [key, type] of metadataTypes) {
        if (key.startsWith("values.")) expect(type).toBe(key.slice("values.".length));
      }
    });
  });

  it("gives each tensor's type and shape, outermost dimension first", async () => {
    await withSource("types.gguf", async ({ tensors }) => {
      expect(tensors.get("Q4_K")).toMatchObject({ dtype: "Q4_K", shape: [26, 256], rows: 26 });
      expect(tensors.get("matrix.F16")).toMatchObject({ dtype: "F16", shape: [3, 5] });
      expect(tensors.get("matrix.I8")).toMatchObject({ dtype: "I8", shape: [7], rows: 1 });
    });
  });

  it.each([
    "Q4_0",
    "Q4_1",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "Q2_K",
    "Q3_K",
    "Q4_K",
    "Q5_K",
    "Q6_K",
    "IQ4_NL",
    "IQ4_XS",
    "MXFP4",
    "matrix.F32",
    "matrix.F16",
  ])("dequantises %s to the same bits", async (name) => {
    const ours = await withSource("types.gguf", (source) => source.readF32(name));
    const theirs = await withSource("types.safetensors", (source) => source.readF32(name));
    expect(bits(ours)).toEqual(bits(theirs));
    expect(ours.some((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });
});

describe("safetensors by the safetensors package", () => {
  it("gives every type's bytes", async () => {
    await withSource("dtypes.safetensors", async (source) => {
      const hashes: Record<string, string> = {};
      for (const name of source.tensors.keys()) hashes[name] = sha256(await source.read(name));
      expect(hashes).toEqual(expected.dtypes);
    });
  });

  it("gives each tensor the type that its name says", async () => {
    await withSource("dtypes.safetensors", async ({ tensors }) => {
      const named = [...tensors.values()].filter(({ name }) => Object.hasOwn(dtypes, name));
      expect(named.length).toBe(20);
      for (const { name, dtype } of named) expect(dtype).toBe(name);
      expect(tensors.get("F4")).toMatchObject({ shape: [3, 4], byteLength: 6, bitsPerWeight: 4 });
      expect(tensors.get("scalar")).toMatchObject({ shape: [], rows: 1, elements: 1 });
      expect(tensors.get("empty")).toMatchObject({ shape: [0, 4], rows: 0, byteLength: 0 });
    });
  });

  it("gives the metadata and unusual names", async () => {
    await withSource("dtypes.safetensors", async (source) => {
      expect(new Map(source.metadata)).toEqual(
        new Map(Object.entries({ format: "np", ключ: "值" })),
      );
      expect(await source.read('Größe 数 😀 "\\\n')).toEqual(Uint8Array.of(7));
    });
  });
});

describe("conversions", () => {
  const every16 = bytesOf(Uint16Array.from({ length: 65536 }, (_, i) => i));
  const every8 = Uint8Array.from({ length: 256 }, (_, i) => i);

  it.each(["F16", "BF16"] as const)("converts every %s as numpy does", (dtype) => {
    expect(sha256(bytesOf(dequantize(dtype, every16)))).toBe(expected.conversions[dtype]);
  });

  it.each(["F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"] as const)(
    "converts every %s as ml_dtypes does",
    (dtype) => {
      expect(sha256(bytesOf(dequantize(dtype, every8)))).toBe(expected.conversions[dtype]);
    },
  );

  it.each(["F16", "BF16"] as const)("rounds float32 to %s as the packages do", async (dtype) => {
    await withSource("quantize.safetensors", async (source) => {
      const ours = quantize(dtype, await source.readF32("halves"));
      expect(ours).toEqual(await source.read(dtype));
    });
  });

  it.each(["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"] as const)(
    "quantises to the bytes of the gguf package: %s",
    async (dtype: DType) => {
      await withSource("quantize.safetensors", async (source) => {
        const ours = quantize(dtype, await source.readF32("input"));
        const theirs = await source.read(dtype);
        const { blockBytes } = dtypes[dtype];
        for (let at = 0; at < theirs.length; at += blockBytes) {
          const block = [at, at + blockBytes] as const;
          expect(ours.slice(...block), `block ${at / blockBytes}`).toEqual(theirs.slice(...block));
        }
      });
    },
  );
});
