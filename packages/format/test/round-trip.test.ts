import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  MetadataArray,
  type MetadataInput,
  metadataOf,
  openTensors,
  tensorsOf,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";
import { folder } from "./support/files.js";
import { inForm, type Sample, SEED, sampleOf, samples } from "./support/tensors.js";

const RUNS = { seed: SEED, numRuns: 150 };

async function expectSame(path: string, expected: readonly Sample[]): Promise<void> {
  await using source = await openTensors(path);
  expect([...source.tensors.keys()].sort()).toEqual(expected.map(({ name }) => name).sort());
  for (const { name, dtype, shape, data } of expected) {
    expect(source.info(name)).toMatchObject({ dtype, shape, byteLength: data.length });
    expect(await source.read(name)).toEqual(data);
  }
}

it("safetensors: what is written is read", async () => {
  const path = join(folder(), "model.safetensors");
  const pairs = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }));
  await fc.assert(
    fc.asyncProperty(samples("safetensors"), fc.nat(), pairs, async (list, form, metadata) => {
      await writeSafetensors(
        path,
        list.map((sample, i) => inForm(sample, form + i)),
        { metadata },
      );
      await expectSame(path, list);
      await using source = await openTensors(path);
      expect(new Map(source.metadata)).toEqual(new Map(Object.entries(metadata)));
    }),
    RUNS,
  );
});

it("safetensors: data begins at a multiple of 64, each tensor at one of its element's size", async () => {
  const path = join(folder(), "model.safetensors");
  await fc.assert(
    fc.asyncProperty(samples("safetensors"), async (list) => {
      await writeSafetensors(path, list);
      await using source = await openTensors(path);
      expect((source.files[0]?.dataOffset ?? 1) % 64).toBe(0);
      for (const { byteOffset, bitsPerWeight, byteLength } of source.tensors.values()) {
        if (byteLength > 0 && bitsPerWeight >= 8) expect(byteOffset % (bitsPerWeight / 8)).toBe(0);
      }
    }),
    RUNS,
  );
});

it("GGUF: what is written is read, in both versions and with any alignment", async () => {
  const path = join(folder(), "model.gguf");
  const alignments = fc.constantFrom(undefined, 1, 8, 32, 64, 4096);
  const versions = fc.constantFrom<2 | 3>(2, 3);
  await fc.assert(
    fc.asyncProperty(
      samples("gguf"),
      fc.nat(),
      alignments,
      versions,
      async (list, form, alignment, version) => {
        const inputs = list.map((sample, i) => inForm(sample, form + i));
        await writeGguf(path, inputs, { alignment, version });
        await expectSame(path, list);
        await using source = await openTensors(path);
        expect(source.version).toBe(version);
        for (const { byteOffset } of source.tensors.values()) {
          expect(byteOffset % (alignment ?? 32)).toBe(0);
        }
      },
    ),
    RUNS,
  );
});

it("keeps the order of small and large chunks", async () => {
  const path = join(folder(), "model.gguf");
  const size = fc.oneof(
    fc.nat(1000),
    fc.integer({ min: 500_000, max: 550_000 }),
    fc.nat(1_100_000),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(size, { minLength: 2, maxLength: 8 }), async (sizes) => {
      const list = sizes.map((length, i) => sampleOf(`t${i}`, "I8", [length], i + 1));
      await writeGguf(path, list);
      await using source = await openTensors(path);
      for (const { name, data } of list) {
        expect(Buffer.compare(await source.read(name), data)).toBe(0);
      }
    }),
    { ...RUNS, numRuns: 40 },
  );
});

