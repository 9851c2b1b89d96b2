import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checkCase } from "../../bench/fuzz/check-case.js";
import { sampleFiles } from "../../bench/fuzz/sample-files.js";
import { partsOf } from "../../bench/fuzz/sealed.js";
import { type FormatErrorCode, openTensors } from "../../src/index.js";
import { commitRecord } from "../../src/ryan/commit-record.js";
import { fileHeader } from "../../src/ryan/file-header.js";
import { sha256 } from "../../src/ryan/sha256.js";
import { refusal } from "../support/files.js";
import { foreign } from "../support/memory-file.js";
import { FILE_ID, openBytes, threeCommits } from "../support/three-commits.js";

const DATA = Uint8Array.from({ length: 64 }, (_, i) => i);
const HASH = sha256(DATA.subarray(0, 8));

/** A file whose index is this text, and whose data at byte 64 is {@link DATA}. */
function withIndex(
  text: string,
  more: Partial<Parameters<typeof commitRecord>[1]> = {},
): Uint8Array {
  const index = Buffer.from(text);
  const offset = Math.ceil((128 + index.length) / 128) * 128;
  const bytes = Buffer.alloc(offset + 128);
  bytes.set(fileHeader(FILE_ID));
  bytes.set(DATA, 64);
  bytes.set(index, 128);
  const indexSha256 = sha256(index);
  const places = { indexOffset: 128, indexBytes: index.length, indexSha256 };
  bytes.set(commitRecord(FILE_ID, { offset, number: 1, previous: 0, ...places, ...more }), offset);
  return bytes;
}

const chunk = (offset = 64, length = 8, hash = HASH) => `[${offset},${length},"${hash}"]`;

/** A tensor of one raw chunk with some fields replaced. */
function tensor(fields: Record<string, string> = {}): string {
  const all = {
    name: '"w"',
    dtype: '"F32"',
    shape: "[2]",
    encoding: '"raw"',
    chunk_bytes: "8",
    head: "null",
    chunks: `[${chunk()}]`,
    ...fields,
  };
  return `{${Object.entries(all).map(([key, value]) => `"${key}":${value}`)}}`;
}

const index = (...tensors: string[]) => `{"metadata":null,"tensors":[${tensors}]}`;

it("reads the file that the cases below are changed from", async () => {
  await using source = await openBytes(withIndex(index(tensor())));
  expect(await source.read("w")).toEqual(DATA.subarray(0, 8));
});

