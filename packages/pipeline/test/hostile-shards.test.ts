// Files that are not what they should be are refused, with the file and the place.

import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openShards, PipelineError, writeShards } from "../src/index.js";
import { shardLayout } from "../src/shards/shard-layout.js";
import { ShardTables } from "../src/shards/shard-tables.js";
import { testFolder } from "./support/folder.js";

const path = testFolder();

async function written(): Promise<string> {
  const folder = path();
  const documents = [
    { tokens: Int32Array.of(1, 2, 3) },
    {
      tokens: Int32Array.of(4, 5, 6, 7),
      loss: [
        [1, 2],
        [3, 4],
      ] as const,
    },
    { tokens: Int32Array.of(8, 9), loss: [] },
  ];
  await writeShards(folder, documents, { vocabularySize: 10, tokenizer: "t" });
  return folder;
}

type Json = Record<string, unknown>;
async function changeIndex(folder: string, change: (index: Json, shard: Json) => unknown) {
  const file = join(folder, "index.json");
  const index = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify(change(index, index.shards[0]) ?? index));
}

it.each<[string, (index: Json, shard: Json) => unknown]>([
  ["the whole: expected an object", () => []],
  ["format: expected", (index) => Object.assign(index, { format: "other" })],
  ["version: expected 1, found 2", (index) => Object.assign(index, { version: 2 })],
  [
    "vocabularySize: expected an integer",
    (index) => Object.assign(index, { vocabularySize: 1e300 }),
  ],
  ["tokenBytes: expected 2, found 4", (index) => Object.assign(index, { tokenBytes: 4 })],
  ["tokenizer: expected a string", (index) => Object.assign(index, { tokenizer: undefined })],
  ["shards: expected an array", (index) => Object.assign(index, { shards: { length: 1e9 } })],
  [
    "shards: expected an array of at most",
    (index) => Object.assign(index, { shards: Array(5000).fill(0) }),
  ],
  [
    "shards[0]: expected an object, found null",
    (index) => Object.assign(index, { shards: [null] }),
  ],
  ["documents: expected 3, found 4", (index) => Object.assign(index, { documents: 4 })],
  ["tokens: expected 9, found 8", (index) => Object.assign(index, { tokens: 8 })],
  [
    "shards[0].file: expected",
    (_, shard) => void Object.assign(shard, { file: "../shard-00000.bin" }),
  ],
  [
    "shards[0].tokens: expected an integer",
    (_, shard) => void Object.assign(shard, { tokens: -1 }),
  ],
  [
    "shards[0].tokens: expected an integer",
    (_, shard) => void Object.assign(shard, { tokens: 2 ** 52 }),
  ],
  [
    "shards[0].documents: expected an integer",
    (_, shard) => void Object.assign(shard, { documents: 0.5 }),
  ],
  ["shards[0].runs: expected an integer", (_, shard) => void Object.assign(shard, { runs: 1e9 })],
  ["shards[0].bytes: expected", (_, shard) => void Object.assign(shard, { bytes: 1 })],
  ["shards[0].sha256: expected", (_, shard) => void Object.assign(shard, { sha256: "00" })],
])("refuses an index: %s", async (message, change) => {
  const folder = await written();
  await changeIndex(folder, change);
  await expect(openShards(folder)).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: expect.stringContaining(`index.json: ${message}`),
  });
});

it("refuses an index that isn't JSON, is too long, or claims more than the files hold", async () => {
  const folder = await written();
  const claimed = { tokens: 2 ** 30, documents: 2, runs: 0, bytes: 8 + 2 ** 31 + 8 };
  await changeIndex(folder, (index, shard) => {
    Object.assign(shard, claimed);
    Object.assign(index, { tokens: 2 ** 30, documents: 2 });
  });
  await expect(openShards(folder)).rejects.toMatchObject({ code: "ERR_TRUNCATED" });
  await writeFile(join(folder, "index.json"), "{");
  await expect(openShards(folder)).rejects.toMatchObject({ code: "ERR_FORMAT" });
  await writeFile(join(folder, "index.json"), " ".repeat(2 ** 22 + 1));
  await expect(openShards(folder)).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: expect.stringContaining("expected at most 4194304 bytes, found 4194305"),
  });
});

it("names a file that is too short or too long", async () => {
  const folder = await written();
  const file = join(folder, "shard-00000.bin");
  const bytes = await readFile(file);
  await truncate(file, bytes.length - 1);
  await expect(openShards(folder)).rejects.toMatchObject({
    code: "ERR_TRUNCATED",
    message: `${file}: expected ${bytes.length} bytes, found ${bytes.length - 1}`,
  });
  await writeFile(file, Buffer.concat([bytes, Buffer.of(0)]));
  await expect(openShards(folder)).rejects.toMatchObject({ code: "ERR_FORMAT" });
});

// magic 8, tokens 9 * 2, zeros 6: ends at 32, run ends at 44, runs at 56
it.each<[string, number, number]>([
  ["at byte 0: expected 5253534841524431", 0, 0],
  ["document ends at byte 36: expected 3 to 9, found 2", 36, 2],
  ["document ends at byte 36: expected 3 to 9, found 10", 36, 10],
  ["document ends at byte 40: expected 9, found 8", 40, 8],
  ["run ends at byte 52: expected 3, found 2", 52, 2],
  ["loss runs at byte 64: expected a run within 2 to 4, found 1 to 4", 64, 1],
  ["loss runs at byte 64: expected a run within 2 to 4, found 3 to 5", 68, 5],
  ["loss runs at byte 72: expected a run within 0 to 2, found 0 to 4294967295", 76, 2 ** 32 - 1],
])("names the place: %s", async (message, offset, value) => {
  const folder = await written();
  const file = join(folder, "shard-00000.bin");
  const bytes = await readFile(file);
  bytes.writeUInt32LE(value, offset);
  await writeFile(file, bytes);
  await expect(openShards(folder)).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: expect.stringContaining(message),
  });
});

it("refuses a document that is longer than any may be", () => {
  const parse = (tokens: number) => {
    const counts = { tokens, documents: 1, runs: 0 };
    const table = new Uint8Array(Uint32Array.of(tokens).buffer);
    return ShardTables.parse(table, counts, shardLayout(counts, 2), "file");
  };
  expect(parse(2 ** 27).length(0)).toBe(2 ** 27);
  expect(() => parse(2 ** 27 + 1)).toThrow(expect.objectContaining({ code: "ERR_FORMAT" }));
});

it("gives no token that the vocabulary lacks, and finds the change by the checksum", async () => {
  const folder = await written();
  const file = join(folder, "shard-00000.bin");
  const bytes = await readFile(file);
  bytes.writeUInt16LE(10, 8 + 4 * 2);
  await writeFile(file, bytes);
  await using shards = await openShards(folder);
  expect([...(await shards.read(0))]).toEqual([1, 2, 3]);
  await expect(shards.read(1)).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: `${file} at byte 16: expected a token below 10, found 10`,
  });
  await expect(shards.verify()).rejects.toMatchObject({ code: "ERR_CHECKSUM" });
});

it("never lets a changed byte pass: it fails to open, or to verify", async () => {
  const folder = await written();
  const file = join(folder, "shard-00000.bin");
  const bytes = await readFile(file);
  const open = async () => {
    await using shards = await openShards(folder);
    await shards.verify();
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ by;
      await writeFile(file, changed);
      await expect(open()).rejects.toBeInstanceOf(PipelineError);
    }),
    { seed: 20261126, numRuns: 200 },
  );
  await writeFile(file, bytes);
  await open();
});
