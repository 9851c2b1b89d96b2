// The quick way of Unigram and WordPiece definitions, held against the generic pipeline,
// Hugging Face's own library, and the ids that SentencePiece gives.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wellFormed } from "../../src/components/generic-pipeline.js";
import type { AddedToken, Component, TokenizerDefinition } from "../../src/definition.js";
import { extras } from "../../src/extras.js";
import { readCompiled } from "../../src/formats/compiled.js";
import { writeCompiled } from "../../src/formats/compiled-writer.js";
import { readSentencePiece } from "../../src/formats/sentencepiece.js";
import { PiecePipeline } from "../../src/pipeline/piece-pipeline.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import type { SpecialTokens } from "../../src/pipeline/special-tokens.js";
import { Oracle } from "../support/oracle.js";
import { anyText, hostileText } from "../support/texts.js";
import { vocabularyOf } from "../support/vocabularies.js";

const SEED = 20261127;
const charsmapOf = ({ normalizer }: TokenizerDefinition) =>
  (normalizer as unknown as { normalizers: Component[] }).normalizers[0] as Component;
const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url));
const unigramFile = () => readSentencePiece(new Uint8Array(golden("sentencepiece-unigram.model")));

/** The character map of the golden model: SentencePiece's nmt_nfkc. */
const charsmap = charsmapOf(unigramFile());
const metaspace = (more: object = {}): Component => ({
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme: "always",
  ...more,
});
const words = (more: object = {}): Component => ({
  type: "Sequence",
  pretokenizers: [{ type: "WhitespaceSplit" }, metaspace(more)],
});
const normalizers = (...list: Component[]): Component => ({
  type: "Sequence",
  normalizers: list,
});
const collapsed = { type: "Replace", pattern: { Regex: " {2,}" }, content: " " };
const stripped = { type: "Strip", strip_left: true, strip_right: true };
const bert = (lowercase: boolean): Component => ({
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase,
});

const SPECIAL = ["<unk>", "</s>", "<extra_id_0>", "<norm>"];
const added: AddedToken[] = SPECIAL.map((content, id) => ({
  id,
  content,
  singleWord: false,
  lstrip: content === "<extra_id_0>",
  rstrip: content === "<extra_id_0>",
  normalized: content === "<norm>",
  special: content !== "<norm>",
}));

const CONTENTS = [
  ...SPECIAL,
  ..."▁ a b c d e h i l n o r s t x 0 1 2 . , é 中 文 😀 ー ▁▁ ▁the ▁a in ing he th ▁t er on".split(
    " ",
  ),
  ..."tion ▁th 中文 ▁中 e▁t a▁ le ell o▁w ▁Hello Hello ll lo ab ba aa aaa bb ▁1 12 123 \ufffd".split(
    " ",
  ),
];
const SCORES = CONTENTS.map((content, id) =>
  id < 4 ? 0 : -2.1 - ((id * 37) % 11) * 0.31 - content.length / 7,
);

interface Options {
  readonly normalizer?: Component;
  readonly preTokenizer?: Component;
  readonly byteFallback?: boolean;
  readonly added?: readonly AddedToken[];
  readonly singlePrecision?: boolean;
}

function unigram({
  added: tokens = added,
  byteFallback = false,
  singlePrecision = false,
  ...parts
}: Options) {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
  const contents = byteFallback ? [...CONTENTS, ...bytes] : CONTENTS;
  return {
    model: {
      type: "Unigram",
      vocabulary: vocabularyOf(contents),
      scores: Float64Array.from(contents, (_, id) => SCORES[id] ?? -20),
      unkId: 0,
      byteFallback,
      singlePrecision,
    },
    addedTokens: tokens,
    ...parts,
  } satisfies TokenizerDefinition;
}