const planes = { encoding: '"planes"' };
const grid = { encoding: '"grid"', shape: "[1,2]", head: chunk(128 - 64, 8) };
const cases: readonly (readonly [string, string, FormatErrorCode])[] = [
  ["no JSON", "hello", "ERR_HEADER"],
  ["an array", "[]", "ERR_HEADER"],
  ["nothing in it", "{}", "ERR_HEADER"],
  ["fields in another order", '{"tensors":[],"metadata":null}', "ERR_HEADER"],
  ["another field", '{"metadata":null,"tensors":[],"x":1}', "ERR_HEADER"],
  ["a field twice", '{"metadata":null,"metadata":null,"tensors":[]}', "ERR_HEADER"],
  ["a space", '{"metadata": null,"tensors":[]}', "ERR_HEADER"],
  ["more after its end", `${index()}\n`, "ERR_HEADER"],
  ["an escape where none is needed", index(tensor({ name: '"\\u0077"' })), "ERR_HEADER"],
  ["a lone surrogate in a name", index(tensor({ name: '"\\ud800"' })), "ERR_TENSOR"],
  ["a number with a sign", index(tensor({ chunk_bytes: "-8" })), "ERR_HEADER"],
  ["a number with an exponent", index(tensor({ chunk_bytes: "8e0" })), "ERR_HEADER"],
  ["a number beyond 2^53", index(tensor({ chunk_bytes: "9007199254740993" })), "ERR_HEADER"],
  ["a chunk of two items", index(tensor({ chunks: "[[64,8]]" })), "ERR_HEADER"],
  ["a chunk of four items", index(tensor({ chunks: `[[64,8,"${HASH}",1]]` })), "ERR_HEADER"],
  [
    "a hash in capitals",
    index(tensor({ chunks: `[${chunk(64, 8, HASH.toUpperCase())}]` })),
    "ERR_HEADER",
  ],
  ["a name twice", index(tensor(), tensor()), "ERR_TENSOR"],
  ["a name of 70,000 bytes", index(tensor({ name: `"${"x".repeat(70_000)}"` })), "ERR_TENSOR"],
  ["an unknown type", index(tensor({ dtype: '"F7"' })), "ERR_UNSUPPORTED"],
  ["an inherited name as type", index(tensor({ dtype: '"toString"' })), "ERR_UNSUPPORTED"],
  ["an unknown encoding", index(tensor({ encoding: '"zip"' })), "ERR_UNSUPPORTED"],
  ["65 dimensions", index(tensor({ shape: `[${Array(65).fill(1)}]` })), "ERR_HEADER"],
  ["a shape of more than 2^53", index(tensor({ shape: "[94906267,94906267]" })), "ERR_TENSOR"],
  ["half a block", index(tensor({ dtype: '"Q4_0"', shape: "[16]" })), "ERR_TENSOR"],
  ["a larger shape than its chunk", index(tensor({ shape: "[3]" })), "ERR_TENSOR"],
  ["a smaller shape than its chunk", index(tensor({ shape: "[1]" })), "ERR_TENSOR"],
  ["no chunk", index(tensor({ chunks: "[]" })), "ERR_TENSOR"],
  ["chunks of no bytes", index(tensor({ chunk_bytes: "0" })), "ERR_TENSOR"],
  ["chunks of more than 16 MiB", index(tensor({ chunk_bytes: "16777217" })), "ERR_TENSOR"],
  [
    "a size of chunks without elements",
    index(tensor({ shape: "[0]", chunks: "[]" })),
    "ERR_TENSOR",
  ],
  ["a chunk without elements", index(tensor({ shape: "[0]", chunk_bytes: "0" })), "ERR_TENSOR"],
  ["a chunk within the header", index(tensor({ chunks: `[${chunk(0)}]` })), "ERR_TENSOR"],
  ["a chunk at an odd place", index(tensor({ chunks: `[${chunk(65)}]` })), "ERR_TENSOR"],
  ["a chunk within the index", index(tensor({ chunks: `[${chunk(128)}]` })), "ERR_TENSOR"],
  ["a chunk beyond the file", index(tensor({ chunks: `[${chunk(2 ** 40)}]` })), "ERR_TENSOR"],
  ["an offset near 2^53", index(tensor({ chunks: `[${chunk(2 ** 53 - 64)}]` })), "ERR_TENSOR"],
  [
    "a chunk that reaches into the index",
    index(tensor({ ...planes, chunks: `[${chunk(64, 65)}]` })),
    "ERR_TENSOR",
  ],
  ["chunks that overlap", index(tensor(), tensor({ name: '"v"' })), "ERR_TENSOR"],
  ["metadata over a chunk", `{"metadata":${chunk()},"tensors":[${tensor()}]}`, "ERR_TENSOR"],
  [
    "a chunk of no stored bytes",
    index(tensor({ ...planes, chunks: `[${chunk(64, 0)}]` })),
    "ERR_TENSOR",
  ],
  [
    "a coded chunk far larger than its elements",
    index(tensor({ ...planes, chunks: `[${chunk(64, 70_000)}]` })),
    "ERR_TENSOR",
  ],
  ["a head of a raw tensor", index(tensor({ head: chunk() })), "ERR_TENSOR"],
  ["a grid without a head", index(tensor({ ...grid, head: "null" })), "ERR_TENSOR"],
  ["a grid that is no matrix", index(tensor({ ...grid, shape: "[2]" })), "ERR_TENSOR"],
  ["a grid of integers", index(tensor({ ...grid, dtype: '"I32"' })), "ERR_TENSOR"],
  ["a grid cut within a row", index(tensor({ ...grid, chunk_bytes: "4" })), "ERR_TENSOR"],
  ["an enormous head", index(tensor({ ...grid, head: chunk(64, 2 ** 25) })), "ERR_TENSOR"],
  [
    "raw chunks that leave a gap",
    index(
      tensor({
        shape: "[1030]",
        chunk_bytes: "4096",
        chunks: `[${chunk(64, 4096)},${chunk(8192, 24)}]`,
      }),
    ),
    "ERR_TENSOR",
  ],
  [
    "raw chunks of odd sizes",
    index(tensor({ shape: "[4]", chunks: `[${chunk()},${chunk(72)}]` })),
    "ERR_TENSOR",
  ],
];

