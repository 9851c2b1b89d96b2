// Expected values are what Hugging Face's tokenizers 0.23.2 does with the same files.
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenizerError } from "../../src/errors.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { added, code, contents, merges, small, thrown, utf8 } from "./helpers.js";

const read = (value: unknown) => readTokenizerJson(utf8(JSON.stringify(value)));
const model = (fields: object) => read(small(fields));

describe("a BPE model", () => {
  it("has contents by id and merges as pairs of ids", () => {
    const { model } = read(small());
    expect(model.type).toBe("BPE");
    expect(contents(model.vocabulary)).toEqual(["a", "b", "ab"]);
    expect(model.type === "BPE" && [...(model.merges ?? [])]).toEqual([0, 1]);
  });

  it("takes merges as pairs, and the two ways are the same", () => {
    const vocab = { "a b": 0, c: 1, "a bc": 2 };
    expect(merges(model({ vocab, merges: [["a b", "c"]] }))).toEqual([["a b", "c"]]);
    expect(merges(model({ merges: [["a", "b"]] }))).toEqual(merges(model({ merges: ["a b"] })));
  });

  it.each([["#version: 0.2"], ["#versionx"]])("passes over the line %j of a merges.txt", (line) => {
    expect(merges(model({ merges: [line, "a b"] }))).toEqual([["a", "b"]]);
  });

  it("gives a repeated merge its last place", () => {
    const vocab = { a: 0, b: 1, c: 2, ab: 3, bc: 4 };
    const repeated = model({ vocab, merges: ["a b", "b c", "a b", "a b"] });
    expect(merges(repeated)).toEqual([
      ["b", "c"],
      ["a", "b"],
    ]);
  });

  it("orders any list of merges by their last places", () => {
    const words = ["a", "b"];
    for (let i = 0; i < 14; i++) words.push(`${words[i]}a`, `${words[i]}b`);
    const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
    const known = words.filter((word) => word.length > 1);
    const merge = fc
      .constantFrom(...known)
      .chain((word) =>
        fc
          .integer({ min: 1, max: word.length - 1 })
          .map((at) => [word.slice(0, at), word.slice(at)]),
      );
    fc.assert(
      fc.property(fc.array(merge, { maxLength: 60 }), fc.boolean(), (list, pairs) => {
        const written = pairs ? list : list.map((pair) => pair.join(" "));
        const keys = list.map((pair) => pair.join(" "));
        const last = list.filter((_, i) => keys.lastIndexOf(keys[i] ?? "") === i);
        expect(merges(model({ vocab, merges: written }))).toEqual(last);
      }),
      { seed: 15, numRuns: 300 },
    );
  });

  it("reads merges before the vocabulary and the prefix", () => {
    const { vocab, merges: list } = { vocab: { a: 0, "##b": 1, ab: 2 }, merges: ["a ##b"] };
    const text = { merges: list, vocab, continuing_subword_prefix: "##" };
    expect(merges(read(small({}, { model: { type: "BPE", ...text } })))).toEqual([["a", "##b"]]);
  });

  it("keeps escapes, control characters and all planes", () => {
    const texts = ['"', "\\", "\u0000", "\u007f", "é", "\u0800", "\ud7ff", "\ufeff", "😀", "a/b\n"];
    const vocab = Object.fromEntries(texts.map((text, id) => [text, id]));
    const plain = JSON.stringify(small({ vocab, merges: [] }));
    const escaped = plain.replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    for (const text of [plain, escaped]) {
      expect(contents(readTokenizerJson(utf8(text)).model.vocabulary)).toEqual(texts);
    }
  });

  it("keeps holes between ids and takes ids in any order", () => {
    expect(contents(model({ vocab: { b: 3, a: 0 }, merges: [] }).model.vocabulary)).toEqual([
      "a",
      "",
      "",
      "b",
    ]);
  });

  it("gives a content that comes twice its last id", () => {
    const text = JSON.stringify(small()).replace('"a":0', '"a":0,"c":3,"a":4');
    expect(contents(readTokenizerJson(utf8(text)).model.vocabulary)).toEqual([
      "",
      "b",
      "ab",
      "c",
      "a",
    ]);
  });

  it.each([
    [{ merges: ["a b c"] }, "ERR_FORMAT"],
    [{ merges: ["ab"] }, "ERR_FORMAT"],
    [{ merges: ["a c"] }, "ERR_FORMAT"],
    [{ merges: ["c a"] }, "ERR_FORMAT"],
    [{ merges: ["b a"] }, "ERR_FORMAT"],
    [{ merges: [["a"]] }, "ERR_FORMAT"],
    [{ merges: [1] }, "ERR_FORMAT"],
    [{ merges: null }, "ERR_FORMAT"],
    [{ merges: undefined }, "ERR_FORMAT"],
    [{ vocab: { a: 0, b: 0, ab: 1 } }, "ERR_FORMAT"],
    [{ vocab: { a: -1 } }, "ERR_FORMAT"],
    [{ vocab: { a: 0.5 } }, "ERR_FORMAT"],
    [{ vocab: { a: "0" } }, "ERR_FORMAT"],
    [{ vocab: { a: 2 ** 24 } }, "ERR_FORMAT"],
    [{ vocab: { a: 2 ** 23, b: 0, ab: 1 } }, "ERR_LIMIT"],
    [{ vocab: 5 }, "ERR_FORMAT"],
    [{ vocab: undefined }, "ERR_FORMAT"],
    [{ vocab: [["a", 0]] }, "ERR_FORMAT"],
    [{ type: "Foo" }, "ERR_UNSUPPORTED"],
    [{ dropout: 0.5 }, "ERR_UNSUPPORTED"],
    [{ unk_token: 5 }, "ERR_FORMAT"],
    [{ byte_fallback: "yes" }, "ERR_FORMAT"],
  ])("is refused with %j", (fields, expected) => {
    expect(code(() => model(fields))).toBe(expected);
  });

  it("accepts a dropout of 0", () => {
    expect(model({ dropout: 0 }).model.type).toBe("BPE");
  });
});

