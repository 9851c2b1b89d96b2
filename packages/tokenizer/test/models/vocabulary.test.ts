// Finding tokens by content, GPT-2's alphabet, and vocabularies that can't be.

import { describe, expect, it } from "vitest";
import { checkVocabulary, VocabularyIndex } from "../../src/models/vocabulary.js";
import { BYTE_CHARACTERS, CHARACTER_BYTES } from "../../src/unicode/byte-alphabet.js";
import { vocabularyOf } from "./support.js";

describe("a vocabulary's index", () => {
  it("finds every content, and nothing else", () => {
    const contents = Array.from({ length: 5000 }, (_, id) => `${id.toString(3)}é😀`);
    const index = new VocabularyIndex(vocabularyOf(contents));
    expect(contents.map((content) => index.findText(content))).toEqual(contents.map((_, id) => id));
    for (const absent of ["", "0", "0é", "é😀", "0é😀😀"]) expect(index.findText(absent)).toBe(-1);
  });

  it("finds the last of several tokens with one content", () => {
    expect(new VocabularyIndex(vocabularyOf(["a", "b", "a", "c"])).findText("a")).toBe(2);
  });

  it("passes over ids that have no content", () => {
    const vocabulary = vocabularyOf(["a", undefined, "b"]);
    const index = new VocabularyIndex(vocabulary);
    expect([index.findText(""), index.findText("b")]).toEqual([-1, 2]);
  });

  it("takes a lone surrogate for U+FFFD", () => {
    const index = new VocabularyIndex(vocabularyOf(["a\ufffd"]));
    expect(index.findText("a\ud800")).toBe(0);
  });

  it("holds contents of a megabyte, and no tokens at all", () => {
    const long = "ab".repeat(2 ** 19);
    const index = new VocabularyIndex(vocabularyOf([long, `${long}c`]));
    expect(index.findText(`${long}c`)).toBe(1);
    expect(index.findText(`${long}cc`)).toBe(-1);
    expect(new VocabularyIndex(vocabularyOf([])).findText("a")).toBe(-1);
  });

  it("gives the tokens of bytes", () => {
    const tokens = new VocabularyIndex(vocabularyOf(["<0x0A>", "<0xFF>", "<0xff>"])).byteTokens();
    expect([tokens[10], tokens[255], tokens[0], tokens.length]).toEqual([0, 1, -1, 256]);
  });

  it("refuses contents outside of the bytes, and says which", () => {
    const vocabulary = vocabularyOf(["a", "b"]);
    expect(() => checkVocabulary({ ...vocabulary, ends: Uint32Array.of(1, 9) })).toThrow(
      "expected the content of token 1 within 2 bytes, found 1 to 9",
    );
    expect(() => checkVocabulary({ ...vocabulary, starts: Uint32Array.of(2, 1) })).toThrow(
      "token 0",
    );
    expect(() => checkVocabulary({ ...vocabulary, size: 3 })).toThrow("found 2");
  });

  it("refuses sizes that no vocabulary has", () => {
    const vocabulary = vocabularyOf(["a"]);
    for (const size of [-1, 0.5, Number.NaN, 2 ** 24 + 1]) {
      expect(() => checkVocabulary({ ...vocabulary, size })).toThrow(`found ${size}`);
    }
  });
});

describe("GPT-2's alphabet", () => {
  it("has a printable letter for each byte, and each back", () => {
    expect(new Set(BYTE_CHARACTERS).size).toBe(256);
    for (let byte = 0; byte < 256; byte++) {
      const letter = BYTE_CHARACTERS[byte] as string;
      expect(CHARACTER_BYTES[letter.charCodeAt(0)]).toBe(byte);
      expect(letter).toMatch(/^[^\p{C}\p{Z}]$/u);
    }
    expect([0, 10, 32, 65, 127, 173, 255].map((byte) => BYTE_CHARACTERS[byte]).join("")).toBe(
      "ĀĊĠAġŃÿ",
    );
  });

  it("has no other units", () => {
    for (const unit of [32, 10, 0xad, 0x144, 0xd800]) expect(CHARACTER_BYTES[unit] ?? -1).toBe(-1);
  });
});
