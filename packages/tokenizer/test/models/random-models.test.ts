// Every model on random tiny vocabularies, against Hugging Face's own library: ids and ranges.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Unigram } from "../../src/models/unigram.js";
import {
  byteTokens,
  letters,
  type ModelJson,
  modelOf,
  referenceOf,
  text,
  tokensOrRefusal,
  word,
  wordIds,
} from "./support.js";

const run = { seed: 3, numRuns: 200 } as const;

async function agrees(json: ModelJson, texts: readonly string[]): Promise<void> {
  const model = modelOf(json);
  const reference = referenceOf(json);
  for (const piece of texts) {
    if (piece === "") continue; // the library never asks its model for these
    expect(tokensOrRefusal(model, piece), JSON.stringify({ piece, json })).toEqual(
      await reference(piece),
    );
  }
}

const numbered = (contents: Iterable<string>) =>
  Object.fromEntries([...new Set(contents)].map((content, id) => [content, id]));

/** Some letters, and random options and texts of mostly these. */
const cases = <T>(options: (few: string[]) => fc.Arbitrary<T>) =>
  fc
    .subarray(letters.slice(0, 9), { minLength: 2, maxLength: 4 })
    .chain((few) => fc.tuple(options(few), fc.array(text(few), { minLength: 1, maxLength: 6 })));
const someBytes = fc.constantFrom(
  () => true,
  () => false,
  (byte: number) => byte !== 0x98,
);

describe("random models give the tokens of Hugging Face's library:", () => {
  it("WordLevel", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases((few) => fc.tuple(fc.array(word(few)), fc.constantFrom("<unk>", "a"))),
        ([[words, unk], pieces]) =>
          agrees({ type: "WordLevel", unk_token: unk, vocab: numbered(words) }, pieces),
      ),
      run,
    );
  });

  it("WordPiece", async () => {
    const options = (few: string[]) =>
      fc.record({
        words: fc.array(fc.tuple(fc.boolean(), word(few)), { maxLength: 24 }),
        prefix: fc.constantFrom("##", "", "a"),
        unk: fc.constantFrom("<unk>", "a", "##b"),
        limit: fc.constantFrom(100, 3, 0),
      });
    await fc.assert(
      fc.asyncProperty(cases(options), ([{ words, prefix, unk, limit }, pieces]) =>
        agrees(
          {
            type: "WordPiece",
            unk_token: unk,
            continuing_subword_prefix: prefix,
            max_input_chars_per_word: limit,
            vocab: numbered(words.map(([inner, content]) => (inner ? prefix : "") + content)),
          },
          pieces,
        ),
      ),
      run,
    );
  });

  it("Unigram, by both of its ways", async () => {
    const options = (few: string[]) =>
      fc.record({
        words: fc.array(
          fc.tuple(
            fc.oneof(
              { weight: 6, arbitrary: word(few) },
              { weight: 1, arbitrary: fc.constantFrom("<unk>", "", "xx") },
            ),
            // Few scores, so that there are ties, and some that don't add up exactly.
            fc.constantFrom(-1, -2, -3, -0.1, -0.2, -0.3, 0, 1, -1e300),
          ),
          { minLength: 1, maxLength: 24 },
        ),
        unk: fc.option(fc.nat({ max: 23 }), { nil: undefined }),
        fallback: fc.boolean(),
        bytes: someBytes,
      });
    await fc.assert(
      fc.asyncProperty(cases(options), async ([{ words, unk, fallback, bytes }, pieces]) => {
        const vocab: [string, number][] = [...words];
        if (fallback) {
          for (const token of byteTokens(bytes)) vocab.push([token, -4]);
        }
        const json: ModelJson = {
          type: "Unigram",
          unk_id: unk === undefined ? null : unk % words.length,
          vocab,
          byte_fallback: fallback,
        };
        await agrees(json, pieces);
        const model = modelOf(json) as Unigram;
        for (const piece of [...pieces, ...pieces]) {
          const ids = tokensOrRefusal(model, piece)?.map(([id]) => id);
          if (ids === undefined) continue;
          expect(wordIds(model, `ab${piece}ab`, 2, 2 + piece.length)).toEqual(ids);
          if (!piece.startsWith("▁")) continue;
          expect(wordIds(model, `▁\n${piece.slice(1)}▁`, 1, 1 + piece.length, true)).toEqual(ids);
        }
      }),
      run,
    );
  });

  it("BPE with every option", async () => {
    const options = (few: string[]) =>
      fc.record({
        merged: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 40 }),
        alphabet: fc.constant(few),
        prefix: fc.constantFrom(null, "", "##", "é"),
        suffix: fc.constantFrom(null, "", "</w>"),
        unk: fc.constantFrom(null, "<unk>", "a", "absent"),
        fuse: fc.boolean(),
        fallback: fc.boolean(),
        bytes: someBytes,
        whole: fc.boolean(),
      });
    await fc.assert(
      fc.asyncProperty(cases(options), ([of, pieces]) => {
        const prefix = of.prefix ?? "";
        const contents = ["<unk>", ...of.alphabet];
        contents.push(...of.alphabet.map((letter) => prefix + letter));
        contents.push(...of.alphabet.map((letter) => letter + (of.suffix ?? "")));
        contents.push(...of.alphabet.map((letter) => prefix + letter + (of.suffix ?? "")));
        if (of.fallback) contents.push(...byteTokens(of.bytes));
        const merges: [string, string][] = [];
        for (const [i, k] of of.merged) {
          const left = contents[i % contents.length] as string;
          const right = contents[k % contents.length] as string;
          if (!right.startsWith(prefix)) continue;
          merges.push([left, right]);
          contents.push(left + right.slice(prefix.length));
        }
        return agrees(
          {
            type: "BPE",
            dropout: null,
            unk_token: of.unk,
            continuing_subword_prefix: of.prefix,
            end_of_word_suffix: of.suffix,
            fuse_unk: of.fuse,
            byte_fallback: of.fallback,
            ignore_merges: of.whole,
            vocab: numbered(contents),
            merges,
          },
          pieces,
        );
      }),
      { ...run, numRuns: 400 },
    );
  });
});
