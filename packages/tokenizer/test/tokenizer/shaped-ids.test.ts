// The quick way to truncated and padded ids, against the components one after the other.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EncodingParts, encodingParts } from "../../src/components/encoding-parts.js";
import { pad, readPadding } from "../../src/components/padding.js";
import { buildPostProcessor, joinSequences } from "../../src/components/post-processors.js";
import { trimOffsets } from "../../src/components/trim-offsets.js";
import { readTruncation, truncate } from "../../src/components/truncation.js";
import type { TokenizerDefinition } from "../../src/definition.js";
import type { Encoding } from "../../src/encoding.js";
import { extras } from "../../src/extras.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import type { EncodeOptions, PaddingOptions, TruncationOptions } from "../../src/options.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import { toPadding, toTruncation } from "../../src/shaping-options.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { hasVocabulary, vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";
import { smallText, tokenizerFile } from "./random-files.js";
import { seed } from "./support.js";

interface Subject {
  readonly tokenizer: Tokenizer;
  readonly pipeline: Pipeline;
}

function subjectOf(definition: TokenizerDefinition): Subject {
  return { tokenizer: new Tokenizer(definition), pipeline: new Pipeline(definition, extras) };
}

/** What the components give: everything of every text, then truncation, template, padding. */
function slowly(
  { tokenizer, pipeline }: Subject,
  texts: readonly string[],
  options: EncodeOptions,
) {
  const { addSpecialTokens = true, specialTokens } = options;
  const { definition } = tokenizer;
  const post = definition.postProcessor && buildPostProcessor(definition.postProcessor);
  const all = texts.map((text): EncodingParts => {
    const { ids, starts, ends, words, texts } = pipeline.detailed(text, specialTokens);
    const tokens = ids.map((id, i) => texts.get(i) ?? (tokenizer.idToToken(id) as string));
    const offsets = ids.flatMap((_, i) => [starts[i] as number, ends[i] as number]);
    let sequences = [encodingParts(ids, words, 0, { tokens, offsets })];
    const truncation =
      options.truncation === undefined
        ? definition.truncation && readTruncation(definition.truncation)
        : options.truncation && toTruncation(options.truncation);
    if (truncation) {
      const added = addSpecialTokens ? (post?.addedTokens(false) ?? 0) : 0;
      sequences = truncate(sequences, truncation, added);
    }
    return post ? post.process(sequences, addSpecialTokens, trimOffsets) : joinSequences(sequences);
  });
  if (options.padding === undefined) {
    return definition.padding ? pad(all, readPadding(definition.padding)) : all;
  }
  if (options.padding === false) return all;
  return pad(
    all,
    toPadding(options.padding, undefined, (token) => tokenizer.tokenToId(token)),
  );
}

const shown = (ours: Encoding): object => ({
  typeIds: [...ours.typeIds],
  attentionMask: [...ours.attentionMask],
  specialTokensMask: [...ours.specialTokensMask],
  wordIds: [...ours.wordIds],
  sequenceIds: [...ours.sequenceIds],
  offsets: Array.from(ours.starts, (start, i) => [start, ours.ends[i]]).flat(),
  ids: [...ours.ids],
  overflowing: ours.overflowing.map(shown),
});

const fields = ({ tokens: _, overflowing, ...parts }: EncodingParts): object => ({
  ...parts,
  overflowing: overflowing.map(fields),
});

function tried<T>(what: () => T): T | string {
  try {
    return what();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    return `${code} ${message}`;
  }
}

function sameBothWays(subject: Subject, texts: readonly string[], options: EncodeOptions) {
  const expected = tried(() => slowly(subject, texts, options));
  const ours = tried(() => subject.tokenizer.encodeBatch(texts, options));
  if (typeof expected === "string" || typeof ours === "string") {
    expect(ours).toBe(expected);
  } else {
    expect(ours.map(({ ids }) => [...ids])).toEqual(expected.map(({ ids }) => ids));
    expect(ours.map(shown)).toEqual(expected.map(fields));
  }
  for (const text of texts.slice(0, 1)) {
    const alone = tried(() => slowly(subject, [text], options)[0]?.ids);
    expect(tried(() => [...subject.tokenizer.encode(text, options).ids])).toEqual(alone);
    expect(tried(() => [...subject.tokenizer.encodeIds(text, options)])).toEqual(alone);
  }
}

const truncation = fc.record({
  maxLength: fc.integer({ min: 0, max: 20 }),
  stride: fc.integer({ min: 0, max: 3 }),
  strategy: fc.constantFrom("longest-first", "longest-first", "only-first", "only-second"),
  direction: fc.constantFrom("left", "right"),
}) as fc.Arbitrary<Required<TruncationOptions>>;
const padding = fc.record({
  length: fc.constantFrom("longest", 0, 4, 17),
  direction: fc.constantFrom("left", "right"),
  multipleOf: fc.constantFrom(1, 4, 5),
}) as fc.Arbitrary<Required<Omit<PaddingOptions, "token">>>;
const asked = fc.record({
  cut: fc.option(truncation),
  fill: fc.option(padding),
  addSpecialTokens: fc.boolean(),
  specialTokens: fc.constantFrom("parse", "text", "refuse"),
}) as fc.Arbitrary<{
  cut: Required<TruncationOptions> | null;
  fill: Required<Omit<PaddingOptions, "token">> | null;
  addSpecialTokens: boolean;
  specialTokens: "parse" | "text" | "refuse";
}>;

