// T5's vocabulary on real texts, and what its whole pieces and its cached words give.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Unigram } from "../../src/models/unigram.js";
import {
  definitionOf,
  type ModelJson,
  prose,
  referenceOf,
  sharedData,
  tokensOf,
  wordIds,
} from "./support.js";

const path = sharedData("tokenizers/unigram/t5-small.tokenizer.json");

describe.skipIf(path === undefined)("T5", () => {
  const load = () => {
    const { model } = JSON.parse(readFileSync(path as string, "utf8")) as { model: ModelJson };
    const json = { ...model, type: "Unigram" } as const;
    return {
      json,
      model: new Unigram(definitionOf(json) as ConstructorParameters<typeof Unigram>[0]),
    };
  };
  const lines = prose()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `▁${line.trim().replace(/\s+/g, "▁")}`);

  it("gives the tokens of Hugging Face's library for prose", async () => {
    const { json, model } = load();
    const reference = referenceOf(json);
    for (const line of lines.slice(0, 150))
      expect(tokensOf(model, line)).toEqual(await reference(line));
    const whole = lines.join("").slice(0, 50_000);
    expect(tokensOf(model, whole)).toEqual(await reference(whole));
  });

  it("gives the same ids for words from its cache", () => {
    const { model } = load();
    for (const line of [...lines.slice(0, 200), ...lines.slice(0, 200)]) {
      for (const word of line.match(/▁[^▁]*/g) ?? []) {
        const ids = tokensOf(model, word).map(([id]) => id);
        expect(wordIds(model, word, 0, word.length)).toEqual(ids);
        expect(wordIds(model, ` ${word.slice(1)}`, 0, word.length, true)).toEqual(ids);
      }
    }
  });
});
