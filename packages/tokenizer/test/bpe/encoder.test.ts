import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildEncoder } from "../../src/bpe/build-encoder.js";
import type { BpeEncoder } from "../../src/bpe/encoder.js";
import { PADDING } from "../../src/bpe/piece-loop.js";
import type { BpeModel } from "../../src/definition.js";
import { naiveBpe } from "../support/naive-bpe.js";
import { bpeOf } from "../support/vocabularies.js";

const seed = 20261126;
const runs = { seed, numRuns: 400 };

/** The tokens of a piece by the encoder. */
function encode(encoder: BpeEncoder, text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  const buffer = new Uint8Array(bytes.length + PADDING);
  buffer.set(bytes);
  const out = new Int32Array(bytes.length + 1);
  return [...out.subarray(0, encoder.encodeMiss(buffer, 0, bytes.length, out, 0))];
}

/** Enough misses for the encoder to build its trie. */
function warm(encoder: BpeEncoder): BpeEncoder {
  for (let i = 0; i < 70; i++) encode(encoder, "ab");
  return encoder;
}

const ALPHABET = ["a", "b", "c", "é"];

/** Random merges in any order: tokens made in several ways, some before their parts. */
const randomModel = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 14 }).chain((picks) => {
  const contents = [...ALPHABET];
  const merges: [string, string][] = [];
  for (const [i, j] of picks) {
    const left = contents[i % contents.length] as string;
    const right = contents[j % contents.length] as string;
    if (left.length + right.length > 9) continue;
    if (merges.some(([a, b]) => a === left && b === right)) continue;
    merges.push([left, right]);
    if (!contents.includes(left + right)) contents.push(left + right);
  }
  return fc
    .shuffledSubarray(merges, { minLength: merges.length })
    .chain((shuffled) =>
      fc.constantFrom(merges, shuffled).map((chosen) => ({ contents, merges: chosen })),
    );
});

const text = fc.string({
  unit: fc.constantFrom(...ALPHABET, "a", "a"),
  minLength: 1,
  maxLength: 40,
});

function reference(contents: readonly string[], merges: readonly [string, string][], text: string) {
  const id = (content: string) => contents.indexOf(content);
  return naiveBpe(
    [...text].map(id),
    merges.map(([a, b]) => [id(a), id(b), id(a + b)] as const),
  );
}

describe("byte-pair encoding from left to right", () => {
  it("gives what merging by rank gives, for merges in the order of training and in any other", () => {
    fc.assert(
      fc.property(randomModel, fc.array(text, { minLength: 1, maxLength: 8 }), (model, texts) => {
        const encoder = warm(buildEncoder(bpeOf(model.contents, model.merges), "spaces"));
        for (const each of texts) {
          expect(encode(encoder, each)).toEqual(reference(model.contents, model.merges, each));
        }
      }),
      runs,
    );
  });

  it("gives the same before its trie is built", () => {
    fc.assert(
      fc.property(randomModel, text, ({ contents, merges }, each) => {
        const encoder = buildEncoder(bpeOf(contents, merges), "spaces");
        expect(encode(encoder, each)).toEqual(reference(contents, merges, each));
      }),
      runs,
    );
  });

  it("takes a piece for a token only where merging makes it, first one by one and then by all splits", () => {
    fc.assert(
      fc.property(randomModel, ({ contents, merges }) => {
        const model = bpeOf(contents, merges);
        const merged = Int32Array.from(merges, ([a, b]) => contents.indexOf(a + b));
        const encoder = buildEncoder({ ...model, merged }, "spaces");
        for (let round = 0; round < 16; round++) {
          for (const content of contents) {
            const bytes = new TextEncoder().encode(content);
            const out = new Int32Array(bytes.length);
            const end = encoder.encodePiece(bytes, 0, bytes.length, out, 0);
            expect([...out.subarray(0, end)]).toEqual(reference(contents, merges, content));
          }
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  it("merges by ids where the file has ranks, in every way that makes a token", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 5 }),
          {
            maxLength: 16,
          },
        ),
        fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 30 }),
        (longer, each) => {
          const contents = ["a", "b", "c", ...longer];
          const model: BpeModel = { ...bpeOf(contents, []) };
          const { merges: _, ...ranked } = model;
          const encoder = warm(
            buildEncoder(
              { ...ranked, vocabulary: { ...model.vocabulary, encoding: "bytes" } },
              "bytes",
            ),
          );
          // tiktoken: of all neighbours whose contents together are a token, the lowest id first.
          const pairs: [number, number, number][] = [];
          for (const [merged, content] of contents.entries()) {
            for (let i = 1; i < content.length; i++) {
              const left = contents.indexOf(content.slice(0, i));
              const right = contents.indexOf(content.slice(i));
              if (left >= 0 && right >= 0) pairs.push([left, right, merged]);
            }
          }
          // Equal ranks: whichever is further left. One rank at a time shows it.
          let ids = [...each].map((c) => contents.indexOf(c));
          for (;;) {
            let best = Number.POSITIVE_INFINITY;
            let at = -1;
            for (let i = 0; i + 1 < ids.length; i++) {
              const found = pairs.find(([a, b]) => a === ids[i] && b === ids[i + 1])?.[2];
              if (found !== undefined && found < best) {
                best = found;
                at = i;
              }
            }
            if (at < 0) break;
            ids = ids.toSpliced(at, 2, best);
          }
          expect(encode(encoder, each)).toEqual(ids);
        },
      ),
      runs,
    );
  });

  it("takes a megabyte of one letter in time that grows with its length", () => {
    const contents = ["a", "aa", "aaaa", "aaaaaaaa"];
    const merges: [string, string][] = [
      ["a", "a"],
      ["aa", "aa"],
      ["aaaa", "aaaa"],
    ];
    const encoder = buildEncoder(bpeOf(contents, merges), "spaces");
    expect(encode(encoder, "a".repeat(1 << 20))).toEqual(new Array(1 << 17).fill(3));
    expect(encode(encoder, "a".repeat(1007))).toEqual([...new Array(125).fill(3), 2, 1, 0]);
  });
});

