// What callers get wrong: each mistake has its code, and none is a TypeError from inside.

import { describe, expect, it } from "vitest";
import { Tokenizer as Core } from "../../src/core.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { bpeOf, vocabularyOf } from "../support/vocabularies.js";

const added = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
const contents = ["a", "b", "ab", "", " "];
const tokenizer = new MathTokenizer({
  model: { ...bpeOf(contents, [["a", "b"]]), vocabulary: vocabularyOf(contents, "bytes") },
  addedTokens: [
    { id: 9, content: "<end>", special: true, ...added },
    { id: 7, content: "<name>", special: false, ...added },
    { id: 1, content: "b", special: false, ...added },
  ],
});
const wordPiece = new MathTokenizer(
  readTokenizerJson(
    Buffer.from(
      JSON.stringify({
        version: "1.0",
        added_tokens: [],
        decoder: { type: "WordPiece", prefix: "##", cleanup: false },
        model: {
          type: "WordPiece",
          unk_token: "[UNK]",
          continuing_subword_prefix: "##",
          max_input_chars_per_word: 9,
          vocab: { "[UNK]": 0, a: 1, "##a": 4 },
        },
      }),
    ),
  ),
);
const code = (expected: string) => expect.objectContaining({ code: expected });
// biome-ignore lint/suspicious/noExplicitAny: wrong types are what is tested.
const wrong = (value: unknown): any => value;
const NOT_OBJECTS = [null, 5, "x", true];
const NOT_STRINGS = [undefined, null, 5, ["a"], {}, 1n, Symbol("s")];
const NOT_COUNTS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "3", null, undefined, 1n];
const NOT_IDS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "0", null, undefined, {}, 1n];

