// Random texts over all planes, against Hugging Face's own implementation.

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { Tokenizer } from "tokenizers";
import { describe, expect, test } from "vitest";
import { AlignedText } from "../../src/components/aligned-text.js";
import { buildDecoder } from "../../src/components/decoders.js";
import { GenericPipeline } from "../../src/components/generic-pipeline.js";
import { buildNormalizer } from "../../src/components/normalizers.js";
import { buildPreTokenizer } from "../../src/components/pre-tokenizers.js";
import { golden, toUnits } from "./golden.js";

const SEED = 20261126;

/** Hugging Face's tokenizer of these parts. */
function reference(parts: object): Tokenizer {
  const absent = { truncation: null, padding: null, normalizer: null, pre_tokenizer: null };
  const model = { type: "WordLevel", vocab: { "[UNK]": 0 }, unk_token: "[UNK]" };
  const rest = { version: "1.0", added_tokens: [], post_processor: null, decoder: null, model };
  return Tokenizer.fromString(JSON.stringify({ ...absent, ...rest, ...parts }));
}

const codePoint = fc.oneof(
  fc.constantFrom(...[..." aAeAb-1.,'▁_<>\t\r\n"].map((each) => each.codePointAt(0) as number)),
  fc.integer({ min: 0x300, max: 0x345 }),
  fc.integer({ min: 0, max: 0x2fff }),
  fc.constantFrom(
    0xfeff,
    0x85,
    0xa0,
    0x200b,
    0x200d,
    0x2028,
    0x3000,
    0xfffd,
    0xac00,
    0x1112,
    0x1161,
  ),
  fc.integer({ min: 0, max: 0x10f7ff }).map((each) => (each < 0xd800 ? each : each + 0x800)),
);
const text = fc.array(codePoint, { maxLength: 24 }).map((all) => String.fromCodePoint(...all));

const RUNS = { seed: SEED, numRuns: 120 };

