import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  inspect,
  type MetadataInput,
  metadataOf,
  openTensors,
  tensorsOf,
  writeGguf,
  writeRyan,
  writeSafetensors,
} from "../../src/index.js";
import { folder, golden } from "../support/files.js";
import { SEED, samples } from "../support/tensors.js";

const RUNS = { seed: SEED, numRuns: 40 };

/** Through RyanFormat and back into a file. */
async function throughRyan(from: string, at: string, isRaw: boolean): Promise<string> {
  const [packed, back] = [join(at, "packed.ryan"), join(at, `back.${from.split(".").at(-1)}`)];
  const encoding = isRaw ? ("raw" as const) : ("exact" as const);
  await using source = await openTensors(from);
  const tensors = [...tensorsOf(source)].map((tensor) => ({ ...tensor, encoding }));
  await writeRyan(packed, tensors, { metadata: metadataOf(source), chunkBytes: 4096 });
  await using copy = await openTensors(packed);
  const metadata = metadataOf(copy);
  if (from.endsWith(".gguf")) {
    const { version } = source;
    await writeGguf(back, tensorsOf(copy), { metadata, version: version as 2 | 3 });
  } else await writeSafetensors(back, tensorsOf(copy), { metadata });
  return back;
}

const same = async (a: string, b: string) =>
  expect(Buffer.compare(await readFile(a), await readFile(b))).toBe(0);

it("safetensors comes back as the same file, metadata and order too", async () => {
  const at = folder();
  const path = join(at, "model.safetensors");
  const text = fc.string({ unit: "grapheme", maxLength: 8 });
  const strings = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true });
  const property = fc.asyncProperty(
    samples("safetensors"),
    strings,
    fc.boolean(),
    async (tensors, metadata, isRaw) => {
      await writeSafetensors(path, tensors, { metadata });
      await same(await throughRyan(path, at, isRaw), path);
    },
  );
  await fc.assert(property, RUNS);
});

it("GGUF comes back as the same file: typed metadata, alignment and order too", async () => {
  const at = folder();
  const path = join(at, "model.gguf");
  const value: fc.Arbitrary<MetadataInput> = fc.oneof(
    fc.constantFrom<MetadataInput>(
      true,
      2n ** 63n,
      { type: "float32", value: 10_000 },
      { type: "float32", value: Number.NaN },
      { type: "float64", value: -0 },
      { type: "int8", value: -128 },
      { type: "string", value: ["a", "", "é"] },
      { type: "bool", value: [true, false] },
      { type: "uint16", value: [] },
      [[1, 2], [3]],
      [[["deep"]]],
      Float64Array.of(Number.NEGATIVE_INFINITY, 0.1),
    ),
    fc.string({ unit: "grapheme", maxLength: 6 }),
    fc.integer(),
  );
  const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
  const metadata = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });
  const property = fc.asyncProperty(
    samples("gguf"),
    metadata,
    fc.constantFrom(undefined, 1, 32, 4096),
    fc.constantFrom<2 | 3>(2, 3),
    fc.boolean(),
    async (tensors, metadata, alignment, version, isRaw) => {
      await writeGguf(path, tensors, { metadata, alignment, version });
      await same(await throughRyan(path, at, isRaw), path);
    },
  );
  await fc.assert(property, RUNS);
});

it.each(["types.gguf", "types.safetensors", "dtypes.safetensors"])(
  "%s of the reference libraries keeps tensors and metadata",
  async (name) => {
    const at = folder();
    const path = golden(name);
    await using back = await openTensors(await throughRyan(path, at, false));
    await using source = await openTensors(path);
    expect([...back.tensors.keys()].sort()).toEqual([...source.tensors.keys()].sort());
    expect([...back.metadata]).toEqual([...source.metadata]);
    for (const { name, dtype, shape } of source.tensors.values()) {
      expect(back.info(name)).toMatchObject({ dtype, shape });
      expect(Buffer.compare(await back.read(name), await source.read(name))).toBe(0);
    }
  },
);

it("inspect says what the file takes for each tensor, and for all", async () => {
  const path = join(folder(), "model.ryan");
  const zeros = { name: "z", dtype: "F32", shape: [1024], data: new Uint8Array(4096) } as const;
  const raw = { ...zeros, name: "r", encoding: "raw" as const };
  await writeRyan(path, [zeros, raw]);
  await using source = await openTensors(path);
  const summary = inspect(source);
  expect(summary).toMatchObject({ format: "ryan", version: 1, bytes: 8192, bitsPerWeight: 32 });
  expect(summary.encodings).toMatchObject([
    { encoding: "planes", tensors: 1, bytes: 4096 },
    { encoding: "raw", tensors: 1, bytes: 4096, storedBytes: 4096 },
  ]);
  expect(summary.storedBytes).toBeLessThan(4096 + 128);
  expect(summary.fileBitsPerWeight).toBe((8 * summary.storedBytes) / 2048);
});
