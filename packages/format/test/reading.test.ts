import { truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DType,
  dequantizable,
  dequantize,
  dtypes,
  openTensors,
  type TensorSource,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";
import { file, folder, refusal, safetensorsBytes } from "./support/files.js";
import { type Sample, SEED, sampleOf, typesOf } from "./support/tensors.js";

async function withFile(
  format: "safetensors" | "gguf",
  tensors: readonly Sample[],
  use: (source: TensorSource, path: string) => Promise<void>,
): Promise<void> {
  const path = join(folder(), `model.${format}`);
  await (format === "gguf" ? writeGguf : writeSafetensors)(path, tensors);
  await using source = await openTensors(path);
  await use(source, path);
}

const both = ["safetensors", "gguf"] as const;

describe.each(both)("a source of %s", (format) => {
  const types = typesOf(format);
  const matrices = types.map((dtype, i) =>
    sampleOf(dtype, dtype, [2, 3, 2 * dtypes[dtype].block], i + 1),
  );

  it("reads ranges of rows that are the same bytes as those of the whole", async () => {
    await withFile(format, matrices, async (source) => {
      for (const { name, data } of matrices) {
        const { rows, rowBytes } = source.info(name);
        expect([rows, rowBytes * rows]).toEqual([6, data.length]);
        for (let first = 0; first <= rows; first++) {
          for (let end = first; end <= rows; end++) {
            const part = await source.read(name, { rows: [first, end] });
            expect(part).toEqual(data.subarray(first * rowBytes, end * rowBytes));
          }
        }
      }
    });
  });

  it("reads ranges of rows as float32 like the whole", async () => {
    const known = matrices.filter(({ dtype }) => dequantizable.includes(dtype));
    expect(known.length).toBeGreaterThan(8);
    await withFile(format, known, async (source) => {
      for (const { name, dtype, data } of known) {
        const all = dequantize(dtype, data);
        const width = all.length / 6;
        expect(await source.readF32(name)).toEqual(all);
        expect(await source.readF32(name, { rows: [1, 4] })).toEqual(
          all.subarray(width, 4 * width),
        );
      }
    });
  });

  it("streams chunks of whole blocks that make up the tensor", async () => {
    const sizes = fc.integer({ min: 1, max: 500 });
    const index = fc.nat(matrices.length - 1);
    await withFile(format, matrices, async (source) => {
      await fc.assert(
        fc.asyncProperty(index, sizes, async (i, chunkBytes) => {
          const { name, dtype, data } = matrices[i] as Sample;
          const parts: Uint8Array[] = [];
          for await (const chunk of source.stream(name, { chunkBytes })) {
            expect(chunk.length % dtypes[dtype].blockBytes).toBe(0);
            parts.push(chunk.slice());
          }
          expect(new Uint8Array(Buffer.concat(parts))).toEqual(data);
        }),
        { seed: SEED, numRuns: 100 },
      );
    });
  });

  it("serves a hundred reads at once", async () => {
    await withFile(format, matrices, async (source) => {
      const wanted = Array.from({ length: 100 }, (_, i) => matrices[i % matrices.length] as Sample);
      const read = await Promise.all(wanted.map(({ name }) => source.read(name)));
      expect(read).toEqual(wanted.map(({ data }) => data));
    });
  });

  it("fills the caller's array and returns the part that it filled", async () => {
    const values = Float32Array.of(1, -2, 3.5);
    const data = new Uint8Array(values.buffer);
    await withFile(format, [{ name: "w", dtype: "F32", shape: [3], data }], async (source) => {
      const into = new Float32Array(5).fill(9);
      const filled = await source.readF32("w", { into });
      expect([filled.buffer, [...filled], [...into]]).toEqual([
        into.buffer,
        [1, -2, 3.5],
        [1, -2, 3.5, 9, 9],
      ]);
      const bytes = new Uint8Array(20).subarray(3);
      expect(await source.read("w", { into: bytes })).toEqual(data);
    });
  });

  it("refuses what can't be read, and says why", async () => {
    await withFile(format, matrices, async (source) => {
      const code = async (work: Promise<unknown>) => (await refusal(work)).code;
      expect(await code(source.read("nobody"))).toBe("ERR_UNKNOWN_TENSOR");
      expect(await code(source.read("F32", { rows: [0, 7] }))).toBe("ERR_ARGUMENT");
      expect(await code(source.read("F32", { rows: [3, 2] }))).toBe("ERR_ARGUMENT");
      expect(await code(source.read("F32", { rows: [0.5, 2] }))).toBe("ERR_ARGUMENT");
      expect(await code(source.read("F32", { into: new Uint8Array(3) }))).toBe("ERR_ARGUMENT");
      expect(await code(source.readF32("F32", { into: new Uint8Array(99) as never }))).toBe(
        "ERR_ARGUMENT",
      );
      expect(await code(source.readF32(format === "gguf" ? "IQ2_XXS" : "F4"))).toBe(
        "ERR_UNSUPPORTED",
      );
      expect(
        await code(Promise.resolve().then(() => source.stream("F32", { chunkBytes: 0 }))),
      ).toBe("ERR_ARGUMENT");
    });
  });

  it("stops at the signal", async () => {
    await withFile(format, matrices, async (source, path) => {
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await expect(source.read("F32", { signal })).rejects.toBe(reason);
      await expect(source.readF32("F16", { signal })).rejects.toBe(reason);
      await expect(openTensors(path, { signal })).rejects.toBe(reason);
    });
  });

  it("is closed once and then reads nothing", async () => {
    await withFile(format, matrices, async (source) => {
      const reading = source.read("F32");
      await source.close();
      await source.close();
      await reading;
      expect((await refusal(source.read("F32"))).code).toBe("ERR_CLOSED");
      expect((await refusal(source.map("F32"))).code).toBe("ERR_CLOSED");
    });
  });
});

it("finishes reads of many chunks when it is closed meanwhile, and ends streams", async () => {
  const large = sampleOf("large", "BF16", [20 << 20]);
  await withFile("safetensors", [large], async (source) => {
    const stream = source.stream("large");
    await stream.next();
    const reads = [source.read("large"), source.readF32("large")] as const;
    await source.close();
    const [bytes, values] = await Promise.all(reads);
    expect(Buffer.compare(bytes, large.data)).toBe(0);
    expect(values.length).toBe(20 << 20);
    expect((await refusal(stream.next())).code).toBe("ERR_CLOSED");
  });
});

it("reads beyond 4 GiB", async () => {
  const rows = 5 * 2 ** 20;
  const entry = { dtype: "U8", shape: [rows, 1024], data_offsets: [0, rows * 1024] };
  const header = safetensorsBytes({ w: entry });
  const path = file("large.safetensors", header);
  truncateSync(path, header.length + rows * 1024); // a hole: it takes no room on the disk
  const handle = await open(path, "r+");
  await handle.write(Uint8Array.of(1, 2, 3), 0, 3, header.length + (rows - 1) * 1024);
  await handle.close();
  await using source = await openTensors(path);
  const last = await source.readF32("w", { rows: [rows - 1, rows] });
  expect([last.length, ...last.subarray(0, 4)]).toEqual([1024, 1, 2, 3, 0]);
});

it("refuses rows that cut a block of a packed type", async () => {
  const odd = sampleOf("odd", "F4", [4, 3]);
  await withFile("safetensors", [odd], async (source) => {
    expect((await refusal(source.read("odd", { rows: [1, 2] }))).code).toBe("ERR_ARGUMENT");
    expect(await source.read("odd", { rows: [2, 4] })).toEqual(odd.data.subarray(3));
  });
});

it("rounds integers to the nearest float32 once", () => {
  const check = (dtype: DType, values: BigInt64Array | BigUint64Array) => {
    const found = dequantize(dtype, new Uint8Array(values.buffer));
    expect([...found]).toEqual([...values].map(nearestFloat));
  };
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      check("I64", BigInt64Array.of(value));
    }),
    { seed: SEED, numRuns: 500 },
  );
  // A double would round 2^60 + 2^36 + 1 to the tie below, and the tie to even.
  check(
    "I64",
    BigInt64Array.of(2n ** 60n + 2n ** 36n + 1n, -(2n ** 60n) - 2n ** 36n - 1n, 0n, -1n),
  );
  check("U64", BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n + 2n ** 39n + 1n, 5n));
});

const bitsOf = (value: number) => new Int32Array(Float32Array.of(value).buffer)[0] as number;
const floatOf = (bits: number) => new Float32Array(Int32Array.of(bits).buffer)[0] as number;

/** The nearest of three neighbouring float32 by exact comparison; of two equally near ones the even. */
function nearestFloat(value: bigint): number {
  const start = Math.fround(Number(value));
  if (Math.abs(start) < 2 ** 24) return start;
  const bits = bitsOf(start);
  const distance = (x: number) => {
    const gap = BigInt(x) - value;
    return gap < 0n ? -gap : gap;
  };
  return [bits - 1, bits, bits + 1].map(floatOf).reduce((best, x) => {
    const gap = distance(x) - distance(best);
    return gap < 0n || (gap === 0n && (bitsOf(x) & 1) === 0) ? x : best;
  });
}
