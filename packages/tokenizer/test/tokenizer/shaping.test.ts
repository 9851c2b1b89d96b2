// Truncation, padding, pairs and batches, against Hugging Face's own tokenizer.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Tokenizer as Reference } from "tokenizers";
import { describe, expect, it } from "vitest";
import type { Encoding } from "../../src/encoding.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import type { MathEncoding } from "../../src/math-encoding.js";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { findNumbers } from "../../src/numbers/math-number.js";
import type { PaddingOptions, TruncationOptions } from "../../src/options.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { hasVocabulary, unitStarts, vocabularyFile } from "../support/oracle.js";
import { seed } from "./support.js";

const special_tokens = Object.fromEntries(
  ["[CLS]", "[SEP]"].map((token, i) => [token, { id: token, ids: [i + 1], tokens: [token] }]),
);
const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id = 0) => ({ Sequence: { id, type_id } });
const contents = [
  "[PAD]",
  "[CLS]",
  "[SEP]",
  "[UNK]",
  "a",
  "b",
  "##a",
  "##b",
  "##c",
  "ab",
  "1",
  "##2",
  ".",
];
const file = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["[PAD]", "[CLS]", "[SEP]"].map((content, id) => ({
    id,
    content,
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
  })),
  normalizer: { type: "Lowercase" },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [special("[CLS]"), sequence("A"), special("[SEP]")],
    pair: [
      special("[CLS]"),
      sequence("A"),
      special("[SEP]"),
      sequence("B", 1),
      special("[SEP]", 1),
    ],
    special_tokens,
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(contents.map((content, id) => [content, id])),
  },
};
const definition = readTokenizerJson(Buffer.from(JSON.stringify(file)));

const text = fc
  .array(fc.constantFrom("a", "ab", "b", "ba", "abc", " ", " ", ".", "12", "😀", "[SEP]"), {
    maxLength: 14,
  })
  .map((parts) => parts.join(""));
const truncation = fc.record({
  maxLength: fc.integer({ min: 0, max: 12 }),
  stride: fc.integer({ min: 0, max: 4 }),
  strategy: fc.constantFrom("longest-first", "only-first", "only-second"),
  direction: fc.constantFrom("left", "right"),
}) as fc.Arbitrary<Required<TruncationOptions>>;
const padding = fc.record({
  length: fc.constantFrom("longest", 4, 9),
  direction: fc.constantFrom("left", "right"),
  multipleOf: fc.constantFrom(1, 4, 5),
  token: fc.constantFrom("[PAD]", "a"),
}) as fc.Arbitrary<Required<PaddingOptions>>;

const STRATEGIES = {
  "longest-first": "LongestFirst",
  "only-first": "OnlyFirst",
  "only-second": "OnlySecond",
} as const;
const capital = (side: string) => (side === "left" ? "Left" : "Right");

/** The fields that tokenizer.json has for the same. */
const truncationField = (t: Required<TruncationOptions>) => ({
  max_length: t.maxLength,
  stride: t.stride,
  strategy: STRATEGIES[t.strategy],
  direction: capital(t.direction),
});
const paddingField = (p: Required<PaddingOptions>) => ({
  strategy: p.length === "longest" ? "BatchLongest" : { Fixed: p.length },
  direction: capital(p.direction),
  pad_to_multiple_of: p.multipleOf,
  pad_id: contents.indexOf(p.token),
  pad_type_id: 0,
  pad_token: p.token,
});

type Pair = readonly [string, string | undefined];
type ReferenceEncoding = Awaited<ReturnType<Reference["encode"]>>;

function described(ours: Encoding) {
  return {
    ids: [...ours.ids],
    typeIds: [...ours.typeIds],
    attention: [...ours.attentionMask],
    special: [...ours.specialTokensMask],
    words: Array.from(ours.wordIds, (word) => (word < 0 ? null : word)),
    sequences: Array.from(ours.sequenceIds, (id) => (id < 0 ? null : id)),
    offsets: Array.from(ours.starts, (start, i) => [start, ours.ends[i]]),
  };
}

function expected(theirs: ReferenceEncoding, pair: Pair) {
  const units = pair.map((each) => unitStarts(each ?? ""));
  const sequences = theirs.getSequenceIds().map((id) => id ?? null);
  return {
    ids: theirs.getIds(),
    typeIds: theirs.getTypeIds(),
    attention: theirs.getAttentionMask(),
    special: theirs.getSpecialTokensMask(),
    words: theirs.getWordIds().map((word) => word ?? null),
    sequences,
    offsets: theirs.getOffsets().map((span, i) => span.map((at) => units[sequences[i] ?? 0]?.[at])),
  };
}

/** Whatever it gives, or that it refused. */
async function outcome<T>(what: () => T | Promise<T>): Promise<T | "refused" | "stride"> {
  try {
    return await what();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (message.startsWith("stride")) return "stride";
    if (code !== undefined && code.startsWith("ERR_") === false && code !== "GenericFailure")
      throw error;
    return "refused";
  }
}

