import { beforeAll, describe, expect, it } from "vitest";
import { MathTokenizer, Tokenizer, withDigits } from "../../src/index.js";
import { vocabularyFile } from "../support/oracle.js";

const noSpecial = { addSpecialTokens: false };

describe("digits of a pretrained vocabulary, cut anew", () => {
  let llama: Tokenizer;
  beforeAll(async () => {
    llama = await Tokenizer.load(vocabularyFile("llama3_1"));
  });

  it("are cut from the right in threes, to the same tokens", () => {
    const tokenizer = new MathTokenizer(withDigits(llama.definition, "right3"));
    const { tokens, ids, text } = tokenizer.encode("x = 1234567, 89 and 12", noSpecial);
    expect(tokens).toEqual(["x", "Ġ=", "Ġ", "1", "234", "567", ",", "Ġ", "89", "Ġand", "Ġ", "12"]);
    expect(llama.decode(ids)).toBe(text);
    for (let length = 1; length < 12; length++) {
      const digits = "123456789012".slice(0, length);
      const groups = digits.replace(/\B(?=(\d{3})+$)/g, " ").split(" ");
      expect(tokenizer.encode(digits, noSpecial).tokens).toEqual(groups);
    }
  });

  it("are cut singly", () => {
    const tokenizer = new Tokenizer(withDigits(llama.definition, "single"));
    expect(tokenizer.encode("1234", noSpecial).tokens).toEqual(["1", "2", "3", "4"]);
  });

  it("stay as they are unless that is asked for", () => {
    expect(llama.encode("1234567", noSpecial).tokens).toEqual(["123", "456", "7"]);
  });

  it("change nothing in text without digits", () => {
    const tokenizer = new Tokenizer(withDigits(llama.definition, "right3"));
    for (const text of ["It's  all\n\n  words, 中文 and 🍎", "", "  x"]) {
      expect(tokenizer.encodeIds(text)).toEqual(llama.encodeIds(text));
    }
  });

  it("are refused where the vocabulary has single digits, or lacks a group", async () => {
    const qwen = await Tokenizer.load(vocabularyFile("qwen2_5"));
    const refusal = expect.objectContaining({ code: "ERR_UNSUPPORTED" });
    expect(() => withDigits(qwen.definition, "right3")).toThrow(refusal);
    const gpt2 = await Tokenizer.load(vocabularyFile("gpt2"));
    expect(() => withDigits(gpt2.definition, "right3")).toThrow(refusal);
    expect(() => withDigits(llama.definition, "left" as "right3")).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
  });
});