const runs = (count: number) => ({ seed, numRuns: Number(process.env["RUNS"] ?? count) });

describe.each(["llama2", "qwen2_5"] as const)("shaped ids of %s", (name) => {
  it.skipIf(!hasVocabulary(name))(
    "are those of the slow way, and so is all else",
    { timeout: 120_000 },
    () => {
      const subject = subjectOf(readTokenizerJson(readFileSync(vocabularyFile(name))));
      const token = subject.tokenizer.idToToken(0) as string;
      const text = hostileText({ fragments: 8, run: 20, special: ["<s>", "<|im_end|>"] });
      fc.assert(
        fc.property(fc.array(text, { maxLength: 3 }), asked, (texts, { cut, fill, ...more }) => {
          sameBothWays(subject, texts, {
            ...more,
            truncation: cut ?? false,
            padding: fill === null ? false : { ...fill, token },
          });
        }),
        runs(150),
      );
    },
  );
});

describe("shaped ids of random files", () => {
  it("are those of the slow way, by options and by the file", { timeout: 120_000 }, () => {
    const texts = fc.array(smallText, { maxLength: 3 });
    fc.assert(
      fc.property(tokenizerFile, texts, asked, (file, texts, { cut, fill, ...more }) => {
        const token = Object.keys(file.model.vocab)[0] as string;
        const definition = readTokenizerJson(Buffer.from(JSON.stringify(file)));
        const subject = subjectOf(definition);
        fc.pre(subject.tokenizer.tokenToId(token) !== undefined || fill === null);
        sameBothWays(subject, texts, {
          ...more,
          truncation: cut ?? false,
          padding: fill === null ? false : { ...fill, token },
        });
        const capital = (side: string) => (side === "left" ? "Left" : "Right");
        const own = {
          ...file,
          truncation: cut && {
            max_length: cut.maxLength,
            stride: cut.stride,
            strategy: cut.strategy.replace(/(?:^|-)(.)/g, (_, c: string) => c.toUpperCase()),
            direction: capital(cut.direction),
          },
          padding: fill && {
            strategy: fill.length === "longest" ? "BatchLongest" : { Fixed: fill.length },
            direction: capital(fill.direction),
            pad_to_multiple_of: fill.multipleOf,
            pad_id: 3,
            pad_type_id: 1,
            pad_token: token,
          },
        };
        sameBothWays(subjectOf(readTokenizerJson(Buffer.from(JSON.stringify(own)))), texts, more);
      }),
      runs(300),
    );
  });

  it("are refused at once, not when something else is read", () => {
    const file = {
      model: { type: "WordLevel", vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" },
      pre_tokenizer: { type: "WhitespaceSplit" },
    };
    const tokenizer = new Tokenizer(readTokenizerJson(Buffer.from(JSON.stringify(file))));
    for (const [options, message] of [
      [{ truncation: { maxLength: 2, stride: 2 } }, "stride 2 is not less than 2 tokens"],
      [{ truncation: { maxLength: -1 } }, "truncation.maxLength must be"],
      [{ truncation: { maxLength: 2, stride: -1 } }, "truncation.stride must be"],
      [{ truncation: { maxLength: 2, strategy: "only-second" } }, "found one text"],
      [{ padding: {} }, "this tokenizer names none"],
      [{ padding: { token: "b" } }, "the vocabulary lacks"],
      [{ padding: { token: "a", length: -1 } }, "padding.length must be"],
      [{ padding: { token: "a", length: 2 ** 25 } }, "padding to 33554432 tokens"],
    ] as const) {
      for (const what of ["encode", "encodeIds"] as const) {
        expect(() => tokenizer[what]("a a a a", options)).toThrow(message);
      }
      expect(() => tokenizer.encodeBatch(["a a a", "a a"], options)).toThrow(message);
    }
  });

  it("don't change when the options do", () => {
    const file = {
      model: { type: "WordLevel", vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" },
      pre_tokenizer: { type: "WhitespaceSplit" },
    };
    const tokenizer = new Tokenizer(readTokenizerJson(Buffer.from(JSON.stringify(file))));
    const cut = { maxLength: 2 };
    const encoding = tokenizer.encode("a b a", { truncation: cut });
    cut.maxLength = 1;
    expect([...encoding.ids]).toEqual([0, 1]);
    expect([...encoding.starts]).toEqual([0, 2]);
    expect(encoding.overflowing.map(({ ids }) => [...ids])).toEqual([[0]]);
  });
});
