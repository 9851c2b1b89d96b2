import { describe, expect, test } from "vitest";
import { GenericPipeline } from "../../src/components/generic-pipeline.js";
import { buildNormalizer } from "../../src/components/normalizers.js";
import { buildPreTokenizer } from "../../src/components/pre-tokenizers.js";
import { golden, toUnits } from "./golden.js";
import { plainBpe } from "./models.js";

const { texts, added, vocab, merges, cases } = golden("pipelines");
const model = plainBpe(vocab, merges, "[UNK]");

interface GoldenToken {
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

function pipelineOf(golden: (typeof cases)[number]): GenericPipeline {
  return new GenericPipeline({
    model,
    normalizer: golden.normalizer ? buildNormalizer(golden.normalizer) : undefined,
    preTokenizer: golden.preTokenizer ? buildPreTokenizer(golden.preTokenizer) : undefined,
    addedTokens: added.map((token: GoldenToken) => ({
      id: golden.ids[token.content],
      content: token.content,
      singleWord: token.single_word,
      lstrip: token.lstrip,
      rstrip: token.rstrip,
      normalized: token.normalized,
      special: token.special,
    })),
  });
}

describe("ids, offsets and word ids are those of Hugging Face", () => {
  for (const each of cases) {
    const name = JSON.stringify([each.normalizer, each.preTokenizer]).slice(0, 150);
    test(name, () => {
      const pipeline = pipelineOf(each);
      texts.forEach((text: string, i: number) => {
        const [ids, offsets, words] = each.results[i];
        const { starts, ends, ...tokens } = pipeline.encode(text, { offsets: true });
        expect([text, tokens.ids]).toEqual([text, ids]);
        const ranges = starts.flatMap((start, at) => [start, ends[at]]);
        expect([text, ranges]).toEqual([text, toUnits(text, offsets)]);
        expect([text, tokens.words]).toEqual([text, words]);
        expect(pipeline.encode(text)).toEqual({ ...tokens, starts: [], ends: [] });
      });
    });
    test(`special tokens as text: ${name}`, () => {
      const pipeline = pipelineOf(each);
      texts.slice(16).forEach((text: string, i: number) => {
        const { ids } = pipeline.encode(text, { specialAsText: true });
        expect([text, ids]).toEqual([text, each.specialAsText[i]]);
      });
    });
  }
});

test("the text of an added token is told where it has white space with it", () => {
  const { texts } = pipelineOf(cases[0]).encode("a <mask><s>");
  expect([...texts]).toEqual([[1, " <mask>"]]);
});

test("lone surrogates count as U+FFFD and keep their place", () => {
  const pipeline = pipelineOf(cases[0]);
  const lone = pipeline.encode("a\ud800b\udc00", { offsets: true });
  expect(lone).toEqual(pipeline.encode("a\ufffdb\ufffd", { offsets: true }));
});

test("a text without added tokens, normalizer or pre-tokenizer is one piece", () => {
  const pipeline = new GenericPipeline({ model });
  expect(pipeline.splits("some text").map(({ piece }) => piece.text)).toEqual(["some text"]);
  expect(pipeline.encode("").ids).toEqual([]);
});
