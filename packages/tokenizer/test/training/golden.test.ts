import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BpeModel } from "../../src/definition.js";
import type { TrainBpeOptions } from "../../src/training/options.js";
import { trainBpe } from "../../src/training/train-bpe.js";
import { contents } from "./helpers.js";

const golden = JSON.parse(
  readFileSync(new URL("../golden/training.json", import.meta.url), "utf8"),
) as {
  texts: string[];
  cases: { options: TrainBpeOptions; names: string[]; merges: number[] }[];
};

describe("against the trainer of Hugging Face's tokenizers", () => {
  it.each(golden.cases.map((one) => [JSON.stringify(one.options), one] as const))(
    "learns the same vocabulary with %s",
    async (_, { options, names, merges }) => {
      const definition = await trainBpe(golden.texts, options);
      const model = definition.model as BpeModel;
      const special = options.specialTokens ?? [];
      expect(contents(model.vocabulary)).toEqual([...special, ...names]);
      expect([...(model.merges ?? [])]).toEqual(merges);
      expect(definition.addedTokens.map(({ id, content }) => [id, content])).toEqual(
        special.map((content, id) => [id, content]),
      );
    },
  );
});