function jsonOf({ model, addedTokens, normalizer, preTokenizer }: TokenizerDefinition): object {
  const contents = (id: number) =>
    Buffer.from(
      model.vocabulary.bytes.subarray(model.vocabulary.starts[id], model.vocabulary.ends[id]),
    ).toString();
  const ids = Array.from({ length: model.vocabulary.size }, (_, id) => id);
  return {
    version: "1.0",
    added_tokens: addedTokens.map(({ singleWord, ...rest }) => ({
      ...rest,
      single_word: singleWord,
    })),
    normalizer: normalizer ?? null,
    pre_tokenizer: preTokenizer ?? null,
    model:
      model.type === "Unigram"
        ? {
            type: "Unigram",
            unk_id: model.unkId,
            byte_fallback: model.byteFallback,
            vocab: ids.map((id) => [contents(id), model.scores[id]]),
          }
        : {
            type: "WordPiece",
            unk_token: "[UNK]",
            continuing_subword_prefix: "##",
            max_input_chars_per_word: 100,
            vocab: Object.fromEntries(ids.map((id) => [contents(id), id])),
          },
  };
}

function idsOf(
  pipeline: Pipeline,
  text: string,
  special?: SpecialTokens,
  limit?: number,
): number[] {
  pipeline.sink.count = 0;
  pipeline.encode(text, special, limit);
  return [...pipeline.sink.take()];
}

const texts = fc.oneof(
  anyText(40),
  hostileText({ special: SPECIAL }),
  fc
    .array(fc.constantFrom(...CONTENTS, " ", "  ", "\n", "\u3000", "▁", "▁ ", "e\u0301", "ﬁ"), {
      maxLength: 20,
    })
    .map((parts) => parts.join("")),
);

const DEFINITIONS: Record<string, Options> = {
  "nothing but the model": {},
  "bytes as the last resort": { byteFallback: true },
  "single precision": { singlePrecision: true },
  "T5's": { normalizer: charsmap, preTokenizer: words() },
  "T5's, never a mark": { normalizer: charsmap, preTokenizer: words({ prepend_scheme: "never" }) },
  "T5's, of older files": {
    preTokenizer: words({ prepend_scheme: undefined, add_prefix_space: true, str_rep: "▁" }),
  },
  "spaces collapsed": {
    normalizer: normalizers(charsmap, stripped, collapsed),
    preTokenizer: metaspace({ split: true }),
  },
  "Metaspace that doesn't cut": {
    normalizer: { type: "NFKC" },
    preTokenizer: metaspace({ split: false }),
    byteFallback: true,
  },
  "a mark at the beginning": { preTokenizer: metaspace({ prepend_scheme: "first" }) },
  "a mark at the beginning, not cut": {
    preTokenizer: metaspace({ prepend_scheme: "first", split: false }),
  },
  "never a mark": {
    normalizer: normalizers({ type: "NFC" }, { type: "Lowercase" }),
    preTokenizer: metaspace({ prepend_scheme: "never" }),
    byteFallback: true,
  },
};

