// Files that aren't on a disk: only headers are asked for, and what goes wrong there comes through.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type ForeignFile,
  inspect,
  openTensors,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";
import { folder, refusal } from "./support/files.js";
import { sampleOf } from "./support/tensors.js";

/** Files by name in memory, which give at most `most` bytes at a time. */
function memory(at: string, most = Infinity) {
  const seen = { opened: [] as string[], closed: 0, bytes: 0 };
  const openFile = async (path: string): Promise<ForeignFile> => {
    const bytes = readFileSync(join(at, basename(path)));
    expect(dirname(path)).toBe(join("org", "model"));
    seen.opened.push(basename(path));
    return {
      byteLength: bytes.length,
      async read(into, offset, length, position) {
        const part = bytes.subarray(position, position + Math.min(length, most));
        into.set(part, offset);
        seen.bytes += part.length;
        return { bytesRead: part.length };
      },
      async close() {
        seen.closed++;
      },
    };
  };
  return { seen, openFile };
}

const large = sampleOf("large", "F32", [512, 1024]);
const tensors = [large, sampleOf("small", "F16", [3, 4])];

async function written(): Promise<string> {
  const at = folder();
  await writeSafetensors(join(at, "model.safetensors"), tensors);
  await writeSafetensors(join(at, "shards.safetensors"), tensors, { maxShardBytes: 1 << 21 });
  await writeGguf(join(at, "model.gguf"), tensors, { metadata: { "general.architecture": "x" } });
  await writeGguf(join(at, "parts.gguf"), tensors, { metadata: {}, maxShardBytes: 1 << 21 });
  return at;
}

describe("a foreign file", () => {
  it.each([
    ["model.safetensors", 1],
    ["model.gguf", 1],
    ["shards.safetensors.index.json", 3],
    ["parts-00001-of-00002.gguf", 2],
  ])("%s is what it is on a disk", async (name, files) => {
    const at = await written();
    for (const most of [Infinity, 7]) {
      const { seen, openFile } = memory(at, most);
      await using local = await openTensors(join(at, name));
      const source = await openTensors(join("org", "model", name), { openFile });
      const plain = ({ files, ...rest }: ReturnType<typeof inspect>) => ({
        ...rest,
        files: files.map(({ path, ...each }) => ({ ...each, name: basename(path) })),
      });
      expect(plain(inspect(source))).toEqual(plain(inspect(local)));
      expect(seen.opened).toHaveLength(files);
      expect(seen.bytes).toBeLessThan(1.1 * 2 ** 20); // the least that a header of GGUF is read in
      expect(await source.read("small")).toEqual(await local.read("small"));
      expect(await source.readF32("small")).toEqual(await local.readF32("small"));
      const error = await refusal(source.map("large", { alignment: 1 }));
      expect(error.code).toBe("ERR_UNSUPPORTED");
      await source.close();
      expect(seen.closed).toBe(files);
    }
  });

  it("that can't be read throws what it throws, and is closed", async () => {
    const reason = new Error("no network");
    let closed = 0;
    const openFile = async () => ({
      byteLength: 1000,
      read: () => Promise.reject(reason),
      close: async () => void closed++,
    });
    await expect(openTensors("a.gguf", { openFile })).rejects.toBe(reason);
    expect(closed).toBe(1);
    await expect(openTensors("a", { openFile: () => Promise.reject(reason) })).rejects.toBe(reason);
  });

  it("has a length", async () => {
    const openFile = async () => ({ byteLength: -1 }) as ForeignFile;
    expect((await refusal(openTensors("a.gguf", { openFile }))).code).toBe("ERR_ARGUMENT");
  });
});
