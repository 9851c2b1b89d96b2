// Small valid files with every encoding, and what is in them.

import { type GridCodes, openTensors, type RyanTensor } from "../../src/index.js";
import { withDefaults } from "../../src/limits.js";
import { RyanWriter } from "../../src/ryan/writer.js";
import { foreign, MemoryFile } from "../../test/support/memory-file.js";
import { Random } from "./random.js";

export interface SampleFile {
  readonly fileId: string;
  readonly bytes: Uint8Array;
  /** Bytes of each tensor by name, for each commit. */
  readonly commits: readonly ReadonlyMap<string, Uint8Array>[];
}

export async function sampleFiles(): Promise<SampleFile[]> {
  const random = new Random(7, 0);
  const files: readonly (readonly RyanTensor[])[][] = [
    [[weights("w", "BF16", [24, 40], random), noise("norm", "F32", [40], random)]],
    [
      [
        weights("w", "F32", [12, 32], random),
        { ...noise("r", "U8", [300], random), encoding: "raw" },
      ],
    ],
    [[grid("g", "BF16", 24, 32, random), grid("f", "F32", 9, 20, random)]],
    [[grid("tiny", "F16", 1, 1, random), weights("q", "Q4_0", [8, 64], random)]],
    [
      [
        noise("s", "F64", [], random),
        noise("empty", "I32", [0, 3], random),
        noise("x", "F6_E2M3", [4, 8], random),
      ],
    ],
    [
      [weights("w", "F16", [16, 16], random), grid("g", "BF16", 12, 16, random)],
      [weights("w", "F16", [16, 16], random), noise("step", "I64", [1], random)],
      [grid("g", "BF16", 14, 16, random), noise("step", "I64", [1], random)],
    ],
    [[]],
  ];
  return Promise.all(files.map((commits, i) => sampleFile(commits, i)));
}

async function sampleFile(
  commits: readonly (readonly RyanTensor[])[],
  number: number,
): Promise<SampleFile> {
  const fileId = String(number).padStart(2, "0").repeat(16);
  const file = new MemoryFile();
  const writer = await RyanWriter.create(file, 1024, fileId);
  const metadata = {
    "general.name": "sample",
    list: [1, 2, 3],
    texts: ["a", "é", ""],
    nested: [[1n], [2n, 3n]],
  };
  for (const [i, tensors] of commits.entries()) {
    for (const tensor of tensors) await writer.add(tensor);
    await writer.commit(i === 0 && number % 2 === 0 ? metadata : undefined);
  }
  await writer.close();
  const { bytes } = file;
  const contents: Map<string, Uint8Array>[] = [];
  for (let commit = 1; commit <= commits.length; commit++) {
    await using source = await openTensors("m", {
      openFile: async () => foreign(bytes),
      commit,
      limits: withDefaults(),
    });
    const all = new Map<string, Uint8Array>();
    for (const name of source.tensors.keys()) all.set(name, await source.read(name));
    contents.push(all);
  }
  return { fileId, bytes, commits: contents };
}

type Plain = Exclude<RyanTensor, { readonly grid: unknown }>;

function noise(
  name: string,
  dtype: Plain["dtype"],
  shape: readonly number[],
  random: Random,
): Plain {
  const bytes = { F32: 4, U8: 1, F64: 8, I32: 4, F6_E2M3: 0.75, I64: 8 } as Record<string, number>;
  const length = shape.reduce((product, size) => product * size, bytes[dtype] as number);
  const data = Uint8Array.from({ length }, () => random.below(256));
  return { name, dtype, shape, data };
}

/** Bytes whose high halves compress, as those of weights do. */
function weights(
  name: string,
  dtype: "BF16" | "F16" | "F32" | "Q4_0",
  shape: readonly number[],
  random: Random,
): Plain {
  const size = dtype === "F32" ? 4 : dtype === "Q4_0" ? 18 / 32 : 2;
  const length = shape.reduce((product, n) => product * n, size);
  const data = Uint8Array.from({ length }, (_, i) =>
    i % 2 === 0 ? random.below(256) : 0x3c + (random.below(8) & random.below(8)),
  );
  return { name, dtype, shape, data };
}

function grid(
  name: string,
  dtype: "F32" | "F16" | "BF16",
  n: number,
  k: number,
  random: Random,
): RyanTensor {
  const codes = Int32Array.from({ length: n * k }, (_, i) => {
    if (i % k === 3) return 0;
    const spread = i % k < 8 ? 40 : 4;
    return random.chance(50) ? 5000 : random.below(spread) - random.below(spread);
  });
  const index = Uint8Array.from({ length: k }, () => random.below(24));
  const steps = { base: 2 ** -7, index };
  const rowScales = Float32Array.from({ length: n }, () => 1 + random.below(16) / 16);
  const codesOf: GridCodes = { shape: [n, k], codes, steps, ...(n % 2 === 0 ? { rowScales } : {}) };
  return { name, dtype, shape: [n, k], grid: codesOf };
}
