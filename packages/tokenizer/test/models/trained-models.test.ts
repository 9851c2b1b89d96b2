// Small trained models, against golden tokens that Hugging Face's Python library gave.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ModelJson, modelOf, tokensOf } from "./support.js";

const golden = JSON.parse(
  readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"),
) as {
  pieces: string[];
  models: { name: string; model: ModelJson; tokens: number[][] }[];
};

describe("trained models give the golden tokens:", () => {
  for (const { name, model, tokens } of golden.models) {
    it(name, () => {
      const ours = modelOf(model);
      golden.pieces.forEach((piece, i) => {
        const points = (end: number) => [...piece.slice(0, end)].length;
        const found = tokensOf(ours, piece).flatMap(([id, start, end]) => [
          id,
          points(start),
          points(end),
        ]);
        expect(found, piece).toEqual(tokens[i]);
      });
    });
  }
});
