import { describe, expect, it } from "vitest";
import type { TokenizerDefinition } from "../../src/definition.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { vocabularyFile } from "../support/oracle.js";
import { bpeOf } from "../support/vocabularies.js";

const spm: TokenizerDefinition = {
  model: bpeOf(["▁", "a", "▁a", "<0xF0>", "<0x9F>", "<0x8D>", "<0x8E>"], [["▁", "a"]], {
    byteFallback: true,
  }),
  addedTokens: [
    {
      id: 7,
      content: "</s>",
      singleWord: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    },
  ],
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
};

describe("bytes of tokens", () => {
  const tokenizer = new Tokenizer(spm);

  it("are what a token puts into a text, marks as spaces and fallback tokens as their byte", () => {
    expect([...tokenizer.tokenBytes(2)]).toEqual([0x20, 0x61]);
    expect([...tokenizer.tokenBytes(3)]).toEqual([0xf0]);
    expect([...tokenizer.tokenBytes(7)]).toEqual([...new TextEncoder().encode("</s>")]);
  });

  it("are left as they are when they are no text, where decoding puts U+FFFD", () => {
    expect([...tokenizer.decodeBytes([1, 3, 4])]).toEqual([0x61, 0xf0, 0x9f]);
    expect(tokenizer.decode([1, 3, 4])).toBe("a\ufffd\ufffd");
    expect(tokenizer.decode([1, 3, 4, 5, 6])).toBe("a🍎");
    expect([...tokenizer.decodeBytes([3, 4, 5, 6])]).toEqual([0xf0, 0x9f, 0x8d, 0x8e]);
  });

  it("are refused for an id that no token has", () => {
    for (const id of [8, -1, 1.5, Number.NaN]) {
      expect(() => tokenizer.tokenBytes(id)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_(UNKNOWN_TOKEN|ARGUMENT)$/) }),
      );
    }
  });

  it("tell special tokens", () => {
    expect([1, 7, 99].map((id) => tokenizer.isSpecial(id))).toEqual([false, true, false]);
  });
});

it("decodes small texts after a huge one, whose buffer it lets go of", async () => {
  const tokenizer = await Tokenizer.load(vocabularyFile("llama2"));
  const small = "é中😀 \u0007ok";
  const ids = tokenizer.encodeIds(small);
  const huge = "number ".repeat(800_000);
  const text = tokenizer.decode(tokenizer.encodeIds(huge), { skipSpecialTokens: true });
  expect(text === huge).toBe(true);
  for (const text of ["", small, "\u0007"]) {
    expect(tokenizer.decode(tokenizer.encodeIds(text), { skipSpecialTokens: true })).toBe(text);
  }
  expect(tokenizer.encodeIds(small)).toEqual(ids);
});