describe("other models", () => {
  it("takes a Unigram list, with scores as the reference's parser rounds them", () => {
    const text = JSON.stringify(
      small(
        {},
        {
          model: {
            type: "Unigram",
            unk_id: 0,
            vocab: [
              ["<unk>", 0],
              ["a", -1.5],
              ["a", -2],
            ],
          },
        },
      ),
    )
      .replace("-1.5", "-2.0122928619384766")
      .replace("-2]", "-1e-3]");
    const { model } = readTokenizerJson(utf8(text));
    if (model.type !== "Unigram") throw new Error("expected Unigram");
    expect(contents(model.vocabulary)).toEqual(["<unk>", "a", "a"]);
    expect([...model.scores]).toEqual([0, -2.012292861938477, -0.001]);
    expect(model.unkId).toBe(0);
  });

  it.each([
    [{ vocab: [["a", 0]], unk_id: 1 }],
    [{ vocab: [["a", "0"]] }],
    [{ vocab: [["a"]] }],
    [{ vocab: [["a", 0, 1]] }],
    [{ vocab: { a: 0 } }],
  ])("refuses a Unigram model with %j", (fields) => {
    expect(code(() => read(small({}, { model: { type: "Unigram", ...fields } })))).toBe(
      "ERR_FORMAT",
    );
  });

  it("refuses a score that is no finite number", () => {
    const text = JSON.stringify(small({}, { model: { type: "Unigram", vocab: [["a", 7]] } }));
    for (const score of ["1e999", "NaN", "-", "01", "1.", ".5", "0x1"]) {
      expect(
        code(() => readTokenizerJson(utf8(text.replace("7", score)))),
        score,
      ).toBe("ERR_FORMAT");
    }
  });

  it("infers a type that an old file leaves out", () => {
    const of = (fields: object) => read(small({}, { model: fields })).model.type;
    expect(of({ vocab: { a: 0 }, merges: [] })).toBe("BPE");
    expect(of({ vocab: [["a", 0]] })).toBe("Unigram");
    expect(of({ vocab: { a: 0 }, unk_token: "a" })).toBe("WordLevel");
    const piece = {
      unk_token: "a",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
    };
    expect(of({ vocab: { a: 0 }, ...piece })).toBe("WordPiece");
  });

  it("wants the unknown token of word models", () => {
    for (const type of ["WordLevel", "WordPiece"]) {
      expect(code(() => read(small({}, { model: { type, vocab: { a: 0 } } })))).toBe("ERR_FORMAT");
    }
  });
});

