// Added tokens that are searched for in the normalized text are that text when they are decoded.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { hasVocabulary, vocabularyFile } from "../support/oracle.js";
import { decodesAsReference, subjectOf } from "./support.js";

const flags = { single_word: false, lstrip: false, rstrip: false };

it.skipIf(!hasVocabulary("llama2"))("gives a token the mark that the normalizer puts", async () => {
  const file = JSON.parse(readFileSync(vocabularyFile("llama2"), "utf8"));
  for (const token of file.added_tokens) token.normalized = true;
  const subject = subjectOf(file);
  const { tokenizer } = subject;
  expect(tokenizer.decode([22172, 1, 22172])).toBe("miser <s> miser");
  expect(tokenizer.idToToken(1)).toBe("▁<s>");
  expect(tokenizer.tokenToId("<s>")).toBe(1);
  expect(tokenizer.tokenToId("▁<s>")).toBeUndefined();
  expect(tokenizer.encode("miser <s> miser").tokens.slice(1)).toEqual(["▁miser", "▁<s>", "▁miser"]);
  expect(new TextDecoder().decode(tokenizer.tokenBytes(1))).toBe(" <s>");
  // Special by its content alone, which the normalized one isn't.
  expect(tokenizer.isSpecial(1)).toBe(false);
  await decodesAsReference(subject, [22172, 1, 22172, 2]);
  await decodesAsReference(subject, [1, 22172]);
});

it("gives a token the case that the normalizer gives", async () => {
  const subject = subjectOf({
    version: "1.0",
    added_tokens: [
      { id: 3, content: "<TK>", ...flags, normalized: true, special: false },
      { id: 4, content: "<tk>", ...flags, normalized: false, special: true },
    ],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 9,
      vocab: { "[UNK]": 0, a: 1, b: 2 },
    },
  });
  const { tokenizer } = subject;
  expect(tokenizer.decode([1, 3, 2])).toBe("a <tk> b");
  expect(tokenizer.decode([1, 3, 2], { skipSpecialTokens: true })).toBe("a b");
  expect([...tokenizer.vocabulary()].map(({ token }) => token)).toContain("<TK>");
  await decodesAsReference(subject, [1, 3, 4, 2]);
  // Laid out as bytes when there is much to decode.
  await decodesAsReference(subject, Array<number>(5000).fill(3));
});