describe.each(Object.entries(DEFINITIONS))("Unigram with %s", (_, options) => {
  const definition = unigram(options);

  it("gives the ids of the generic pipeline", () => {
    expect(PiecePipeline.of(definition, undefined)).toBeDefined();
    const pipeline = new Pipeline(definition, extras);
    fc.assert(
      fc.property(texts, fc.constantFrom<SpecialTokens>("parse", "text"), (text, special) => {
        const { ids } = pipeline.generic.encode(text, { specialAsText: special === "text" });
        expect(idsOf(pipeline, text, special)).toEqual(ids);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  it.skipIf(options.singlePrecision)("gives the ids of Hugging Face's library", async () => {
    const pipeline = new Pipeline(definition, extras);
    const oracle = Oracle.fromJson(jsonOf(definition));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(idsOf(pipeline, text)).toEqual(await oracle.ids(wellFormed(text)));
      }),
      { seed: SEED, numRuns: 80 },
    );
  });
});

describe("Unigram", () => {
  it("gives the ids of SentencePiece", () => {
    const { models } = JSON.parse(golden("sentencepiece.json").toString()) as {
      models: Record<string, [string, number[]][]>;
    };
    const definition = unigramFile();
    const compiled = readCompiled(writeCompiled(definition, undefined));
    for (const pipeline of [new Pipeline(definition, extras), new Pipeline(compiled, extras)]) {
      expect(pipeline.definition.model).toMatchObject({ singlePrecision: true });
      for (const [text, ids] of models["unigram"] ?? []) {
        expect(idsOf(pipeline, text, "text"), text).toEqual(ids);
      }
    }
  });

  it("leaves a mark at the beginning of rewritten text to the generic pipeline", () => {
    const preTokenizer = metaspace({ prepend_scheme: "first" });
    const definition = unigram({ normalizer: normalizers(stripped), preTokenizer });
    expect(PiecePipeline.of(definition, undefined)).toBeUndefined();
    const pipeline = new Pipeline(definition, extras);
    expect(idsOf(pipeline, " ab")).toEqual(pipeline.generic.encode(" ab").ids);
  });

  it("refuses special tokens when told to", () => {
    const pipeline = new Pipeline(unigram({ preTokenizer: words() }), extras);
    expect(() => idsOf(pipeline, "a </s> b", "refuse")).toThrow(/special token "<\/s>" at 2/);
    expect(idsOf(pipeline, "a <norm>", "refuse").at(-1)).toBe(3);
  });

  it.each(Object.keys(DEFINITIONS))("stops soon after the limit: %s", (name) => {
    const pipeline = new Pipeline(unigram(DEFINITIONS[name] as Options), extras);
    const text = "the ing 中文 </s> Hello, 12 ".repeat(4000);
    const all = idsOf(pipeline, text);
    for (const limit of [1, 2, 17, 500]) {
      const some = idsOf(pipeline, text, "parse", limit);
      expect(some.length).toBeGreaterThanOrEqual(limit);
      expect(some.length).toBeLessThan(limit + 40);
      expect(some).toEqual(all.slice(0, some.length));
      expect(idsOf(pipeline, text)).toEqual(all);
    }
  });

  const UNITS = ["a", " ", "\u0301", "😀", "▁", "\n", "e\u0301", "ab ", "x\u3000", "\ud83d"];
  it.each(UNITS)("takes linear time for a row of %j", (unit) => {
    for (const options of [
      { normalizer: normalizers(charsmap, stripped, collapsed), preTokenizer: metaspace() },
      { normalizer: charsmap, preTokenizer: words() },
    ]) {
      const pipeline = new Pipeline(unigram(options), extras);
      const start = process.cpuUsage();
      idsOf(pipeline, unit.repeat((1 << 19) / unit.length));
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1000).toBeLessThan(3000);
    }
  });
});

describe("WordPiece", () => {
  const contents = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "the",
    "a",
    "b",
    "##b",
    "##a",
    "in",
    "##ing",
    "!",
    ",",
    "中",
    "文",
  ];
  contents.push(
    "e",
    "##e",
    "é",
    "##é",
    "A",
    "T",
    "##1",
    "1",
    "$",
    "h",
    "##h",
    "'",
    "s",
    "hello",
    "☺",
    "😀",
  );
  const definition = (lowercase: boolean): TokenizerDefinition => ({
    model: {
      type: "WordPiece",
      vocabulary: vocabularyOf(contents),
      unkToken: "[UNK]",
      continuingSubwordPrefix: "##",
      maxInputCharsPerWord: 100,
    },
    addedTokens: ["[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({
      ...{ id, content, singleWord: false, lstrip: false, rstrip: false },
      ...{ normalized: false, special: true },
    })),
    normalizer: bert(lowercase),
    preTokenizer: { type: "BertPreTokenizer" },
  });
  const some = fc.oneof(
    hostileText({ special: ["[CLS]", "[SEP]"] }),
    fc
      .array(fc.constantFrom(...contents, " ", "\t", "E\u0301"), { maxLength: 20 })
      .map((parts) => parts.join("")),
  );

  it.each([true, false])("gives the ids of both references, lowercase: %j", async (lowercase) => {
    const pipeline = new Pipeline(definition(lowercase), extras);
    const oracle = Oracle.fromJson(jsonOf(pipeline.definition));
    await fc.assert(
      fc.asyncProperty(some, async (text) => {
        const ids = idsOf(pipeline, text);
        expect(ids).toEqual(pipeline.generic.encode(text).ids);
        expect(ids).toEqual(await oracle.ids(wellFormed(text)));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
