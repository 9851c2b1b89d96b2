// Ids that others published, for every vocabulary that is at hand.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Tokenizer } from "../../src/index.js";
import { vocabularyFile } from "../support/oracle.js";

/** Texts and the ids that llama.cpp expects, special tokens being text. */
function vectors(folder: string, name: string): { text: string; ids: number[] }[] {
  const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), "utf8");
  const lines = read("out").split("\n");
  return read("inp")
    .split("\n__ggml_vocab_test__\n")
    .map((text, i) => ({
      text,
      ids: (lines[i] ?? "").trim().split(/\s+/).filter(Boolean).map(Number),
    }));
}

async function check(source: string, folder: string, name: string): Promise<void> {
  const tokenizer = await Tokenizer.load(source);
  const cases = vectors(folder, name);
  expect(cases.length).toBeGreaterThan(40);
  for (const { text, ids } of cases) {
    const found = tokenizer.encodeIds(text, { addSpecialTokens: false, specialTokens: "text" });
    expect([...found], JSON.stringify(text)).toEqual(ids);
  }
}

describe("llama.cpp's vectors, by tokenizer.json", () => {
  const golden = new URL("../golden/llama-cpp/", import.meta.url).pathname;
  for (const [name, vocabulary] of [
    ["gpt-2", "gpt2"],
    ["qwen2", "qwen2_5"],
    ["llama-bpe", "llama3_1"],
  ] as const) {
    it(name, () => check(vocabularyFile(vocabulary), golden, name));
  }
});

describe("llama.cpp's vectors, by the GGUF files", () => {
  const data = process.env["RYANSTREAM_TOKENIZER_DATA"];
  const files = data === undefined ? "" : join(data, "tokenizers/gguf");
  const expected = data === undefined ? "" : join(data, "tokenizers/vectors");
  if (!existsSync(files) || !existsSync(expected)) {
    it.skip("needs RYANSTREAM_TOKENIZER_DATA with tokenizers/gguf and tokenizers/vectors", () => {});
    return;
  }
  for (const file of readdirSync(files)) {
    const name = file.replace(/\.gguf$/, "");
    if (!existsSync(join(expected, `${name}.inp`))) continue;
    it(name, () => check(join(files, file), expected, name));
  }
});
