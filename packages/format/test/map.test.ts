import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openTensors, writeGguf, writeSafetensors } from "../src/index.js";
import { file, folder, refusal, safetensorsBytes } from "./support/files.js";
import { sampleOf } from "./support/tensors.js";

const list = [
  sampleOf("a", "F32", [4, 8]),
  sampleOf("b", "Q4_K", [3, 256]),
  sampleOf("c", "F16", [3]),
];

async function ggufFile(): Promise<string> {
  const path = join(folder(), "model.gguf");
  await writeGguf(path, list);
  return path;
}

const contents = (buffer: { byteLength: number; read(at: number, into: Uint8Array): void }) => {
  const bytes = new Uint8Array(buffer.byteLength);
  buffer.read(0, bytes);
  return bytes;
};

describe("map", () => {
  it("gives the bytes that read gives, and outlives its source", async () => {
    const source = await openTensors(await ggufFile());
    const buffers = await Promise.all(list.map(({ name }) => source.map(name)));
    await source.close();
    for (const [i, buffer] of buffers.entries()) {
      expect(buffer.writable).toBe(false);
      expect(contents(buffer)).toEqual(list[i]?.data);
      buffer.dispose();
    }
  });

  it("gives rows", async () => {
    await using source = await openTensors(await ggufFile());
    const buffer = await source.map("b", { rows: [1, 3] });
    expect(contents(buffer)).toEqual(await source.read("b", { rows: [1, 3] }));
    buffer.dispose();
  });

  it("gives what the writer of safetensors wrote at a multiple of 64", async () => {
    const path = join(folder(), "model.safetensors");
    await writeSafetensors(path, [sampleOf("w", "BF16", [5, 7])]);
    await using source = await openTensors(path);
    const buffer = await source.map("w", { alignment: 64 });
    expect(contents(buffer)).toEqual(await source.read("w"));
    buffer.dispose();
  });

  it("refuses an alignment that the file doesn't have", async () => {
    const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
    const path = file(
      "model.safetensors",
      safetensorsBytes(`${JSON.stringify({ odd: entry })} `, 4),
    );
    await using source = await openTensors(path);
    expect(source.info("odd").byteOffset % 4).not.toBe(0);
    const { code, tensor, message } = await refusal(source.map("odd"));
    expect([code, tensor]).toEqual(["ERR_ALIGNMENT", "odd"]);
    expect(message).toContain("multiple of 4");
    const buffer = await source.map("odd", { alignment: 1 });
    expect(contents(buffer)).toEqual(await source.read("odd"));
    buffer.dispose();
    for (const alignment of [0, 3, 8192]) {
      expect((await refusal(source.map("odd", { alignment }))).code).toBe("ERR_ARGUMENT");
    }
  });

  it("refuses a file that another one has replaced", async () => {
    const path = await ggufFile();
    await using source = await openTensors(path);
    renameSync(await ggufFile(), path);
    expect((await refusal(source.map("a"))).code).toBe("ERR_CHANGED");
    expect(await source.read("a")).toEqual(list[0]?.data); // the file that was opened is still there
  });

  it("says that it needs the native kernels where they are absent, and all else works", async () => {
    vi.doMock("@ryanstream/native-kernels", () => {
      throw new Error("Cannot find package");
    });
    try {
      await using source = await openTensors(await ggufFile());
      const { code, message } = await refusal(source.map("a"));
      expect([code, message.includes("@ryanstream/native-kernels")]).toEqual([
        "ERR_NO_NATIVE",
        true,
      ]);
      expect(await source.read("a")).toEqual(list[0]?.data);
    } finally {
      vi.doUnmock("@ryanstream/native-kernels");
    }
  });
});
