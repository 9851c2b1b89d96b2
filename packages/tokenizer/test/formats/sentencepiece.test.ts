import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenizerError } from "../../src/errors.js";
import { readSentencePiece } from "../../src/formats/sentencepiece.js";
import { code, contents, plainEncode, thrown, utf8 } from "./helpers.js";

const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url));
const model = (name: string) => new Uint8Array(golden(`sentencepiece-${name}.model`));

/** A field with a length. */
const field = (number: number, content: Uint8Array | number[]): number[] => [
  number * 8 + 2,
  (content.length & 127) | 128,
  content.length >> 7,
  ...content,
];
const float = (value: number): number[] => [...new Uint8Array(new Float32Array([value]).buffer)];
const piece = (text: string, score = 0, type = 1): number[] =>
  field(1, [...field(1, utf8(text)), 0x15, ...float(score), 0x18, type]);
const bpe = field(2, [0x18, 2]);
const read = (...parts: number[][]) => readSentencePiece(Uint8Array.from(parts.flat()));

describe.each(["bpe", "bpe-spaces", "unigram", "user", "bare"])("the golden model %s", (name) => {
  it("means what sentencepiece makes of it", () => {
    const definition = readSentencePiece(model(name));
    const cases: [string, number[]][] = JSON.parse(golden("sentencepiece.json").toString()).models[
      name
    ];
    expect(cases.length).toBeGreaterThan(200);
    for (const [text, ids] of cases) expect(plainEncode(definition, text), text).toEqual(ids);
  });
});

describe("a SentencePiece model", () => {
  it("has merges for all pairs of pieces, the best score first", () => {
    const { model } = read(
      piece("a"),
      piece("b"),
      piece("ab", -2),
      piece("aa", -1),
      piece("aab", -3),
      bpe,
    );
    if (model.type !== "BPE") throw new Error("expected BPE");
    expect([...(model.merges ?? [])]).toEqual([0, 0, 0, 1, 3, 1, 0, 2]);
  });

  it("never merges into control or byte pieces", () => {
    const { model, addedTokens } = read(
      piece("<"),
      piece("s"),
      piece("<s", 0, 3),
      piece("s<", 0, 6),
      bpe,
    );
    expect(model.type === "BPE" && model.merges?.length).toBe(0);
    expect(addedTokens.map(({ content, special }) => [content, special])).toEqual([["<s", true]]);
  });

  it("keeps control pieces out of a Unigram model's text", () => {
    const { model, addedTokens } = read(
      piece("<unk>", 0, 2),
      piece("<s>", 0, 3),
      piece("a", -1),
      piece("bc", 0, 4),
    );
    expect(contents(model.vocabulary)).toEqual(["", "", "a", "bc"]);
    expect(addedTokens.map(({ id }) => id)).toEqual([0, 1]);
    // A user-defined piece scores better than its characters do.
    expect(model.type === "Unigram" && model.scores[3]).toBe(0);
  });

  it("skips fields that it doesn't know", () => {
    const unknown = [0x78, 5, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, ...field(14, [1, 2])];
    expect(read(unknown, piece("a"), unknown).model.vocabulary.size).toBe(1);
  });

  it.each([
    ["unused pieces", [piece("a", 0, 5)]],
    ["a word model", [piece("a"), field(2, [0x18, 3])]],
    ["suffix white space", [piece("a"), field(2, [0xc0, 1, 1])]],
    ["a denormalizer", [piece("a"), field(5, field(2, [1]))]],
  ])("is refused with %s", (_, parts) => {
    expect(code(() => read(...parts))).toBe("ERR_UNSUPPORTED");
  });

  it.each([
    ["nothing", []],
    ["an empty piece", [piece("")]],
    ["a piece twice", [piece("a"), piece("a")]],
    ["a score that is no number", [piece("a", Number.NaN)]],
    ["an infinite score", [piece("a", Number.POSITIVE_INFINITY)]],
    ["an unknown type", [piece("a", 0, 7)]],
    ["text that is not UTF-8", [field(1, field(1, [0xff]))]],
    ["a piece that is a number", [[0x08, 1]]],
    ["a group", [[0x0b]]],
    ["field 0", [[0x02, 0]]],
    ["a number of eleven bytes", [[0x78, ...Array(11).fill(0x80)]]],
    ["a length beyond the end", [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]]],
    ["a huge length", [[0x0a, ...Array(9).fill(0xff), 1]]],
  ])("is refused with %s", (_, parts) => {
    expect(code(() => read(...parts))).toBe("ERR_FORMAT");
  });

  it("is refused rather than searched for hours", () => {
    const long = Array.from({ length: 1000 }, (_, i) => piece("a".repeat(i + 1), -i));
    expect(code(() => read(...long, bpe))).toBe("ERR_LIMIT");
  });

  it("says at which byte it is damaged", () => {
    expect(thrown(() => read(piece("a"), [0x0a, 9]))?.message).toBe(
      "expected 9 more bytes at byte 16 of a protobuf message",
    );
  });

  it("is refused or shorter when cut", () => {
    const bytes = model("bpe");
    for (let length = 0; length < bytes.length; length += 37) {
      try {
        expect(readSentencePiece(bytes.subarray(0, length)).model.vocabulary.size).toBeLessThan(
          601,
        );
      } catch (error) {
        expect(error).toBeInstanceOf(TokenizerError);
      }
    }
  });

  it("gives a definition or a TokenizerError for any mutation", () => {
    const original = Uint8Array.from(
      [piece("a"), piece("ab", -1), piece("<s>", 0, 3), bpe, field(3, [0x18, 1, 0x20, 0])].flat(),
    );
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = original.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          readSentencePiece(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenizerError);
        }
      }),
      { seed: 13, numRuns: 2000 },
    );
  });
});
