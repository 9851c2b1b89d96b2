// The spaces that decoders of words leave before punctuation, and the ids of tokens with a role.

import { expect, it } from "vitest";
import { Tokenizer as Core } from "../../src/core.js";
import { cleanUp } from "../../src/decoding/clean-up.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { bpeOf, vocabularyOf } from "../support/vocabularies.js";

const contents = ["a", " ", ".", "<s>", "</s>"];
const definition = {
  model: { ...bpeOf(contents, []), vocabulary: vocabularyOf(contents, "bytes") },
  addedTokens: [],
  config: {
    bosToken: "<s>",
    eosToken: "</s>",
    padToken: "<none>",
    cleanUpTokenizationSpaces: true,
  },
};

it("takes out what transformers does, in its order", () => {
  // Said by transformers 5.24.0, PreTrainedTokenizerBase.clean_up_tokenization.
  for (const [text, expected] of [
    ["a . b ? c ! d , e", "a. b? c! d, e"],
    ["do n't I 'm he 's we 've you 're", "don't I'm he's we've you're"],
    ["rock ' n ' roll", "rock'n'roll"],
    ["' . '  .", "'.'."],
    ["a ' .", "a '."],
    [" ' m", "'m"],
    ["it ' 's", "it''s"],
  ] as const) {
    expect(cleanUp(text)).toBe(expected);
  }
});

it("is done when asked for, and not because the file says so", () => {
  const tokenizer = new Tokenizer(definition);
  expect(tokenizer.decode([0, 1, 2])).toBe("a .");
  const options = { cleanUpTokenizationSpaces: true };
  expect(tokenizer.decode([0, 1, 2], options)).toBe("a.");
  expect(tokenizer.decodeBatch([[0, 1, 2]], options)).toEqual(["a."]);
  expect(() => new Core(definition).decode([0], options)).toThrow(
    expect.objectContaining({ code: "ERR_UNSUPPORTED" }),
  );
});

it("gives the ids of tokens with a role", () => {
  const { bosId, eosId, padId } = new Tokenizer(definition);
  expect([bosId, eosId, padId]).toEqual([3, 4, undefined]);
  const { config: _, ...bare } = definition;
  expect(new Tokenizer(bare).bosId).toBeUndefined();
});
