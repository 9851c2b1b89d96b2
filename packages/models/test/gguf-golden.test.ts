// GGUF files that the gguf package wrote as llama.cpp's converter does, against the logits of
// transformers for the same models.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadModel } from "../src/index.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

interface Case {
  readonly name: string;
  readonly tokens: readonly number[];
  readonly logits: string;
}

const folder = new URL("./golden/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("gguf-models.json", folder), "utf8")) as {
  readonly transformers: string;
  readonly cases: readonly Case[];
};

it.each(golden.cases)(
  `the file $name gives the logits of transformers ${golden.transformers}`,
  async (each) => {
    using model = await loadModel(fileURLToPath(new URL(`${each.name}.gguf`, folder)));
    using runner = runnerOf(model);
    const expected = new Float32Array(Uint8Array.from(Buffer.from(each.logits, "base64")).buffer);
    const wanted = expected.length / model.vocabularySize;
    const found = await run(runner, each.tokens, { wanted });
    expect(wanted).toBe(4);
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  },
);