describe("truncation and padding", () => {
  const tokenizer = new Tokenizer(definition);
  // The reference takes no batch of pairs from JavaScript.
  const batch: fc.Arbitrary<Pair[]> = fc.oneof(
    fc.tuple(fc.tuple(text, fc.option(text, { nil: undefined }))),
    fc.array(fc.tuple(text, fc.constant(undefined)), { minLength: 2, maxLength: 3 }),
  );

  it("are the reference's, by options and by the file, with what overflows", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        batch,
        fc.option(truncation),
        fc.option(padding),
        fc.boolean(),
        async (pairs, cut, fill, addSpecialTokens) => {
          // With no room beside special tokens, the reference wraps around or loses what overflows.
          fc.pre(cut === null || cut.maxLength > (addSpecialTokens ? 3 : 0));
          const own = {
            ...file,
            truncation: cut && truncationField(cut),
            padding: fill && paddingField(fill),
          };
          const texts = pairs.map(([a, b]) => (b === undefined ? a : ([a, b] as const)));
          const options = {
            addSpecialTokens,
            truncation: cut ?? false,
            padding: fill ?? false,
          } as const;
          const mine = await outcome(() => tokenizer.encodeBatch(texts, options));
          // Where the stride isn't less than a length, the reference takes the process down.
          if (mine === "stride") return;
          const reference = Reference.fromString(JSON.stringify(own));
          const [first, second] = pairs[0] as Pair;
          const theirs = await outcome(async () =>
            pairs.length === 1
              ? [await reference.encode(first, second ?? null, { addSpecialTokens })]
              : reference.encodeBatch(
                  pairs.map(([text]) => text),
                  { addSpecialTokens },
                ),
          );
          const byFile = new Tokenizer(readTokenizerJson(Buffer.from(JSON.stringify(own))));
          for (const ours of [
            mine,
            await outcome(() => byFile.encodeBatch(texts, { addSpecialTokens })),
          ]) {
            if (typeof theirs === "string" || typeof ours === "string") {
              expect(ours).toBe(theirs);
              continue;
            }
            for (const [i, encoding] of ours.entries()) {
              const theirEncoding = theirs[i] as ReferenceEncoding;
              const pair = pairs[i] as Pair;
              if (cut?.direction === "left") {
                // The reference then encodes from the right only what it must: words count from there.
                const { words: _, ...ours } = described(encoding);
                expect(expected(theirEncoding, pair)).toMatchObject(ours);
                continue;
              }
              expect(described(encoding)).toEqual(expected(theirEncoding, pair));
              if (pair[1] !== undefined) continue;
              // The reference stops soon after it has enough tokens, so it has the first parts only.
              const parts = theirEncoding.getOverflowing().map((each) => expected(each, pair));
              const sure = Math.max(0, parts.length - 1);
              expect(encoding.overflowing.slice(0, sure).map(described)).toEqual(
                parts.slice(0, sure),
              );
            }
          }
        },
      ),
      { seed, numRuns: Number(process.env["RUNS"] ?? 400) },
    );
  });
});

/** The number's tokens by looking at each. */
function covering(
  encoding: Encoding,
  { start, end, sequence }: { start: number; end: number; sequence: number },
): number[] {
  return [...encoding.ids.keys()].filter(
    (i) =>
      encoding.sequenceIds[i] === sequence &&
      (encoding.starts[i] as number) < end &&
      (encoding.ends[i] as number) > start,
  );
}

const toSpan = ({ start, end }: { start: number; end: number }) => ({ start, end });

describe("the tokens of a number", () => {
  const tokenizers = [new MathTokenizer(definition)];
  for (const name of ["qwen2_5", "llama2", "llama3_1", "gpt2"] as const) {
    if (hasVocabulary(name)) {
      tokenizers.push(new MathTokenizer(readTokenizerJson(readFileSync(vocabularyFile(name)))));
    }
  }
  const numbers = fc
    .array(
      fc.constantFrom(
        "12",
        "a",
        " ",
        "3.5",
        "$",
        "-7",
        "1,000",
        "½",
        "\\frac{1}{23}",
        " 100%",
        "é",
        "一千",
        "😀",
        "e\u0301",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(""));

  it("are all that have a part of it and no others, whatever stands around", {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(
        numbers,
        fc.option(numbers, { nil: undefined }),
        fc.nat(9),
        (text, pair, length) => {
          for (const tokenizer of tokenizers) {
            for (const options of [
              {},
              { addSpecialTokens: false },
              ...(pair === undefined
                ? []
                : [{ pair }, { pair, truncation: { maxLength: 6 + length } }]),
              { truncation: { maxLength: 4 + length } },
              { truncation: { maxLength: 4 + length, direction: "left" }, addSpecialTokens: false },
              {
                padding: { length: 30, direction: "left", token: tokenizer.idToToken(0) as string },
              },
            ] as const) {
              const { truncation } = options as { truncation?: object };
              const encoding = tokenizer.encode(text, options);
              for (const part of [encoding, ...encoding.overflowing] as MathEncoding[]) {
                const { numbers } = part;
                expect(numbers.map((number) => [number.sequence, number.text])).toEqual(
                  [text, pair].flatMap((each, sequence) =>
                    sequence === 1 && !("pair" in options)
                      ? []
                      : findNumbers(each ?? "")
                          .filter(({ start, end }) => {
                            const tokens = covering(part, { start, end, sequence });
                            return truncation === undefined || tokens.length > 0;
                          })
                          .map((number) => [sequence, number.text]),
                  ),
                );
                for (const number of numbers) {
                  const tokens = covering(part, number);
                  const { tokenStart, tokenEnd, sequence } = number;
                  expect(tokenEnd - tokenStart).toBe(tokens.length);
                  if (tokens.length > 0)
                    expect([tokenStart, tokenEnd - 1]).toEqual([tokens[0], tokens.at(-1)]);
                  const whole = tokenizer.encode((sequence === 1 ? pair : text) as string);
                  const all = covering(whole, { ...toSpan(number), sequence: 0 });
                  expect(number.complete).toBe(all.length === tokens.length);
                }
              }
            }
          }
        },
      ),
      { seed, numRuns: Number(process.env["RUNS"] ?? 100) },
    );
  });
});
