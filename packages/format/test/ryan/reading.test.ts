import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { type NativeCoder, nativeCoder, useCoder } from "../../src/entropy/native.js";
import { decodePlanesPortable } from "../../src/entropy/planes.js";
import { openTensors, writeRyan, writeSafetensors } from "../../src/index.js";
import { folder, refusal } from "../support/files.js";
import { foreign } from "../support/memory-file.js";
import { sampleOf } from "../support/tensors.js";
import { threeCommits } from "../support/three-commits.js";

const weights = (name: string, shape: readonly number[]) => {
  const tensor = sampleOf(name, "BF16", shape);
  for (let i = 1; i < tensor.data.length; i += 2) tensor.data[i] = 0x3c + (i % 3);
  return tensor;
};

/** A file that counts what is read of it. */
function counted(bytes: Uint8Array) {
  const file = foreign(bytes);
  const reads: (readonly [position: number, length: number])[] = [];
  const read: typeof file.read = (into, offset, length, position) => {
    reads.push([position, length]);
    return file.read(into, offset, length, position);
  };
  return { file: { ...file, read }, reads };
}

async function inMemory(...tensors: Parameters<typeof writeRyan>[1][]): Promise<Uint8Array> {
  const path = join(folder(), "m.ryan");
  await writeRyan(path, tensors[0] as never, { chunkBytes: 4096 });
  return import("node:fs/promises").then((fs) => fs.readFile(path));
}

it("a row touches the chunks that it lies in, and rows in order decode each chunk once", async () => {
  const tensor = weights("w", [300, 100]);
  const { file, reads } = counted(await inMemory([tensor]));
  await using source = await openTensors("m.ryan", { openFile: async () => file });
  const info = source.info("w");
  expect(info.encoding).toBe("planes");
  reads.length = 0;
  await source.read("w", { rows: [42, 43] });
  expect(reads).toHaveLength(1);
  expect(reads[0]?.[1]).toBeLessThan(4096);
  reads.length = 0;
  for (let row = 0; row < 300; row++) {
    const bytes = await source.read("w", { rows: [row, row + 1] });
    expect(Buffer.compare(bytes, tensor.data.subarray(200 * row, 200 * row + 200))).toBe(0);
  }
  // 20 rows a chunk; the chunk of row 42 is known.
  expect(reads).toHaveLength(14);
});

it("many readers of one chunk share its decoding", async () => {
  const tensor = weights("w", [300, 100]);
  const { file, reads } = counted(await inMemory([tensor]));
  await using source = await openTensors("m.ryan", { openFile: async () => file });
  reads.length = 0;
  const rows = await Promise.all(
    Array.from({ length: 20 }, (_, i) => source.read("w", { rows: [i, i + 1] })),
  );
  expect(Buffer.compare(Buffer.concat(rows), tensor.data.subarray(0, 4000))).toBe(0);
  expect(reads).toHaveLength(1);
});

it("opening reads the header, the last record, index and metadata, whatever the tensors", async () => {
  const { file, reads } = counted(await threeCommits());
  await using _ = await openTensors("m.ryan", { openFile: async () => file });
  const total = reads.reduce((sum, [, length]) => sum + length, 0);
  expect(reads.length).toBeLessThanOrEqual(5);
  expect(total).toBeLessThan(1500);
});

it("maps raw tensors and rows of them, after looking at their hashes", async () => {
  const path = join(folder(), "m.ryan");
  const tensors = [sampleOf("a", "F32", [5000, 3]), sampleOf("b", "Q8_0", [70, 64])];
  await writeRyan(
    path,
    tensors.map((tensor) => ({ ...tensor, encoding: "raw" as const })),
    { chunkBytes: 8192 },
  );
  await using source = await openTensors(path);
  for (const { name, data } of tensors) {
    const { rowBytes } = source.info(name);
    using whole = disposable(await source.map(name, { alignment: 64 }));
    using part = disposable(await source.map(name, { rows: [3, 60], alignment: 1, verify: false }));
    expect(Buffer.compare(whole.bytes(), data)).toBe(0);
    expect(Buffer.compare(part.bytes(), data.subarray(3 * rowBytes, 60 * rowBytes))).toBe(0);
  }
});

