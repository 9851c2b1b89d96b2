// The vocabularies that are in use, against Hugging Face's own tokenizer.

import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { hasVocabulary, type VocabularyName, vocabularyFile } from "../support/oracle.js";
import {
  countsAndTruncates,
  cuts,
  decodesAsReference,
  sameAsReference,
  seed,
  streamsAsWhole,
  subjectOf,
} from "./support.js";

const NAMES: readonly VocabularyName[] = [
  "deepseek_v3",
  "gemma2",
  "gpt2",
  "gpt4",
  "gpt4o",
  "llama2",
  "llama3_1",
  "qwen2_5",
  "qwen3",
];
const data = process.env["RYANSTREAM_TOKENIZER_DATA"];
const files = NAMES.filter((name) => hasVocabulary(name)).map((name) => [
  name,
  vocabularyFile(name),
]);
const t5 = `${data}/tokenizers/unigram/t5-small.tokenizer.json`;
if (data !== undefined && existsSync(t5)) files.push(["t5", t5]);

const numRuns = Number(process.env["RUNS"] ?? 30);

describe.each(files)("%s", (_, file) => {
  const subject = subjectOf(file as string);
  const { text, tokenizer } = subject;
  const timeout = 600_000;

  it("gives the ids, spans, types and words of the reference", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(text, (each) => sameAsReference(subject, each)),
      { seed, numRuns },
    );
  });

  it("decodes texts and any ids as the reference, at once and as they arrive", {
    timeout,
  }, async () => {
    const ids = fc.oneof(
      text.map((each) => [...tokenizer.encodeIds(each)]),
      fc.array(
        fc
          .oneof(fc.nat({ max: tokenizer.size - 1 }), fc.nat({ max: 300 }))
          .filter((id) => tokenizer.idToToken(id) !== undefined),
        { maxLength: 30 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(ids, (each) => decodesAsReference(subject, each)),
      { seed, numRuns },
    );
  });

  it("encodes text in parts as it does the whole", { timeout }, () => {
    fc.assert(
      fc.property(text, cuts, (each, places) => streamsAsWhole(subject, each, places)),
      { seed, numRuns },
    );
  });

  it("counts what it encodes, and truncates to a count", { timeout }, () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 60 }), (each, limit) =>
        countsAndTruncates(subject, each, limit),
      ),
      { seed, numRuns },
    );
  });
});
