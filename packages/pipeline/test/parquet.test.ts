// Parquet files become documents; what isn't one is named.

import { readFile, writeFile } from "node:fs/promises";
import * as zlib from "node:zlib";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import {
  PipelineError,
  type ReadParquetOptions,
  readParquet,
  type TextDocument,
} from "../src/index.js";
import { testFolder } from "./support/folder.js";

const path = testFolder();
const questions = Array.from({ length: 25 }, (_, i) => `What is ${i} + ${i}? ½ 数`);
const answers = questions.map((_, i) => `It is ${2 * i}.`.repeat(1 + (i % 3)));
type Codec = "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD";
const zstd = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;
const compressors = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
  ...(zstd === undefined ? {} : { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstd(bytes)) }),
};

async function written(codec: Codec, data: readonly unknown[] = answers): Promise<string> {
  const file = path();
  const columnData = [
    { name: "question", data: questions },
    { name: "id", data: questions.map((_, i) => i) },
    { name: "answer", data: [...data] },
  ];
  await writeFile(
    file,
    Buffer.from(parquetWriteBuffer({ columnData, codec, compressors, rowGroupSize: 10 })),
  );
  return file;
}

async function all(file: string, options?: ReadParquetOptions): Promise<TextDocument[]> {
  const found: TextDocument[] = [];
  for await (const document of readParquet(file, options)) found.push(document);
  return found;
}

const codecs: Codec[] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI"];
it.each(zstd === undefined ? codecs : [...codecs, "ZSTD" as const])(
  "reads every row: %s",
  async (codec) => {
    const file = await written(codec);
    const documents = answers.map((text, i) => ({ text, prompt: questions[i] }));
    expect(await all(file, { text: "answer", prompt: "question" })).toEqual(documents);
    expect(await all(file, { text: "question" })).toEqual(questions.map((text) => ({ text })));
  },
);

it("names a column that is missing, and a row whose value isn't a string", async () => {
  await expect(all(await written("SNAPPY"))).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: expect.stringContaining('expected a column "text", found question, id, answer'),
  });
  await expect(all(await written("SNAPPY"), { text: "id" })).rejects.toMatchObject({
    code: "ERR_FORMAT",
    message: expect.stringContaining('row 0, column "id": expected a string, found 0'),
  });
  const file = await written("SNAPPY", [...answers.slice(0, 12), null, ...answers.slice(13)]);
  await expect(all(file, { text: "answer" })).rejects.toMatchObject({
    message: expect.stringContaining('row 12, column "answer": expected a string, found null'),
  });
});

it("refuses a row group that is too large, and stops when it is aborted", async () => {
  const file = await written("SNAPPY");
  await expect(all(file, { text: "answer", maxGroupBytes: 10 })).rejects.toMatchObject({
    code: "ERR_LIMIT",
  });
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(all(file, { text: "answer", signal })).rejects.toThrow("enough");
  await expect(all(path("none"))).rejects.toMatchObject({ code: "ENOENT" });
});

it("names the file that is cut or isn't Parquet", async () => {
  const bytes = await readFile(await written("SNAPPY"));
  for (const [i, content] of [
    bytes.subarray(0, -9),
    bytes.subarray(500),
    Buffer.of(1),
    Buffer.alloc(0),
  ].entries()) {
    const file = path(`cut-${i}`);
    await writeFile(file, content);
    const failure = await all(file, { text: "answer" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PipelineError);
    expect((failure as Error).message).toContain(file);
  }
});
