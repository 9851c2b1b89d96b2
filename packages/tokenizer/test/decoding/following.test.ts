import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDecoder } from "../../src/components/decoders.js";
import { joinWithSpaces } from "../../src/decoding/chain-stream.js";
import { FollowingDecoder } from "../../src/decoding/following-decoder.js";
import type { Component, TokenizerDefinition } from "../../src/definition.js";
import { TokenNames } from "../../src/token-names.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { bpeOf } from "../support/vocabularies.js";

const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
const tokens = [
  "▁",
  "a",
  "▁a",
  "a▁b▁",
  "##c",
  "##",
  " .",
  "do not",
  "\ufeff",
  "é",
  "漢字",
  "🍎",
  "''s",
];
const definition: TokenizerDefinition = {
  model: bpeOf(tokens, []),
  addedTokens: [
    { id: 20, content: "</s>", special: true, ...flags },
    { id: 21, content: "▁added", special: false, ...flags },
  ],
};
const decoders: (Component | undefined)[] = [
  undefined,
  { type: "Metaspace", replacement: "▁", add_prefix_space: true },
  { type: "Metaspace", replacement: "▁", prepend_scheme: "never", add_prefix_space: false },
  { type: "WordPiece", prefix: "##", cleanup: true },
  { type: "WordPiece", prefix: "##", cleanup: false },
];

describe("decoders that only look whether a token is the first", () => {
  const names = new TokenNames(definition);
  const known = [...tokens.keys(), 20, 21];

  it.each(decoders)("give what the chain gives: %j", (component) => {
    const chain = component ? buildDecoder(component).decodeChain : joinWithSpaces;
    const decoder = new FollowingDecoder(names, chain);
    const ids = fc.array(fc.constantFrom(...known), { maxLength: 20 });
    fc.assert(
      fc.property(ids, fc.boolean(), (list, skip) => {
        const kept = list.filter((id) => !(skip && names.isSpecial(id)));
        const expected = chain(kept.map((id) => names.token(id))).join("");
        expect(decoder.decode(list, skip)).toBe(expected);
        expect(decoder.decode(Int32Array.from(list), skip)).toBe(expected);
      }),
    );
  });

  it.each(decoders)("give the same for a short text and a long one: %j", (decoder) => {
    const tokenizer = new Tokenizer(decoder ? { ...definition, decoder } : definition);
    const part = [20, ...known];
    const once = tokenizer.decode(part);
    tokenizer.decode(Array.from({ length: 10_000 }, (_, i) => known[i % known.length] as number));
    expect(tokenizer.decode(part)).toBe(once);
    expect(() => tokenizer.decode([0, 1, 15])).toThrow(
      expect.objectContaining({
        code: "ERR_UNKNOWN_TOKEN",
        message: expect.stringMatching(/ids\[2\] is 15/),
      }),
    );
  });
});
