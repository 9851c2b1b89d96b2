// What is written is what is read, and a set is whole or not there.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openShards, type TokenDocument, writeShards } from "../src/index.js";
import { document, numbered } from "./support/documents.js";
import { testFolder } from "./support/folder.js";

const path = testFolder();
const settings = { seed: 20261126, numRuns: 60 };
const options = { vocabularySize: 1000, tokenizer: "test" };

/** The loss of each token, by the definition. */
const lossOf = ({ tokens, loss }: TokenDocument) =>
  Array.from(tokens, (_, i) => loss === undefined || loss.some(([s, e]) => i >= s && i < e));

it.each([7, 65536, 65537, 2 ** 31 - 1])("gives back every document with %i ids", (size) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(document(size, 40), { maxLength: 12 }),
      fc.integer({ min: 1, max: 60 }),
      fc.infiniteStream(fc.nat(40)),
      async (documents, tokensPerShard, random) => {
        const folder = path();
        const written = { vocabularySize: size, tokenizer: "a", tokensPerShard };
        const index = await writeShards(folder, documents, written);
        await using shards = await openShards(folder, { tokenizer: "a" });
        await shards.verify();
        expect(shards.index).toEqual(index);
        expect([...shards.lengths()]).toEqual(documents.map(({ tokens }) => tokens.length));
        for (const entry of index.shards) {
          const bytes = await readFile(join(folder, entry.file));
          expect(entry.bytes).toBe(bytes.length);
          expect(entry.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
        }
        for (const [i, doc] of documents.entries()) {
          expect([...(await shards.read(i))]).toEqual([...doc.tokens]);
          const end = Math.min(random.next().value, doc.tokens.length);
          const start = Math.min(random.next().value, end);
          const part = await shards.read(i, start, end);
          expect([...part]).toEqual([...doc.tokens.slice(start, end)]);
          expect(lossOf({ tokens: doc.tokens, loss: shards.loss(i) })).toEqual(lossOf(doc));
        }
      },
    ),
    settings,
  ),
);

it("closes a shard before a document that would not fit", async () => {
  const { shards } = await writeShards(path(), numbered([3, 3, 4, 1, 11, 0, 1]), {
    ...options,
    tokensPerShard: 10,
  });
  expect(shards.map(({ tokens, documents }) => [tokens, documents])).toEqual([
    [10, 3],
    [1, 1],
    [11, 1],
    [1, 2],
  ]);
});

it("takes an async iterable, and tells of progress", async () => {
  const seen: unknown[] = [];
  async function* source() {
    yield* numbered([5, 5, 2]);
  }
  await writeShards(path(), source(), {
    ...options,
    tokensPerShard: 10,
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen).toEqual([
    { documents: 2, tokens: 10, shards: 1 },
    { documents: 3, tokens: 12, shards: 2 },
  ]);
});

it.each<[string, unknown]>([
  ["tokens[1]: expected an id from 0 to 999, found 1000", { tokens: Int32Array.of(1, 1000) }],
  ["tokens[0]: expected an id from 0 to 999, found -1", { tokens: Int32Array.of(-1) }],
  ["tokens: expected an Int32Array", { tokens: [1, 2] }],
  ["tokens: expected an Int32Array", undefined],
  ["loss[0][1]: expected an integer from 1 to 2", { tokens: Int32Array.of(1, 2), loss: [[0, 3]] }],
  ["loss[0][1]: expected an integer from 2 to 2", { tokens: Int32Array.of(1, 2), loss: [[1, 1]] }],
  [
    "loss[1][0]: expected an integer from 2 to 3",
    {
      tokens: Int32Array.of(1, 2, 3),
      loss: [
        [0, 2],
        [1, 3],
      ],
    },
  ],
  ["loss[0]: expected [start, end]", { tokens: Int32Array.of(1), loss: [0, 1] }],
])("refuses a document and leaves nothing: %s", async (message, wrong) => {
  const folder = join(path(), "set");
  const documents = [...numbered([4]), wrong as TokenDocument];
  await expect(writeShards(folder, documents, options)).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
    message: expect.stringContaining(`document 1.${message}`),
  });
  expect(await readdir(dirname(folder))).toEqual([]);
});

it("leaves nothing when it is aborted, and throws the reason", async () => {
  const folder = path("aborted/set");
  const controller = new AbortController();
  async function* source() {
    yield* numbered([4]);
    controller.abort(new Error("enough"));
    yield* numbered([4]);
  }
  const writing = writeShards(folder, source(), { ...options, signal: controller.signal });
  await expect(writing).rejects.toThrow("enough");
  expect(await readdir(dirname(folder))).toEqual([]);
});

it("is aborted while it waits for a source that gives nothing", async () => {
  const folder = path("waiting/set");
  const controller = new AbortController();
  async function* source() {
    yield* numbered([4]);
    setTimeout(() => controller.abort(new Error("enough")), 1);
    await new Promise(() => {});
  }
  const writing = writeShards(folder, source(), { ...options, signal: controller.signal });
  await expect(writing).rejects.toThrow("enough");
  expect(await readdir(dirname(folder))).toEqual([]);
});

it("closes a source that it can't read to its end, and passes on the source's error", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    let closed = 0;
    async function* wrong() {
      try {
        yield* numbered([4, 2000]);
        yield* numbered([1]);
      } finally {
        closed++;
      }
    }
    const given = signal === undefined ? options : { ...options, signal };
    await expect(writeShards(path(), wrong(), given)).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
    expect(closed).toBe(1);
    // biome-ignore lint/correctness/useYield: it fails before
    async function* failing(): AsyncGenerator<TokenDocument> {
      throw new Error("broken");
    }
    await expect(writeShards(path(), failing(), given)).rejects.toThrow("broken");
  }
});

it("never writes over what is there", async () => {
  const folder = path();
  await writeFile(folder, "mine");
  await expect(writeShards(folder, numbered([4]), options)).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
  });
  expect(await readFile(folder, "utf8")).toBe("mine");
});

it("says when shards are of another tokenizer", async () => {
  const folder = path();
  await writeShards(folder, numbered([4]), options);
  await expect(openShards(folder, { tokenizer: "other" })).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
  });
});

it("refuses ranges outside a document, and any use after it was disposed of", async () => {
  const folder = path();
  await writeShards(folder, numbered([4, 2]), options);
  const shards = await openShards(folder);
  await expect(shards.read(2)).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  await expect(shards.read(0, 0, 5)).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  await expect(shards.read(0, 3, 2)).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  await shards.dispose();
  await shards.dispose();
  await expect(shards.read(0)).rejects.toMatchObject({ code: "ERR_DISPOSED" });
});
