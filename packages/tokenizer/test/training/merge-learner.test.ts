import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learn, learnNaively, type Pieces } from "./helpers.js";

const seed = 20260911;

const piecesOf = (alphabet: string, maxLength: number, maxPieces: number): fc.Arbitrary<Pieces> =>
  fc.array(
    fc.tuple(
      fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength }).map((a) => a.join("")),
      fc.integer({ min: 1, max: 4 }),
    ),
    { minLength: 1, maxLength: maxPieces },
  );

describe("learning merges", () => {
  it("merges the most frequent pair first, and of equals the one with the lowest ids", async () => {
    const { merges } = await learn([
      ["ab", 5],
      ["cd", 7],
      ["xy", 5],
      ["ax", 5],
    ]);
    expect(merges).toEqual(["c d", "a b", "a x", "x y"]);
  });

  it("goes through a run of one character from the left", async () => {
    const { merges } = await learn([["aaaaa", 1]]);
    expect(merges).toEqual(["a a", "aa a", "aa aaa"]);
  });

  it("learns nothing from pieces of one byte", async () => {
    expect((await learn([["a", 9]])).merges).toEqual([]);
  });

  it("stops when the vocabulary is full", async () => {
    const { merges, names } = await learn([["abcdefgh", 3]], { vocabularySize: 258 });
    expect(merges).toHaveLength(2);
    expect(names).toHaveLength(258);
    expect((await learn([["abcdefgh", 3]], { vocabularySize: 256 })).merges).toEqual([]);
  });

  it("leaves pairs alone that are rarer than the least frequency", async () => {
    const pieces: Pieces = [
      ["ab", 3],
      ["cd", 2],
    ];
    expect((await learn(pieces, { minFrequency: 3 })).merges).toEqual(["a b"]);
    expect((await learn(pieces, { minFrequency: 4 })).merges).toEqual([]);
  });

  it("makes no token longer than asked for", async () => {
    const { names } = await learn([["abcdefghij", 3]], { maxTokenLength: 3 });
    expect(Math.max(...names.map((name) => name.length))).toBe(2);
    const four = await learn([["abcdefghij", 3]], { maxTokenLength: 4 });
    expect(Math.max(...four.names.map((name) => name.length))).toBe(4);
  });

  it("counts beyond 32 bits without rounding", async () => {
    const big = 2 ** 50;
    const { merges } = await learn([
      ["cd", big],
      ["ab", big - 1],
      ["ef", big + 1],
    ]);
    expect(merges).toEqual(["e f", "c d", "a b"]);
  });

  it("refuses counts that doubles can't hold", async () => {
    await expect(learn([["ab", 2 ** 52]])).rejects.toMatchObject({ code: "ERR_LIMIT" });
  });

  it("gives a spelling the id that it has, and one that a special token has that one", async () => {
    const { names, merges } = await learn([["abc", 3]], { specialTokens: ["<s>", "ab"] });
    expect(names.slice(0, 2)).toEqual(["<s>", "ab"]);
    expect(merges).toEqual(["a b", "ab c"]);
    expect(names.filter((name) => name === "ab")).toHaveLength(1);
  });

  it("does not depend on the order of the pieces", async () => {
    await fc.assert(
      fc.asyncProperty(piecesOf("abc", 12, 20), async (pieces) => {
        const there = await learn(pieces);
        const back = await learn([...pieces].reverse());
        expect(back.merges).toEqual(there.merges);
      }),
      { seed, numRuns: 30 },
    );
  });

  it("finds the merges of a reference that counts all pairs before each", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(piecesOf("abcdefghij", 10, 40), piecesOf("abc", 8, 15), piecesOf("ab", 5, 6)),
        fc.integer({ min: 256, max: 330 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(2, 3, 4, 6, 1000),
        async (pieces, vocabularySize, minFrequency, maxTokenLength) => {
          const limits = { vocabularySize, minFrequency, maxTokenLength };
          expect((await learn(pieces, limits)).merges).toEqual(learnNaively(pieces, limits));
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it("takes time in proportion to a piece of one repeated character", async () => {
    const { merges } = await learn([["a".repeat(1 << 20), 1]]);
    expect(merges.slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, i) => `${"a".repeat(1 << i)} ${"a".repeat(1 << i)}`),
    );
  });
});

interface Native {
  Tokenizer: {
    fromString(json: string): { train(files: string[]): void; save(path: string): void };
  };
}

describe("against the trainer of npm's tokenizers", () => {
  const { Tokenizer } = createRequire(import.meta.url)("tokenizers") as Native;
  const untrained = JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "WhitespaceSplit" },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: null,
    model: { type: "BPE", vocab: {}, merges: [] },
  });

  it("finds the same merges", async () => {
    const folder = mkdtempSync(join(tmpdir(), "training-"));
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            piecesOf("ab", 30, 12),
            piecesOf("a", 40, 6),
            piecesOf("abcd=", 20, 40),
            piecesOf("aé数", 12, 20),
          ),
          async (pieces) => {
            const text = pieces.map(([piece, count]) => `${piece} `.repeat(count)).join("\n");
            writeFileSync(join(folder, "text"), text);
            const tokenizer = Tokenizer.fromString(untrained);
            tokenizer.train([join(folder, "text")]);
            tokenizer.save(join(folder, "json"));
            const { model } = JSON.parse(readFileSync(join(folder, "json"), "utf8")) as {
              model: { merges: [string, string][] };
            };
            const expected = model.merges.map(([left, right]) => `${left} ${right}`);
            expect((await learn(pieces)).merges).toEqual(expected);
          },
        ),
        { seed, numRuns: 100 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