it("refuses to map what is coded, or damaged", async () => {
  const path = join(folder(), "m.ryan");
  await writeRyan(path, [
    weights("w", [64, 64]),
    { ...sampleOf("r", "F32", [4]), encoding: "raw" },
  ]);
  {
    await using source = await openTensors(path);
    expect(await refusal(source.map("w"))).toMatchObject({ code: "ERR_UNSUPPORTED", tensor: "w" });
    const { byteOffset } = source.info("r");
    const fs = await import("node:fs/promises");
    const file = await fs.open(path, "r+");
    await file.write(Uint8Array.of(0xee), 0, 1, byteOffset + 5);
    await file.close();
  }
  await using source = await openTensors(path);
  const damaged = { code: "ERR_CHUNK", tensor: "r", chunk: 0 };
  expect(await refusal(source.map("r"))).toMatchObject(damaged);
  expect(await refusal(source.read("r"))).toMatchObject(damaged);
  expect(await refusal(source.readF32("r", { rows: [0, 1] }))).toMatchObject(damaged);
});

it("finds the file in a folder, after safetensors", async () => {
  const at = folder();
  await writeRyan(join(at, "model.ryan"), [sampleOf("w", "F32", [2])]);
  {
    await using source = await openTensors(at);
    expect(source.format).toBe("ryan");
  }
  await writeSafetensors(join(at, "model.safetensors"), [sampleOf("w", "F32", [2])]);
  await using source = await openTensors(at);
  expect(source.format).toBe("safetensors");
});

it("ends reads by a signal, and writes nowhere after that", async () => {
  const tensor = sampleOf("w", "U8", [1 << 20]);
  const { file } = counted(await inMemory([{ ...tensor, encoding: "raw" as const }]));
  const abort = new AbortController();
  let count = 0;
  const read: typeof file.read = async (...given) => {
    if (++count === 20) abort.abort(new Error("enough"));
    return file.read(...given);
  };
  await using source = await openTensors("m.ryan", { openFile: async () => ({ ...file, read }) });
  const into = new Uint8Array(1 << 20);
  await expect(source.read("w", { into, signal: abort.signal })).rejects.toThrow("enough");
  const after = into.slice();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Buffer.compare(into, after)).toBe(0);
});

it("decodes to no memory that a caller can take away meanwhile", async () => {
  const path = join(folder(), "m.ryan");
  await writeRyan(path, [weights("w", [512, 512])]);
  await using source = await openTensors(path);
  const into = new Uint8Array(1 << 20);
  const native = nativeCoder();
  const decodeChunks: NativeCoder["decodeChunks"] = async (jobs) => {
    structuredClone(into.buffer, { transfer: [into.buffer] }); // as for another thread
    for (const job of jobs) {
      expect(job.into.byteLength).toBe(1 << 19);
      decodePlanesPortable(job.coded, job.into as Uint8Array);
    }
  };
  useCoder({ decodeChunks } as NativeCoder);
  try {
    await expect(source.read("w", { into })).rejects.toThrow(TypeError);
  } finally {
    useCoder(native);
  }
  expect(into.length).toBe(0);
});

it("waits for reads in flight before it closes its file", async () => {
  const { file } = counted(await inMemory([weights("w", [300, 100])]));
  const close = vi.fn(async () => {});
  const source = await openTensors("m.ryan", { openFile: async () => ({ ...file, close }) });
  const read = source.read("w");
  await source.close();
  expect((await read).length).toBe(60_000);
  expect(close).toHaveBeenCalledOnce();
  expect(await refusal(source.read("w"))).toMatchObject({ code: "ERR_CLOSED" });
});

function disposable(buffer: {
  readonly byteLength: number;
  read(at: number, into: Uint8Array): void;
  dispose(): void;
}) {
  const bytes = () => {
    const all = new Uint8Array(buffer.byteLength);
    buffer.read(0, all);
    return all;
  };
  return { bytes, [Symbol.dispose]: () => buffer.dispose() };
}
