// Definitions that can't be a model, or that try to make one slow: an error that says
// what is wrong, or Hugging Face's tokens in time.

import { describe, expect, it } from "vitest";
import type { BpeModel, ModelDefinition } from "../../src/definition.js";
import { createPieceModel } from "../../src/models/create-piece-model.js";
import { tokensOf, vocabularyOf } from "./support.js";

const unigram = (contents: string[], scores: number[], unkId?: number): ModelDefinition => ({
  type: "Unigram",
  vocabulary: vocabularyOf(contents),
  scores: Float64Array.from(scores),
  unkId,
});
const bpe = (contents: string[], merges: number[], options?: Partial<BpeModel>): BpeModel => ({
  type: "BPE",
  vocabulary: vocabularyOf(contents),
  merges: Int32Array.from(merges),
  ...options,
});
const wordPiece = (contents: string[], options = {}): ModelDefinition => ({
  type: "WordPiece",
  vocabulary: vocabularyOf(contents),
  unkToken: "?",
  continuingSubwordPrefix: "##",
  maxInputCharsPerWord: 100,
  ...options,
});

function refusal(definition: ModelDefinition, piece?: string): string {
  try {
    const model = createPieceModel(definition);
    if (piece !== undefined) tokensOf(model, piece);
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return "";
}

describe("a Unigram model refuses", () => {
  it("scores that aren't finite", () => {
    for (const score of [Number.NaN, Infinity, -Infinity]) {
      expect(refusal(unigram(["a", "b"], [0, score]))).toBe(
        `ERR_FORMAT: expected a finite score of token 1, found ${score}`,
      );
    }
  });

  it("fewer scores than tokens", () => {
    expect(refusal(unigram(["a", "b"], [0]))).toMatch(/^ERR_FORMAT: .* 2 tokens, found 1$/);
  });

  it("an unknown token outside of the vocabulary", () => {
    for (const unk of [2, -1, 0.5, Number.NaN]) {
      expect(refusal(unigram(["a", "b"], [0, 0], unk))).toBe(
        `ERR_FORMAT: expected the id of the unknown token below 2, found ${unk}`,
      );
    }
    expect(refusal(unigram([], [], 0))).toMatch("ERR_FORMAT");
  });

  it("contents that no token has, and says which", () => {
    expect(refusal(unigram(["a", "b".repeat(5000)], [0, 0]))).toMatch(
      /^ERR_LIMIT: .* token 1 .* 4096 .* 5000 bytes$/,
    );
    expect(refusal(unigram(["b".repeat(2 ** 20)], [0]))).toMatch("ERR_LIMIT");
  });

  it("a character that it lacks where there is no unknown token", () => {
    expect(refusal(unigram(["a"], [0]), "aa😀")).toBe(
      'ERR_UNKNOWN_TOKEN: the vocabulary has neither "😀" (at 2) nor an unknown token',
    );
    expect(refusal(unigram([], []), "a")).toMatch("ERR_UNKNOWN_TOKEN");
  });
});

describe("a BPE model refuses", () => {
  it("merges of ids outside of the vocabulary", () => {
    expect(refusal(bpe(["a", "aa"], [0, 0, 0, 2]))).toBe(
      "ERR_FORMAT: merge 1 names the id 2, outside a vocabulary of 2",
    );
    expect(refusal(bpe(["a", "aa"], [-1, 0]))).toMatch("names the id -1");
  });

  it("merges that make no token", () => {
    expect(refusal(bpe(["a", "b"], [0, 1]))).toBe(
      "ERR_FORMAT: merge 0 joins the tokens 0 and 1 to something that is no token",
    );
    expect(refusal(bpe(["aaa", "b"], [0, 1], { continuingSubwordPrefix: "##" }))).toMatch(
      "merge 0",
    );
  });

  it("no merges where contents are text", () => {
    const { merges, ...rest } = bpe(["a"], []);
    expect(merges).toBeDefined();
    expect(refusal(rest)).toMatch(/^ERR_FORMAT: .* needs merges/);
  });

  it("a character that it lacks where the unknown token is absent", () => {
    expect(refusal(bpe(["a"], [], { unkToken: "?" }), "ab")).toBe(
      'ERR_UNKNOWN_TOKEN: the vocabulary has neither "b" nor the unknown token "?"',
    );
  });
});

describe("WordPiece and WordLevel refuse", () => {
  it("a word that they lack where the unknown token is absent", () => {
    expect(refusal(wordPiece(["a"]), "ab")).toMatch(/^ERR_UNKNOWN_TOKEN: .* "ab", nor .* "\?"$/);
    const level = { type: "WordLevel", vocabulary: vocabularyOf(["a"]), unkToken: "?" } as const;
    expect(refusal(level, "ab")).toMatch(/^ERR_UNKNOWN_TOKEN: .* "ab" nor .* "\?"$/);
  });

  it("contents that no token has", () => {
    expect(refusal(wordPiece(["a".repeat(4097)]))).toMatch("ERR_LIMIT");
  });
});

describe("hostile models end in time:", () => {
  const million = "a".repeat(2 ** 20);
  const powers = Array.from({ length: 12 }, (_, k) => "a".repeat(2 ** k));

  it("Unigram on a megabyte, with contents of every power of two", () => {
    const model = createPieceModel(unigram(["?", ...powers], [0, ...powers.map(() => -1)], 0));
    expect(tokensOf(model, million)).toHaveLength(512);
  });

  it("Unigram on a megabyte of unknown characters", () => {
    const model = createPieceModel(unigram(["?"], [0], 0));
    expect(tokensOf(model, million)).toEqual([[0, 0, 2 ** 20]]);
  });

  it("BPE on a megabyte of one letter", () => {
    const merges = powers.slice(1).flatMap((_, k) => [k, k]);
    const model = createPieceModel(bpe(powers, merges));
    const start = process.cpuUsage();
    expect(tokensOf(model, million)).toHaveLength(512);
    expect(process.cpuUsage(start).user).toBeLessThan(4e6); // microseconds; nothing quadratic
  });

  it("BPE whose merges make a token out of itself", () => {
    const model = createPieceModel(
      bpe(["a", "##", "##a"], [0, 1, 0, 1], { continuingSubwordPrefix: "##", unkToken: "##" }),
    );
    expect(tokensOf(model, "abb")).toEqual([[0, 0, 3]]);
  });

  it("WordPiece on a megabyte", () => {
    const model = createPieceModel(
      wordPiece(["a", "##a", "##aa"], { maxInputCharsPerWord: 2 ** 21 }),
    );
    expect(tokensOf(model, million)).toHaveLength(2 ** 19 + 1);
  });

  it("a small piece after a huge one", () => {
    const model = createPieceModel(bpe(["a", "aa"], [0, 0]));
    tokensOf(model, million);
    expect(tokensOf(model, "aaa")).toEqual([
      [1, 0, 2],
      [0, 2, 3],
    ]);
  });
});