/** Without lone surrogates, which Hugging Face can't be given. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, "\ufffd");

describe("normalizers", () => {
  for (const { component } of golden("normalizers").cases) {
    test(JSON.stringify(component).slice(0, 150), () => {
      const normalizer = buildNormalizer(component);
      const theirs = reference({ normalizer: component }).getNormalizer();
      fc.assert(
        fc.property(text, (text) => {
          const expected = theirs?.normalizeString(text);
          expect(normalizer.normalize(new AlignedText(text, -1)).text).toBe(expected);
          expect(normalizer.normalize(new AlignedText(text, 0)).text).toBe(expected);
        }),
        RUNS,
      );
    });
  }
});

describe("pre-tokenizers", () => {
  for (const name of ["pre-tokenizers", "pre-tokenizers-2"]) {
    for (const { component } of golden(name).cases) {
      test(JSON.stringify(component).slice(0, 150), () => {
        const preTokenizer = buildPreTokenizer(component);
        const theirs = reference({ pre_tokenizer: component }).getPreTokenizer();
        fc.assert(
          fc.property(text, (text) => {
            if (text === "") return;
            const pieces: AlignedText[] = [];
            preTokenizer.split(new AlignedText(text, 0), pieces);
            const found = pieces.map((piece) => [
              piece.text,
              [piece.start(0), piece.end(piece.text.length)],
            ]);
            const expected = theirs?.preTokenizeString(text);
            expect(found).toEqual(expected?.map(([piece, range]) => [piece, toUnits(text, range)]));
          }),
          RUNS,
        );
      });
    }
  }
});

describe("decoders", () => {
  const token = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((byte) => `<0x${byte.toString(16).padStart(2, "0")}>`),
    fc.constantFrom("Ġa", "ï»¿", "▁", "##b", "a</w>", "<pad>", "|", " n't", "ä½", "ł"),
    text.map((text) => wellFormed(text.slice(0, 6))),
  );
  for (const { component } of golden("decoders").cases) {
    // Hugging Face panics where there is less than Strip takes.
    if (component.type === "Strip") continue;
    test(JSON.stringify(component).slice(0, 150), () => {
      const decoder = buildDecoder(component);
      const theirs = reference({ decoder: component }).getDecoder();
      fc.assert(
        fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
          expect(decoder.decode(tokens)).toBe(theirs?.decode(tokens));
        }),
        RUNS,
      );
    });
  }
});

describe("added tokens", () => {
  const { added, cases } = golden("pipelines");
  const part = fc.oneof(
    fc.constantFrom(...added.map((token: { content: string }) => token.content)),
    fc.constantFrom(
      " ",
      "\u00a0",
      "<",
      "<a",
      "word",
      "x",
      "É",
      "e\u0301",
      "norm",
      "\u0301",
      "NORM",
    ),
    text.map((text) => wellFormed(text.slice(0, 3))),
  );
  const mixed = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  for (const { normalizer, preTokenizer } of cases) {
    test(JSON.stringify([normalizer, preTokenizer]).slice(0, 150), async () => {
      const parts = { normalizer, pre_tokenizer: preTokenizer, added_tokens: added };
      const theirs = reference(parts);
      const pipeline = new GenericPipeline({
        // The reference has a model that gives one token for every piece.
        model: { tokenize: (piece, push) => push(0, 0, piece.length) },
        normalizer: normalizer ? buildNormalizer(normalizer) : undefined,
        preTokenizer: preTokenizer ? buildPreTokenizer(preTokenizer) : undefined,
        addedTokens: added.map(
          (token: { content: string; single_word: boolean; special: boolean }) => ({
            ...token,
            id: theirs.tokenToId(token.content),
            singleWord: token.single_word,
          }),
        ),
      });
      await fc.assert(
        fc.asyncProperty(mixed, async (text) => {
          const expected = await theirs.encode(text);
          const { ids, starts, ends, words } = pipeline.encode(text, { offsets: true });
          expect(ids).toEqual(expected.getIds());
          expect(words).toEqual(expected.getWordIds());
          const ranges = starts.map((start, i) => [start, ends[i]]);
          expect(ranges).toEqual(expected.getOffsets().map((range) => toUnits(text, range)));
        }),
        RUNS,
      );
    });
  }
});

describe("real tokenizers", () => {
  for (const name of ["qwen2_5", "llama3_1", "deepseek_v3", "llama2", "gpt2"]) {
    const file = new URL(
      `../../node_modules/@lenml/tokenizer-${name}/models/tokenizer.json`,
      import.meta.url,
    );
    test.skipIf(!existsSync(file))(`${name}, with its added tokens`, async () => {
      const json = JSON.parse(readFileSync(file, "utf8"));
      const { normalizer, pre_tokenizer, added_tokens } = json;
      const theirs = reference({ normalizer, pre_tokenizer, added_tokens });
      const pipeline = new GenericPipeline({
        model: { tokenize: (piece, push) => push(0, 0, piece.length) },
        normalizer: normalizer ? buildNormalizer(normalizer) : undefined,
        preTokenizer: pre_tokenizer ? buildPreTokenizer(pre_tokenizer) : undefined,
        addedTokens: added_tokens.map(
          (token: { content: string; single_word: boolean; special: boolean }) => ({
            ...token,
            id: theirs.tokenToId(token.content),
            singleWord: token.single_word,
          }),
        ),
      });
      const words = fc.constantFrom(...added_tokens.map((t: { content: string }) => t.content));
      const mixed = fc.array(fc.oneof(text.map(wellFormed), words), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(mixed, async (parts) => {
          const text = parts.join("");
          const expected = await theirs.encode(text);
          const { ids, starts, ends, words } = pipeline.encode(text, { offsets: true });
          expect(ids).toEqual(expected.getIds());
          expect(words).toEqual(expected.getWordIds());
          const ranges = starts.map((start, i) => [start, ends[i]]);
          expect(ranges).toEqual(expected.getOffsets().map((range) => toUnits(text, range)));
        }),
        RUNS,
      );
    });
  }
});
