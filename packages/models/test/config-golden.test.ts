// config.json as transformers reads it: what it fills in where a file says nothing or null,
// and which of two ways to say the same counts.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configOf, type HuggingFaceConfig } from "./support/checkpoint.js";
import { relativeError } from "./support/steps.js";

interface Case {
  readonly file: HuggingFaceConfig;
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly scale: number;
    readonly frequencies: string;
  };
}

const golden = JSON.parse(
  readFileSync(new URL("./golden/configs.json", import.meta.url), "utf8"),
) as { readonly transformers: string; readonly cases: readonly Case[] };

const named = golden.cases.map((each) => [JSON.stringify(each.file), each] as const);

it.each(named)(`%s is as transformers ${golden.transformers} has it`, (_name, each) => {
  const { architecture, activation: _, interleaved, rope, ...found } = configOf(each.file);
  const { scale, frequencies, ...expected } = each.expected;
  expect(found).toEqual(expected);
  expect(architecture).toBe(each.file["model_type"]);
  expect(interleaved).toBe(false);
  expect(rope.scale).toBeCloseTo(scale, 12);
  const wanted = new Float32Array(Uint8Array.from(Buffer.from(frequencies, "base64")).buffer);
  expect(rope.frequencies.length).toBe(wanted.length);
  wanted.forEach((f, i) => {
    expect(relativeError([rope.frequencies[i] as number], [f])).toBeLessThan(2e-6);
  });
});