describe.each([
  ["bytes", tokenizer],
  ["pieces", wordPiece],
])("a tokenizer over %s", (_, subject) => {
  it("refuses a text that is no string", () => {
    for (const text of NOT_STRINGS.map(wrong)) {
      for (const act of [
        () => subject.encode(text),
        () => subject.encodeIds(text),
        () => subject.encodeIds(text, { truncation: { maxLength: 3 } }),
        () => subject.encodeBatch([text]),
        () => subject.encodeBatch([["a", "a"], text]),
        () => subject.encodeBatch([[text, "a"]]),
        () => subject.count(text),
        () => subject.countUpTo(text, 1),
        () => subject.truncate(text, 1),
        () => subject.encodeStream().push(text),
        () => subject.tokenToId(text),
        ...(text === undefined ? [] : [() => subject.encode("a", { pair: text })]),
      ]) {
        expect(act).toThrow(code("ERR_ARGUMENT"));
      }
    }
  });

  it("refuses options that are none", () => {
    for (const options of NOT_OBJECTS.map(wrong)) {
      for (const act of [
        () => subject.encode("a", options),
        () => subject.encodeBatch(["a"], options),
        () => subject.encodeIds("a", options),
        () => subject.count("a", options),
        () => subject.countUpTo("a", 1, options),
        () => subject.truncate("a", 1, options),
        () => subject.decode([1], options),
        () => subject.decodeBytes([1], options),
        () => subject.decodeBatch([[1]], options),
        () => subject.decodeStream(options),
        () => subject.encodeStream(options),
        () => subject.heal("a", options),
        () => subject.encode("a", { truncation: options }),
        () => subject.encode("a", { padding: options }),
      ]) {
        expect(act).toThrow(code("ERR_ARGUMENT"));
      }
    }
    for (const special of [null, "no", 1, true].map(wrong)) {
      const options = { specialTokens: special };
      expect(() => subject.encode("a", options)).toThrow(code("ERR_ARGUMENT"));
      expect(() => subject.count("a", options)).toThrow(code("ERR_ARGUMENT"));
      expect(() => subject.encodeStream(options)).toThrow(code("ERR_ARGUMENT"));
    }
  });

  it("refuses limits and lengths that are no whole numbers", () => {
    for (const limit of NOT_COUNTS.map(wrong)) {
      expect(() => subject.countUpTo("a", limit)).toThrow(code("ERR_ARGUMENT"));
      expect(() => subject.truncate("a", limit)).toThrow(code("ERR_ARGUMENT"));
      const truncation = { maxLength: limit };
      expect(() => subject.encode("a", { truncation })).toThrow(code("ERR_ARGUMENT"));
      if (limit === undefined) continue;
      const padding = { length: limit, token: "a" };
      expect(() => subject.encode("a", { padding })).toThrow(code("ERR_ARGUMENT"));
      const stride = { maxLength: 1, stride: limit };
      expect(() => subject.encode("a", { truncation: stride })).toThrow(code("ERR_ARGUMENT"));
    }
    const far = { length: 2 ** 40, token: "a" };
    expect(() => subject.encode("a", { padding: far })).toThrow(code("ERR_LIMIT"));
  });

  it("refuses ids that are no whole numbers, and says which", () => {
    for (const id of NOT_IDS.map(wrong)) {
      const ids = [1, id];
      const refusal = expect.objectContaining({
        code: "ERR_ARGUMENT",
        message: expect.stringContaining("ids[1]"),
      });
      expect(() => subject.decode(ids)).toThrow(refusal);
      expect(() => subject.decodeBytes(ids)).toThrow(refusal);
      expect(() => subject.decodeBatch([[1], ids])).toThrow(refusal);
      expect(() => subject.decodeStream().push(ids)).toThrow(refusal);
      expect(subject.idToToken(id)).toBeUndefined();
    }
    for (const ids of [undefined, null, {}, 1n, { length: -1 }, { length: 0.5 }, "1"].map(wrong)) {
      expect(() => subject.decode(ids)).toThrow(code("ERR_ARGUMENT"));
      expect(() => subject.decodeStream().push(ids)).toThrow(code("ERR_ARGUMENT"));
    }
    expect(() => subject.decodeBatch(wrong("ab"))).toThrow(code("ERR_ARGUMENT"));
    expect(() => subject.encodeBatch(wrong("ab"))).toThrow(code("ERR_ARGUMENT"));
  });

  it("refuses ids that no token has, and says which", () => {
    for (const id of [3, 1e9, 2 ** 32, 2 ** 32 + 1]) {
      const refusal = expect.objectContaining({
        code: "ERR_UNKNOWN_TOKEN",
        message: expect.stringContaining(`ids[1] is ${id}`),
      });
      expect(() => subject.decode([1, id])).toThrow(refusal);
      expect(() => subject.decode([1, id], { skipSpecialTokens: true })).toThrow(refusal);
      expect(() => subject.decodeStream().push([1, id])).toThrow(refusal);
      expect(subject.idToToken(id)).toBeUndefined();
    }
  });
});

describe("a vocabulary with holes and added tokens beyond its end", () => {
  it("is listed as it is", () => {
    expect(tokenizer.size).toBe(10);
    const entry = (id: number, token: string, added: boolean, special = false) => ({
      id,
      token,
      added,
      special,
    });
    expect([...tokenizer.vocabulary()]).toEqual([
      entry(0, "a", false),
      entry(1, "b", true),
      entry(2, "ab", false),
      entry(4, " ", false),
      entry(7, "<name>", true),
      entry(9, "<end>", true, true),
    ]);
    for (const { id, token } of tokenizer.vocabulary()) {
      expect(tokenizer.tokenToId(token)).toBe(id);
      expect(tokenizer.idToToken(id)).toBe(token);
    }
    for (const token of ["", "c", "<en", "\ud800"]) {
      expect(tokenizer.tokenToId(token)).toBeUndefined();
    }
  });

  it("decodes what it has", () => {
    expect(tokenizer.decode([0, 2, 4, 9, 7])).toBe("aab <end><name>");
    expect(tokenizer.decode([0, 2, 4, 9, 7], { skipSpecialTokens: true })).toBe("aab <name>");
    for (const ids of [Float64Array.of(0, 2), Uint16Array.of(0), { length: 1, 0: 0 }]) {
      expect(tokenizer.decode(ids)).toMatch(/^a/);
    }
  });
});

