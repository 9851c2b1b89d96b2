import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenizerError } from "../../src/errors.js";
import { readGguf } from "../../src/formats/gguf.js";
import { GgufTruncated, readGgufMetadata } from "../../src/formats/gguf-reader.js";
import { splitByName } from "../../src/formats/gguf-splits.js";
import { file, ggml, text, u32, u64, type Value } from "./gguf-file.js";
import { code, contents, merges, thrown, utf8 } from "./helpers.js";

const BPE = {
  model: "gpt2",
  pre: "qwen2",
  tokens: ["a", "b", "ab", "<s>"],
  token_type: Int32Array.of(1, 1, 1, 3),
  merges: ["a b"],
  bos_token_id: 3,
};
const SPM = {
  model: "llama",
  tokens: ["<unk>", "<s>", "<0x41>", "\u2581", "a", "\u2581a"],
  token_type: Int32Array.of(2, 3, 6, 1, 1, 1),
  scores: Float32Array.of(0, 0, 0, -2, -3, -1),
  bos_token_id: 1,
};

describe("a GGUF file", () => {
  it("has a byte-level vocabulary with merges and the split that it names", () => {
    const definition = readGguf(ggml(BPE));
    expect(contents(definition.model.vocabulary)).toEqual(BPE.tokens);
    expect(merges(definition)).toEqual([["a", "b"]]);
    expect(definition.addedTokens).toMatchObject([{ id: 3, content: "<s>", special: true }]);
    expect(definition.preTokenizer).toMatchObject({
      pretokenizers: [
        { type: "Split", behavior: "Isolated" },
        { type: "ByteLevel", use_regex: false },
      ],
    });
    expect(definition.postProcessor).toBeUndefined();
    expect(definition.config?.bosToken).toBe("<s>");
  });

  it("puts the tokens at the ends that it asks for", () => {
    const { postProcessor } = readGguf(ggml({ ...BPE, add_bos_token: true }));
    expect(postProcessor).toMatchObject({
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      special_tokens: { "<s>": { ids: [3] } },
    });
  });

  it("has scored pieces, merged by score", () => {
    const definition = readGguf(ggml(SPM));
    expect(definition.model).toMatchObject({ type: "BPE", byteFallback: true, unkToken: "<unk>" });
    expect(merges(definition)).toEqual([["\u2581", "a"]]);
    expect(definition.postProcessor).toBeDefined();
    const bare = readGguf(ggml({ ...SPM, add_space_prefix: false }));
    expect(JSON.stringify(bare.normalizer)).not.toContain("Prepend");
  });

  it("has a Unigram model", () => {
    const { model } = readGguf(ggml({ ...SPM, model: "t5" }));
    expect(model.type === "Unigram" && [...model.scores]).toEqual([0, 0, 0, -2, -3, -1]);
  });

  it("has WordPiece, with continued pieces marked as usual", () => {
    const tokens = ["[UNK]", "\u2581a", "b"];
    const { model } = readGguf(
      ggml({ model: "bert", tokens, token_type: Int32Array.of(3, 1, 1), unknown_token_id: 0 }),
    );
    expect(contents(model.vocabulary)).toEqual(["[UNK]", "a", "##b"]);
  });

  it("has one chat template or several", () => {
    const of = (templates: Record<string, Value>) =>
      readGguf(
        file({
          ...templates,
          ...Object.fromEntries(Object.entries(BPE).map(([k, v]) => [`tokenizer.ggml.${k}`, v])),
        }),
      );
    expect(of({ "tokenizer.chat_template": "x" }).config?.chatTemplate).toBe("x");
    const both = { "tokenizer.chat_template": "x", "tokenizer.chat_template.tool_use": "y" };
    expect(of(both).config?.chatTemplate).toEqual({ default: "x", tool_use: "y" });
  });

  it("needs no more than its metadata", () => {
    const bytes = ggml(BPE);
    const longer = new Uint8Array(bytes.length + 1000).fill(0xff);
    longer.set(bytes);
    expect(readGguf(longer)).toEqual(readGguf(bytes));
  });

  it.each([
    [{ model: "rwkv" }, "ERR_UNSUPPORTED"],
    [{ pre: "no-such" }, "ERR_UNSUPPORTED"],
    [{ model: 5 }, "ERR_FORMAT"],
    [{ tokens: Float32Array.of(1) }, "ERR_FORMAT"],
    [{ tokens: "x" }, "ERR_FORMAT"],
    [{ token_type: Int32Array.of(1) }, "ERR_FORMAT"],
    [{ merges: ["ab"] }, "ERR_FORMAT"],
    [{ merges: ["a x"] }, "ERR_FORMAT"],
    [{ merges: ["b a"] }, "ERR_FORMAT"],
    [{ model: "llama" }, "ERR_FORMAT"],
    [{ model: "llama", scores: Float32Array.of(0, 0, Number.NaN, 0) }, "ERR_FORMAT"],
  ] as [Record<string, Value>, string][])("is refused with %j", (fields, expected) => {
    expect(code(() => readGguf(ggml({ ...BPE, ...fields })))).toBe(expected);
  });

  it("is refused in other versions, and without a tokenizer", () => {
    expect(code(() => readGguf(file({}, 1)))).toBe("ERR_UNSUPPORTED");
    expect(thrown(() => readGguf(file({}, 0x03000000)))?.message).toContain("big-endian");
    expect(code(() => readGguf(file({ "general.name": "x" })))).toBe("ERR_FORMAT");
    expect(code(() => readGguf(utf8("GGML0000")))).toBe("ERR_FORMAT");
  });

  it("says how much more is needed when cut anywhere", () => {
    const bytes = ggml(BPE);
    for (let length = 0; length < bytes.length; length++) {
      const error = thrown(() => readGgufMetadata(bytes.subarray(0, length)));
      expect(error, `${length}`).toBeInstanceOf(GgufTruncated);
      expect((error as GgufTruncated).needed).toBeGreaterThan(length);
    }
  });

  it.each([
    ["strings", 8],
    ["numbers", 4],
    ["arrays", 9],
  ])("allocates nothing for a count of %s that can't be", (_, type) => {
    for (const count of [0x7fffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn]) {
      const head = [...utf8("GGUF"), ...u32(3), ...u64(0), ...u64(1), ...text("k"), ...u32(9)];
      const bytes = Uint8Array.from([...head, ...u32(type), ...u64(count)]);
      expect(code(() => readGguf(bytes))).toBe("ERR_FORMAT");
    }
  });

  it("refuses arrays in arrays without end", () => {
    const nested = Array.from({ length: 1000 }, () => [...u32(9), ...u64(1)]).flat();
    const head = [...utf8("GGUF"), ...u32(3), ...u64(0), ...u64(1), ...text("k"), ...u32(9)];
    expect(code(() => readGguf(Uint8Array.from([...head, ...nested])))).toBe("ERR_FORMAT");
  });

  it("gives a definition or a TokenizerError for any mutation", () => {
    const originals = [ggml(BPE), ggml(SPM)];
    const change = fc.tuple(fc.nat(10_000), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (original, changes) => {
          const bytes = original.slice();
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          try {
            readGguf(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TokenizerError);
          }
        },
      ),
      { seed: 14, numRuns: 3000 },
    );
  });
});

describe("the named splits", () => {
  it("know each name once, with llama.cpp's flags", () => {
    expect(splitByName("llama-bpe")).toMatchObject({ ignoreMerges: true, addBos: true });
    expect(splitByName("deepseek-llm")?.patterns).toHaveLength(6);
    expect(splitByName("default")?.patterns).toHaveLength(4);
    expect(splitByName("")).toBeUndefined();
  });

  it("tell Qwen 3.5's from Qwen 2's by marks", () => {
    expect(splitByName("qwen2")?.patterns[0]).toBe(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    );
    expect(splitByName("qwen35")?.patterns[0]).toBe(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    );
  });
});
