// Hugging Face transformers' own processors and warpers, in their order.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SamplingOptions } from "../../src/index.js";
import { distribution, expectSame } from "./support.js";

type Theirs = {
  readonly [name: string]: unknown;
  readonly sequence_bias?: readonly (readonly [readonly [number], number])[];
  readonly suppress_tokens?: readonly number[];
};

const golden = JSON.parse(
  readFileSync(new URL("../golden/hf-sampling.json", import.meta.url), "utf8"),
) as {
  readonly versions: { readonly transformers: string };
  readonly stop: number;
  readonly promptLength: number;
  readonly rows: readonly { readonly logits: number[]; readonly history: number[] }[];
  readonly cases: readonly {
    readonly options: Theirs;
    readonly row: number;
    readonly probabilities: Readonly<Record<string, number>>;
  }[];
};

const names: Readonly<Record<string, keyof SamplingOptions>> = {
  temperature: "temperature",
  top_k: "topK",
  top_p: "topP",
  min_p: "minP",
  typical_p: "typicalP",
  epsilon_cutoff: "epsilonCutoff",
  eta_cutoff: "etaCutoff",
  repetition_penalty: "repetitionPenalty",
  no_repeat_ngram_size: "noRepeatNgram",
  bad_words_ids: "badWords",
  min_new_tokens: "minTokens",
};

function ours({ sequence_bias = [], suppress_tokens = [], ...rest }: Theirs): SamplingOptions {
  const pairs = Object.entries(rest).map(([name, value]) => [names[name] as string, value]);
  return {
    preset: "hf",
    temperature: 1,
    stopTokens: [golden.stop],
    logitBias: [
      ...sequence_bias.map(([[token], bias]): [number, number] => [token, bias]),
      ...suppress_tokens.map((token): [number, number] => [token, -Infinity]),
    ],
    ...Object.fromEntries(pairs),
  };
}

describe(`is that of transformers ${golden.versions.transformers}`, () => {
  const all = [...new Set(golden.cases.map(({ options }) => JSON.stringify(options)))];
  it.each(all)("%s", (name) => {
    const cases = golden.cases.filter(({ options }) => JSON.stringify(options) === name);
    for (const { options, row, probabilities } of cases) {
      const { logits = [], history = [] } = golden.rows[row] ?? {};
      const found = distribution(ours(options), Float32Array.from(logits), {
        prompt: history.slice(0, golden.promptLength),
        generated: history.slice(golden.promptLength),
      });
      const expected = Object.entries(probabilities).map(([id, p]) => [Number(id), p] as const);
      expectSame(found, new Map(expected), 3e-6);
    }
    expect(cases).toHaveLength(golden.rows.length);
  });
});