describe("special tokens in a text", () => {
  it("are tokens, or text, or refused with their place", () => {
    expect([...tokenizer.encodeIds("a<end>")]).toEqual([0, 9]);
    expect(tokenizer.encode("a<end>", { specialTokens: "text" }).tokens).toEqual(["a"]);
    expect([...tokenizer.encodeIds("a<name>", { specialTokens: "text" })]).toEqual([0, 7]);
    const refuse = { specialTokens: "refuse" } as const;
    const refusal = expect.objectContaining({
      code: "ERR_SPECIAL_TOKEN",
      message: expect.stringContaining('"<end>" at 3'),
    });
    for (const act of [
      () => tokenizer.encode("aba<end>", refuse),
      () => tokenizer.encodeIds("aba<end>", refuse),
      () => tokenizer.encode("aba<end>", { ...refuse, truncation: { maxLength: 1 } }),
      () => tokenizer.count("aba<end>", refuse),
      () => tokenizer.countUpTo("aba<end>", 0, refuse),
      () => tokenizer.countUpTo("aba<end>", 1, refuse),
      () => tokenizer.truncate("aba<end>", 1, refuse),
      () => tokenizer.heal("aba<end>", refuse),
    ]) {
      expect(act).toThrow(refusal);
    }
    const stream = tokenizer.encodeStream(refuse);
    for (let time = 0; time < 2; time++) {
      expect([...stream.push("ab"), ...stream.push("a<e")]).not.toContain(9);
      expect(() => stream.push("nd> a")).toThrow(refusal);
    }
    expect([...stream.push("a<en"), ...stream.end()]).toEqual([0]);
    expect([...tokenizer.encodeIds("a<name>", refuse)]).toEqual([0, 7]);
  });
});

describe("what isn't a definition", () => {
  it.each([
    [undefined],
    [null],
    [5],
    [{}],
    [{ model: {} }],
    [{ model: { type: "BPE" }, addedTokens: [] }],
    [{ model: wordPiece.definition.model }],
  ])("is refused: %j", (definition) => {
    expect(() => new MathTokenizer(wrong(definition))).toThrow(code("ERR_FORMAT"));
    expect(() => new Core(wrong(definition))).toThrow(code("ERR_FORMAT"));
  });
});

it("refuses flags that are no flags, pairs of three, and multiples of nothing", () => {
  for (const subject of [tokenizer, wordPiece]) {
    const flag = { addSpecialTokens: wrong("no") };
    for (const act of [
      () => subject.encode("a", flag),
      () => subject.encode("a", { ...flag, pair: "b" }),
      () => subject.encodeIds("a", flag),
      () => subject.encodeBatch(["a"], flag),
      () => subject.encodeBatch([], flag),
      () => subject.encodeBatch([["a", "a"]], flag),
      () => subject.encode("a", { ...flag, truncation: { maxLength: 2 } }),
      () => subject.encodeStream(flag),
      () => subject.count("a", flag),
      () => subject.countUpTo("a", 1, flag),
      () => subject.encodeIds("a", { specialTokens: wrong(1n) }),
      () => subject.decode([1], { skipSpecialTokens: wrong("no") }),
      () => subject.decode([1], { cleanUpTokenizationSpaces: wrong(1) }),
      () => subject.decodeBytes([1], { skipSpecialTokens: wrong(0) }),
      () => subject.decodeStream({ skipSpecialTokens: wrong(null) }),
      () => subject.encodeBatch(wrong([["a", "a", "a"]])),
      () => subject.encodeBatch(wrong([["a", "a"], ["a"]])),
      () => subject.encode("a", { padding: { token: "a", multipleOf: 0 } }),
    ]) {
      expect(act).toThrow(code("ERR_ARGUMENT"));
    }
  }
  expect(() => tokenizer.encodeBatch(wrong([["a", "a", "a"]]))).toThrow(
    "text must be a text or a pair of texts, and is 3 of them",
  );
});

it("names strategies as they are asked for", () => {
  expect(() =>
    tokenizer.encode("a", { pair: "abab", truncation: { maxLength: 1, strategy: "only-first" } }),
  ).toThrow('"only-first" would cut 4 of 1 tokens to keep 1');
  expect(() =>
    tokenizer.encode("aa", { truncation: { maxLength: 1, strategy: "only-second" } }),
  ).toThrow('"only-second" cuts the second of a pair, found one text');
});