it("GGUF: metadata of every type is read as it was written", async () => {
  const path = join(folder(), "model.gguf");
  const integer = (bits: number, signed: boolean) => {
    const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
    const type = `${signed ? "int" : "uint"}${bits}`;
    return [type, fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max))] as const;
  };
  const kinds = [
    ...[8, 16, 32].flatMap((bits) => [integer(bits, true), integer(bits, false)]),
    ["uint64", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
    ["int64", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    ["float32", fc.float()],
    ["float64", fc.double()],
    ["bool", fc.boolean()],
    ["string", fc.string({ unit: "grapheme" })],
  ] as const;
  const value = fc.oneof(
    ...kinds.map(([type, value]) =>
      fc.oneof(
        fc.record({ type: fc.constant(type), value: value as fc.Arbitrary<number> }),
        fc.record({ type: fc.constant(type), value: fc.array(value as fc.Arbitrary<number>) }),
      ),
    ),
  );
  const keys = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(keys, value, { maxKeys: 6 }), async (metadata) => {
      await writeGguf(path, [], { metadata: metadata as Record<string, MetadataInput> });
      await using source = await openTensors(path);
      const found = [...source.metadata].map(([key, value]) =>
        value instanceof MetadataArray
          ? [key, { type: value.type, value: value.toArray() }]
          : [key, { type: source.metadataTypes.get(key), value }],
      );
      expect(new Map(found as [string, unknown][])).toEqual(new Map(Object.entries(metadata)));
    }),
    RUNS,
  );
});

it("GGUF: a copy by tensorsOf and metadataOf is the same file", async () => {
  const [first, second] = [join(folder(), "first.gguf"), join(folder(), "second.gguf")];
  const metadata = {
    "general.architecture": "llama",
    "llama.rope.freq_base": { type: "float32", value: 10000 },
    "tokenizer.ggml.tokens": ["a", "b", "ü"],
    deep: [
      [[1, 2], [3]],
      [[], [4]].map((list) => (list.length === 0 ? { type: "int32", value: [] } : list)),
    ],
    large: 2n ** 63n,
  } as const;
  await fc.assert(
    fc.asyncProperty(samples("gguf"), async (list) => {
      await writeGguf(first, list, { metadata: metadata as never, alignment: 64 });
      await using source = await openTensors(first);
      await writeGguf(second, tensorsOf(source), { metadata: metadataOf(source) });
      expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    }),
    { ...RUNS, numRuns: 30 },
  );
});

it.each([
  ["safetensors", writeSafetensors],
  ["gguf", writeGguf],
] as const)(
  "%s: shards hold what one file does, none beyond the limit unless it is one tensor",
  async (format, write) => {
    const limits = fc.integer({ min: 1, max: 400 });
    await fc.assert(
      fc.asyncProperty(samples(format), limits, async (list, maxShardBytes) => {
        const at = folder();
        const files = await write(join(at, `model.${format}`), list, { maxShardBytes });
        await expectSame(at, list);
        await using source = await openTensors(at);
        for (const { path } of source.files) {
          const held = [...source.tensors.values()].filter(({ file }) => file === path);
          const bytes = held.reduce((sum, { byteLength }) => sum + byteLength, 0);
          const filled = held.filter(({ byteLength }) => byteLength > 0);
          expect(bytes <= maxShardBytes || filled.length === 1).toBe(true);
        }
        const index = format === "safetensors" && source.files.length > 1 ? 1 : 0;
        expect(files.length).toBe(source.files.length + index);
      }),
      { ...RUNS, numRuns: 60 },
    );
  },
);

it("GGUF: parts are aligned alike, and the first has the metadata", async () => {
  const at = folder();
  const list = ["a", "b", "c"].map((name) => sampleOf(name, "F32", [3]));
  const options = { metadata: { "general.name": "x" }, alignment: 64, maxShardBytes: 12 };
  const files = await writeGguf(join(at, "model.gguf"), list, options);
  expect(files.map(({ path }) => basename(path))).toEqual(
    [1, 2, 3].map((i) => `model-0000${i}-of-00003.gguf`),
  );
  await using source = await openTensors(at);
  expect(Object.fromEntries(source.metadata)).toEqual({
    "general.name": "x",
    "general.alignment": 64,
  });
  for (const { byteOffset } of source.tensors.values()) expect(byteOffset % 64).toBe(0);
});