it.each(cases)("refuses an index with %s", async (_, text, code) => {
  const error = await refusal(openBytes(withIndex(text)));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^m\.ryan[,:] .*expected .+, found /s);
  expect(error.message.length).toBeLessThan(600);
});

it.each([
  ["a hash that is another's", tensor({ chunks: `[${chunk(64, 8, "0".repeat(64))}]` })],
  ["bytes that don't decode", tensor(planes)],
])("refuses to read a chunk with %s", async (_, text) => {
  await using source = await openBytes(withIndex(index(text)));
  const error = await refusal(source.read("w"));
  expect(error).toMatchObject({
    code: "ERR_CHUNK",
    tensor: "w",
    chunk: 0,
    offset: 64,
    file: "m.ryan",
  });
});

it.each([
  ["number", 0],
  ["number", 2],
  ["number", 2 ** 53],
  ["previous", 64],
  ["indexOffset", 100],
  ["indexOffset", 2 ** 40],
  ["indexBytes", 0],
  ["indexBytes", 2 ** 50],
] as const)("refuses a commit record with %s %i", async (key, value) => {
  const bytes = withIndex(index(tensor()), { [key]: value });
  expect(await refusal(openBytes(bytes))).toMatchObject({ code: "ERR_COMMIT" });
});

it("keeps to the caller's limits", async () => {
  const bytes = await threeCommits();
  const open = (limits: object) =>
    refusal(openTensors("m.ryan", { openFile: async () => foreign(bytes), limits }));
  for (const limits of [{ maxTensors: 1 }, { maxHeaderBytes: 100 }]) {
    expect(await open(limits)).toMatchObject({ code: "ERR_LIMIT" });
  }
});

it("refuses what is another file, a header of another version, or a damaged one", async () => {
  const bytes = Buffer.from(await threeCommits());
  const newer = Buffer.from(bytes);
  newer.writeUInt32LE(2, 8);
  newer.write(sha256(newer.subarray(0, 32)), 32, "hex");
  expect(await refusal(openBytes(newer))).toMatchObject({ code: "ERR_UNSUPPORTED", offset: 0 });
  const asText = Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  expect(await refusal(openBytes(asText))).toMatchObject({ code: "ERR_UNRECOGNIZED" });
  expect(await refusal(openBytes(bytes.subarray(0, 40)))).toMatchObject({ code: "ERR_TRUNCATED" });
  expect(await refusal(openBytes(bytes.subarray(0, 200)))).toMatchObject({ code: "ERR_COMMIT" });
});

it("every code of its errors is in the README", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  for (const [, , code] of cases) expect(readme).toContain(`\`${code}\``);
  for (const code of ["ERR_CHUNK", "ERR_COMMIT"]) expect(readme).toContain(`\`${code}\``);
});

it("changed files, behind their hashes too, are refused with a code or read as they are", async () => {
  const files = await sampleFiles();
  const parts = files.map(partsOf);
  const hasGrid = (i: number) => parts[i]?.tensors.some(({ head }) => head !== undefined) === true;
  const all = [...files.keys()];
  const samples = {
    files,
    parts,
    grids: all.filter(hasGrid),
    others: all.filter((i) => !hasGrid(i)),
  };
  const outcomes = new Map<string, number>();
  for (let number = 0; number < 3000; number++) {
    const outcome = await checkCase(samples, 20261127, number);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const outcome of [
    "plain: the same data",
    "plain: ERR_CHUNK",
    "sealed: read",
    "sealed: ERR_CHUNK",
  ]) {
    expect(outcomes.get(outcome) ?? 0).toBeGreaterThan(20);
  }
});
