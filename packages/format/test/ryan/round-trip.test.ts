import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  dequantizable,
  dequantize,
  gridStep,
  openRyanWriter,
  openTensors,
  type RyanTensor,
  writeRyan,
} from "../../src/index.js";
import { folder } from "../support/files.js";
import { inForm, SEED, sampleOf, samples } from "../support/tensors.js";

it("gives back every tensor of any type, in any encoding, by rows too", async () => {
  const path = join(folder(), "model.ryan");
  const list = fc.oneof(samples("safetensors"), samples("gguf"));
  const property = fc.asyncProperty(list, fc.nat(4), fc.boolean(), async (tensors, form, raw) => {
    const encoding = raw ? ("raw" as const) : ("exact" as const);
    const given = tensors.map((each): RyanTensor => ({ ...inForm(each, form), encoding }));
    await writeRyan(path, given, { chunkBytes: 4096 });
    await using source = await openTensors(path);
    expect([...source.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
    for (const { name, dtype, shape, data } of tensors) {
      const info = source.info(name);
      expect(info).toMatchObject({ dtype, shape, byteLength: data.length });
      expect(await source.read(name)).toEqual(data);
      if (dequantizable.includes(dtype)) {
        expect(await source.readF32(name)).toEqual(dequantize(dtype, data));
      }
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: 100 });
});

it("reads rows out of many chunks, several at a time", async () => {
  const path = join(folder(), "model.ryan");
  const tensors = [sampleOf("a", "BF16", [301, 257]), sampleOf("b", "Q4_0", [64, 64 * 32])];
  await writeRyan(path, tensors, { chunkBytes: 4096 });
  await using source = await openTensors(path);
  const row = fc.nat(64);
  const property = fc.asyncProperty(
    fc.array(fc.tuple(row, row), { maxLength: 6 }),
    async (ranges) => {
      const reads = ranges.flatMap(([a, b]) =>
        tensors.map(async ({ name, data }) => {
          const rows = [Math.min(a, b), Math.max(a, b)] as const;
          const { rowBytes } = source.info(name);
          const expected = data.subarray(rows[0] * rowBytes, rows[1] * rowBytes);
          expect(Buffer.compare(await source.read(name, { rows }), expected)).toBe(0);
        }),
      );
      await Promise.all(reads);
    },
  );
  await fc.assert(property, { seed: SEED, numRuns: 50 });
});

it("keeps earlier commits, by number", async () => {
  const path = join(folder(), "run.ryan");
  {
    await using writer = await openRyanWriter(path);
    await writer.add(sampleOf("w", "F32", [8], 1));
    expect(await writer.commit({ step: 1 })).toMatchObject({ number: 1 });
    await writer.add(sampleOf("w", "F32", [8], 2));
    await writer.add(sampleOf("v", "F32", [2], 2));
    expect(await writer.commit()).toMatchObject({ number: 2 });
  }
  {
    await using writer = await openRyanWriter(path, { append: true });
    expect(writer.commits).toBe(2);
    await writer.add(sampleOf("w", "F16", [4], 3));
    await writer.commit({ step: 3 });
    await writer.add(sampleOf("lost", "F16", [4], 3));
  }
  for (const [commit, seed, names, step] of [
    [1, 1, ["w"], 1],
    [2, 2, ["w", "v"], 1],
    [3, 3, ["w", "v"], 3],
  ] as const) {
    await using source = await openTensors(path, { commit });
    expect(source.commit).toEqual({ number: commit, newest: 3 });
    expect([...source.tensors.keys()]).toEqual(names);
    expect(source.metadata.get("step")).toBe(step);
    const { data } = sampleOf("w", seed === 3 ? "F16" : "F32", seed === 3 ? [4] : [8], seed);
    expect(await source.read("w")).toEqual(data);
  }
});

it("decodes a grid", async () => {
  const path = join(folder(), "model.ryan");
  const [n, k] = [37, 50];
  const codes = Int32Array.from({ length: n * k }, (_, i) => ((i * 7) % 15) - 7);
  const steps = { base: 0.125, index: Uint8Array.from({ length: k }, (_, i) => i % 16) };
  const grid = { shape: [n, k] as const, codes, steps };
  await writeRyan(
    path,
    [
      { name: "f", dtype: "F32", shape: [n, k], grid },
      { name: "b", dtype: "BF16", shape: [n, k], grid: () => grid },
    ],
    { chunkBytes: 4096 },
  );
  await using source = await openTensors(path);
  const expected = Float32Array.from(codes, (code, i) =>
    Math.fround(code * gridStep(0.125, steps.index[i % k] as number)),
  );
  expect(await source.readF32("f")).toEqual(expected);
  const half = await source.readF32("b", { rows: [3, 30] });
  for (const [i, value] of half.entries()) {
    expect(Math.abs(value - (expected[i + 3 * k] as number))).toBeLessThanOrEqual(
      Math.abs(value) / 256,
    );
  }
});
