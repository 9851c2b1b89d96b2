// BPE without merges, as tiktoken has it: against its WebAssembly build on random ranks.

import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BpeModel } from "../../src/definition.js";
import { CharacterBpe } from "../../src/models/character-bpe.js";
import { text, tokensOf } from "./support.js";

interface Encoder {
  encode_ordinary(text: string): Uint32Array;
  free(): void;
}
const { Tiktoken } = createRequire(import.meta.url)("tiktoken") as {
  Tiktoken: new (ranks: string, special: object, pattern: string) => Encoder;
};

function modelOf(contents: readonly Uint8Array[]): BpeModel {
  const bytes = new Uint8Array(contents.flatMap((content) => [...content]));
  const ends = Uint32Array.from(
    contents.map(
      (
        (sum) =>
        ({ length }) =>
          (sum += length)
      )(0),
    ),
  );
  const starts = ends.map((end, id) => end - (contents[id] as Uint8Array).length);
  return {
    type: "BPE",
    vocabulary: { size: contents.length, bytes, starts, ends, encoding: "bytes" },
  };
}

/** The bytes in some order, and then what random pairs of contents make. */
const ranks = fc
  .tuple(fc.nat({ max: 255 }), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 300 }))
  .map(([turn, pairs]) => {
    const common = [...new TextEncoder().encode("abc▁é中😀\ufffdx")];
    const all = [
      ...new Set([...common, ...Array.from({ length: 256 }, (_, i) => (i + turn) & 255)]),
    ];
    const contents = all.map((byte) => Uint8Array.of(byte));
    const seen = new Set(contents.map(String));
    for (const [i, k] of pairs) {
      const pick = (n: number) => contents[n % 3 ? n % 20 : n % contents.length] as Uint8Array;
      const joined = Uint8Array.of(...pick(i), ...pick(k));
      if (joined.length > 40 || seen.has(String(joined))) continue;
      seen.add(String(joined));
      contents.push(joined);
    }
    return contents;
  });

describe("a rank file", () => {
  it("gives tiktoken's tokens", () => {
    fc.assert(
      fc.property(
        ranks,
        fc.array(text(["a", "b", "c", "é", "😀"]), { minLength: 20, maxLength: 30 }),
        (contents, texts) => {
          const lines = contents.map((c, id) => `${Buffer.from(c).toString("base64")} ${id}`);
          const reference = new Tiktoken(lines.join("\n"), {}, "[\\s\\S]+");
          const ours = new CharacterBpe(modelOf(contents));
          try {
            for (const piece of texts) {
              const ids = tokensOf(ours, piece).map(([id]) => id);
              expect(ids, JSON.stringify(piece)).toEqual([...reference.encode_ordinary(piece)]);
            }
          } finally {
            reference.free();
          }
        },
      ),
      { seed: 3, numRuns: 16 },
    );
  }, 20_000);

  it("gives a part of a character the range of the whole", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const model = new CharacterBpe(modelOf([...bytes, Uint8Array.of(0x61, 0xf0)]));
    expect(tokensOf(model, "a😀")).toEqual([
      [256, 0, 3],
      [0x9f, 1, 3],
      [0x98, 1, 3],
      [0x80, 1, 3],
    ]);
  });

  it("takes a piece that is a token whole, whatever its parts would merge to", () => {
    const model = new CharacterBpe(
      modelOf(["a", "b", "c", "bc", "abc"].map((content) => Buffer.from(content))),
    );
    expect(tokensOf(model, "abc")).toEqual([[4, 0, 3]]);
  });

  it("refuses a byte that it lacks, unless what the byte merges to is a token", () => {
    const model = new CharacterBpe(modelOf(["a", "xa"].map((content) => Buffer.from(content))));
    expect(tokensOf(model, "axa")).toEqual([
      [0, 0, 1],
      [1, 1, 3],
    ]);
    expect(() => tokensOf(model, "ax")).toThrow("no token for the byte 120");
  });

  it("takes a megabyte of one letter in time", () => {
    const powers = Array.from({ length: 8 }, (_, k) => Buffer.alloc(2 ** k, "a"));
    const start = process.cpuUsage();
    const tokens = tokensOf(new CharacterBpe(modelOf(powers)), "a".repeat(2 ** 20));
    expect(tokens).toHaveLength(2 ** 13);
    expect(process.cpuUsage(start).user).toBeLessThan(4e6); // microseconds; nothing quadratic
  });
});