describe("added tokens", () => {
  const ids = (tokens: object[], fields: object = {}) =>
    read(small(fields, { added_tokens: tokens })).addedTokens.map(({ id, content }) => [
      content,
      id,
    ]);

  it("are numbered after the vocabulary, whatever the file says", () => {
    expect(ids([added(7, "<s>")])).toEqual([["<s>", 3]]);
    expect(ids([added(4, "<t>"), added(3, "<s>")])).toEqual([
      ["<t>", 3],
      ["<s>", 4],
    ]);
    expect(ids([added(1, "<s>")])).toEqual([["<s>", 3]]);
  });

  it("keep the model's id where the model has them", () => {
    expect(ids([added(9, "ab")])).toEqual([["ab", 2]]);
  });

  it("count tokens rather than ids where there are holes", () => {
    const vocab = { a: 0, b: 1, ab: 9 };
    expect(ids([added(10, "<s>"), added(20, "<t>")], { vocab })).toEqual([
      ["<s>", 3],
      ["<t>", 4],
    ]);
  });

  it("drop empty ones and keep the last of equal ones", () => {
    const read_ = read(
      small({}, { added_tokens: [added(3, ""), added(3, "x"), added(3, "x", { lstrip: true })] }),
    );
    expect(read_.addedTokens).toHaveLength(1);
    expect(read_.addedTokens[0]).toMatchObject({
      id: 3,
      content: "x",
      lstrip: true,
      special: true,
    });
  });

  it.each([
    [5],
    ["x"],
    [{ a: 1 }],
    [[5]],
    [[{ content: "x", id: -1 }]],
    [[{ id: 3 }]],
    [[{ ...added(3, "x"), lstrip: 1 }]],
  ])("are refused as %j", (tokens) => {
    expect(code(() => read(small({}, { added_tokens: tokens })))).toBe("ERR_FORMAT");
  });
});

