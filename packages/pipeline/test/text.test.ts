// Text files become documents, and documents tokens with loss on what isn't a prompt.

import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EncodeOptions,
  encodeDocuments,
  readJsonl,
  readText,
  type TextDocument,
} from "../src/index.js";
import { testFolder } from "./support/folder.js";

const path = testFolder();
const settings = { seed: 20261126, numRuns: 300 };
const bytes = (text: string) => new TextEncoder().encode(text);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The bytes of a text in parts, cut anywhere, in one memory that each part takes anew. */
async function* parts(text: string, sizes: readonly number[]) {
  const whole = bytes(text);
  const memory = new Uint8Array(16);
  for (let [start, i] = [0, 0]; start < whole.length; i++) {
    const part = whole.subarray(start, start + ((sizes[i % sizes.length] ?? 1) || 1));
    memory.set(part);
    yield memory.subarray(0, part.length);
    start += part.length;
  }
}
const sizes = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 8 });
const unicode = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => text.replace(/[\ud800-\udfff]/g, ""));

describe("JSON Lines", () => {
  it("gives every document back, however the bytes are cut", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: unicode, prompt: unicode }), { maxLength: 8 }),
        fc.constantFrom("\n", "\r\n", "\n\n"),
        fc.boolean(),
        sizes,
        async (documents, newline, last, sizes) => {
          const lines = documents.map((document) => JSON.stringify({ other: 1, ...document }));
          const text = lines.join(newline) + (last ? newline : "");
          expect(await all(readJsonl(parts(text, sizes), { prompt: "prompt" }))).toEqual(documents);
          const texts = documents.map(({ text }) => ({ text }));
          expect(await all(readJsonl(parts(text, sizes)))).toEqual(texts);
        },
      ),
      settings,
    ));

  it("reads files, with a byte order mark and fields of other names", async () => {
    const file = path("a.jsonl");
    await writeFile(file, '\ufeff{"question":"1+1?","answer":"2"}\n');
    const documents = await all(readJsonl(file, { text: "answer", prompt: "question" }));
    expect(documents).toEqual([{ prompt: "1+1?", text: "2" }]);
  });

  it.each([
    ['{"text":"a"}\n{"text":', 'input:2: expected JSON, found "{\\"text\\":"'],
    ['{"text":"a"}\n\n[]', "input:3: expected an object, found Array of length 0"],
    ["null", "input:1: expected an object, found null"],
    ['{"text":5}', 'input:1: field "text": expected a string, found 5'],
    ["{}", 'input:1: field "text": expected a string, found undefined'],
    ['{"__proto__":{"text":"a"}}', 'input:1: field "text": expected a string, found undefined'],
  ])("names the line of %j", async (text, message) => {
    await expect(all(readJsonl([bytes(text)]))).rejects.toMatchObject({
      code: "ERR_FORMAT",
      message,
    });
  });

  it("names the line that isn't UTF-8", async () => {
    const wrong = [bytes('{"text":"a"}\n"'), Uint8Array.of(0xe2, 0x82), bytes('"\n')];
    await expect(all(readJsonl(wrong))).rejects.toMatchObject({
      code: "ERR_FORMAT",
      message: "input:2: expected UTF-8, found other bytes",
    });
  });

  it("refuses a line that is too long before it is read to its end", async () => {
    let given = 0;
    function* endless() {
      yield bytes('{"text":"a"}\n');
      for (;;) {
        given++;
        yield new Uint8Array(100).fill(32);
      }
    }
    await expect(all(readJsonl(endless(), { maxLineBytes: 1000 }))).rejects.toMatchObject({
      code: "ERR_LIMIT",
      message: "input:2: expected at most 1000 bytes, found more",
    });
    expect(given).toBe(11);
    expect(await all(readJsonl([bytes('{"text":"a"}\n')], { maxLineBytes: 12 }))).toHaveLength(1);
    await expect(
      all(readJsonl([bytes('{"text":"a"}')], { maxLineBytes: 11 })),
    ).rejects.toMatchObject({
      code: "ERR_LIMIT",
    });
  });

  it("stops when it is aborted, and passes on that a file is missing", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(all(readJsonl([bytes("{}")], { signal }))).rejects.toThrow("enough");
    await expect(all(readJsonl(path("none")))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("plain text", () => {
  const text = "one\r\ntwo\n\n  \nthree\n";
  it.each([
    ["line", ["one", "two", "three"]],
    ["paragraph", ["one\ntwo", "three"]],
    ["file", ["one\ntwo\n\n  \nthree"]],
  ] as const)("has a document for each %s", async (by, expected) => {
    expect(await all(readText([bytes(text)], { by }))).toEqual(expected.map((text) => ({ text })));
  });

  it("has none in an empty file", async () => {
    expect(await all(readText([]))).toEqual([]);
  });

  it("refuses a document that is too long, with the line where it is", async () => {
    expect(await all(readText([bytes("ab\ncd")], { maxBytes: 5 }))).toHaveLength(1);
    await expect(all(readText([bytes("ab\ncd")], { maxBytes: 4 }))).rejects.toMatchObject({
      code: "ERR_LIMIT",
      message: "input:2: expected a document of at most 4 bytes, found more",
    });
    await expect(all(readText([], { by: "word" as "line" }))).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
  });
});

describe("tokens", () => {
  const BEGIN = 1;
  /** Bytes, after a token of its own unless that isn't wanted. */
  const encoder = {
    encodeIds: (text: string, { addSpecialTokens }: { addSpecialTokens: boolean }) =>
      Int32Array.from([...(addSpecialTokens ? [BEGIN] : []), ...bytes(text)]),
  };
  const encode = async (documents: TextDocument[], options: EncodeOptions = {}) =>
    (await all(encodeDocuments(documents, encoder, options))).map(({ tokens, loss }) => [
      [...tokens],
      loss,
    ]);

  it("have loss on all of a document without a prompt, and on what follows one", async () => {
    expect(await encode([{ text: "ab" }, { prompt: "cd", text: "e" }], { endOfText: 0 })).toEqual([
      [[97, 98, 0], undefined],
      [[99, 100, 101, 0], [[2, 4]]],
    ]);
  });

  it("have none on a prompt that nothing follows", async () => {
    expect(
      await encode([
        { prompt: "c", text: "" },
        { prompt: "", text: "a" },
      ]),
    ).toEqual([
      [[99], []],
      [[97], undefined],
    ]);
  });

  it("begin with one token, not with one for prompt and text each", async () => {
    const options = { beginOfText: BEGIN, endOfText: 0 };
    expect(await encode([{ prompt: "c", text: "a" }, { text: "a" }], options)).toEqual([
      [[BEGIN, 99, 97, 0], [[2, 4]]],
      [[BEGIN, 97, 0], undefined],
    ]);
  });

  it("refuse an end that isn't an id", async () => {
    await expect(encode([{ text: "" }], { endOfText: -1 })).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
  });
});