describe("characters without a token", () => {
  const contents = ["a", "b", "ab", "<unk>", "<0xC3>", "<0xA9>"];
  const merges: [string, string][] = [["a", "b"]];

  it("leave nothing where there is no unknown token", () => {
    const encoder = buildEncoder(bpeOf(contents, merges), "spaces");
    expect(encode(encoder, "abéab")).toEqual([2, 2]);
    expect(encode(warm(encoder), "abééb")).toEqual([2, 1]);
  });

  it("become the unknown token, one for each or one for all in a row", () => {
    const single = warm(buildEncoder(bpeOf(contents, merges, { unkToken: "<unk>" }), "spaces"));
    expect(encode(single, "aééb")).toEqual([0, 3, 3, 1]);
    const fused = bpeOf(contents, merges, { unkToken: "<unk>", fuseUnk: true });
    for (const encoder of [buildEncoder(fused, "spaces"), warm(buildEncoder(fused, "spaces"))]) {
      expect(encode(encoder, "ééaéüb")).toEqual([3, 0, 3, 1]);
    }
  });

  it("become the tokens of their bytes where there are all of them", () => {
    const model = bpeOf(contents, merges, { byteFallback: true, unkToken: "<unk>" });
    for (const encoder of [buildEncoder(model, "spaces"), warm(buildEncoder(model, "spaces"))]) {
      expect(encode(encoder, "abéab")).toEqual([2, 4, 5, 2]);
      expect(encode(encoder, "aüb")).toEqual([0, 3, 1]);
    }
  });

  it("don't come about where a byte without a token of its own is a character that has one", () => {
    const bytes = Array.from(
      { length: 256 },
      (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`,
    );
    const exact = (contents: string[]) =>
      buildEncoder(bpeOf(contents, [], { byteFallback: true }), "spaces").isExact;
    expect(exact(["▁", ...bytes])).toBe(true);
    expect(exact(["▁", "\t", ...bytes.filter((token) => token !== "<0x09>")])).toBe(true);
    expect(exact(["▁", ...bytes.filter((token) => token !== "<0x09>")])).toBe(false);
    expect(exact(["▁", "é", ...bytes.filter((token) => token !== "<0xC3>")])).toBe(false);
    expect(exact(bytes)).toBe(false);
  });

  it("keep merges from crossing them", () => {
    const encoder = warm(buildEncoder(bpeOf(contents, merges, { unkToken: "<unk>" }), "spaces"));
    expect(encode(encoder, "aéb")).toEqual([0, 3, 1]);
  });
});