describe("the file", () => {
  it("gives components as they are", () => {
    const normalizer = { type: "NFC" };
    const read_ = read(small({}, { normalizer, truncation: { max_length: 5 } }));
    expect(read_.normalizer).toEqual(normalizer);
    expect(read_.truncation).toEqual({ type: "Truncation", max_length: 5 });
    expect(read_.decoder).toBeUndefined();
  });

  it("wants components to be objects with a type", () => {
    const error = thrown(() => read(small({}, { decoder: { type: 5 } })));
    expect(error?.message).toContain("$.decoder.type");
    expect(code(() => read(small({}, { normalizer: [] })))).toBe("ERR_FORMAT");
  });

  it.each([
    ["normalizer", "normalizers"],
    ["pre_tokenizer", "pretokenizers"],
    ["post_processor", "processors"],
    ["decoder", "decoders"],
  ])("wants the parts of a sequence in %s to be components too", (key, inner) => {
    const sequence = (parts: unknown[]) => ({ type: "Sequence", [inner]: parts });
    for (const part of [null, 5, "x", [], {}, sequence([null])]) {
      const error = thrown(() => read({ ...small(), [key]: sequence([{ type: "A" }, part]) }));
      expect(error).toBeInstanceOf(TokenizerError);
      expect(error).toMatchObject({ code: "ERR_FORMAT" });
      expect((error as Error).message).toContain(`$.${key}.${inner}[1]`);
    }
  });

  it("may be an object, and begin with a byte order mark", () => {
    expect(readTokenizerJson(small())).toEqual(read(small()));
    expect(readTokenizerJson(utf8(`\ufeff${JSON.stringify(small())}`))).toEqual(read(small()));
  });

  it("refuses another version and objects that go in circles", () => {
    expect(code(() => read(small({}, { version: "2.0" })))).toBe("ERR_UNSUPPORTED");
    const circle: Record<string, unknown> = small();
    circle["normalizer"] = circle;
    expect(code(() => readTokenizerJson(circle))).toBe("ERR_FORMAT");
  });

  it("says where it is damaged", () => {
    const error = thrown(() => readTokenizerJson(utf8('{"model": {"vocab": {"a": x}}}')));
    expect(error?.message).toBe(
      'expected an integer from 0 to 16777215, found "x}}}" at byte 26 ($.model.vocab)',
    );
  });

  it("refuses bytes that are not UTF-8, in contents and elsewhere", () => {
    for (const bad of [
      "\xff",
      "\xc3",
      "\xc0\x80",
      "\xed\xa0\x80",
      "\xf4\x90\x80\x80",
      "\xe0\x80\x80",
    ]) {
      for (const place of ['"b":1', '"version":"1.0"']) {
        const text = JSON.stringify(small()).replace(
          place,
          place.replace("b", `b${bad}`).replace("1.0", `1.0${bad}`),
        );
        const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
        expect(code(() => readTokenizerJson(bytes))).toBe("ERR_FORMAT");
      }
    }
  });

  it("refuses lone surrogates in escapes", () => {
    for (const bad of ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\u12", "\\x", "\\"]) {
      const text = JSON.stringify(small()).replace('"b":', `"b${bad}":`);
      expect(
        code(() => readTokenizerJson(utf8(text))),
        bad,
      ).toBe("ERR_FORMAT");
    }
  });

  it("is refused when cut anywhere", () => {
    const bytes = utf8(JSON.stringify(small({}, { added_tokens: [added(3, '<"é😀>')] }), null, 2));
    for (let length = 0; length < bytes.length; length++) {
      expect(
        code(() => readTokenizerJson(bytes.subarray(0, length))),
        `${length}`,
      ).toBe("ERR_FORMAT");
    }
  });

  it("is refused when nested deeply, in bounded time", () => {
    for (const open of ["[", '{"a":']) {
      const text = `{"normalizer":${open.repeat(200_000)}`;
      expect(code(() => readTokenizerJson(utf8(text)))).toBe("ERR_FORMAT");
    }
  });

  it("gives a definition or a TokenizerError for any mutation", () => {
    const original = utf8(
      JSON.stringify(small({ unk_token: "a" }, { added_tokens: [added(3, '<"é>')] })),
    );
    const mutation = fc.array(
      fc.tuple(fc.nat(original.length - 1), fc.constantFrom(...utf8('{}[]",:\\u0e9-n \xff'))),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(mutation, (changes) => {
        const bytes = original.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          readTokenizerJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenizerError);
        }
      }),
      { seed: 11, numRuns: 3000 },
    );
  });

  it("agrees with JSON.parse on any vocabulary", () => {
    const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(names, fc.boolean(), (texts, spaced) => {
        const vocab = Object.fromEntries(texts.map((text, id) => [text, id]));
        const json = JSON.stringify(small({ vocab, merges: [] }), null, spaced ? 2 : undefined);
        expect(contents(readTokenizerJson(utf8(json)).model.vocabulary)).toEqual(texts);
      }),
      { seed: 12, numRuns: 300 },
    );
  });
});

describe.each(["gpt2", "qwen2_5", "llama2"])("the published %s file", (name) => {
  const path = new URL(
    `../../node_modules/@lenml/tokenizer-${name}/models/tokenizer.json`,
    import.meta.url,
  );
  it.skipIf(!existsSync(path))("has the contents, merges and ids that JSON.parse finds", () => {
    const bytes = new Uint8Array(readFileSync(path));
    const json = JSON.parse(new TextDecoder().decode(bytes));
    const definition = readTokenizerJson(bytes);
    const expected: string[] = [];
    for (const [text, id] of Object.entries(json.model.vocab)) expected[id as number] = text;
    expect(contents(definition.model.vocabulary)).toEqual(expected);
    const pairs = json.model.merges.map((merge: string | string[]) =>
      typeof merge === "string" ? merge.split(" ") : merge,
    );
    expect(merges(definition)).toEqual(pairs);
    const ids = json.added_tokens.map(({ id, content }: { id: number; content: string }) => [
      content,
      id,
    ]);
    expect(definition.addedTokens.map(({ id, content }) => [content, id])).toEqual(ids);
  });
});
