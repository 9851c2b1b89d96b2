// A sampler over an engine that says what a table tells it to, and what a run over it must leave behind.

import { expect } from "vitest";
import { ProofSampler, type ProofSamplerOptions } from "../../../src/index.js";
import type { ProofEvent } from "../../../src/proof/events.js";
import { listTokenizer, logitsFor, scriptedEngine } from "./scripted-engine.js";

export const texts = [
  "?",
  "",
  "\n",
  "a",
  "b",
  "c",
  "2 + 2 = ",
  "4",
  "5",
  "6",
  "\\boxed{4}",
  "4\n2",
  "<<2*3=",
  ">>",
  " is ",
  "\u00e9",
  "=",
];
export const id = (text: string) => texts.indexOf(text);
export const tokenizer = listTokenizer(texts);
export const stop = id("");

/** Says these texts, the likeliest first, after a text; anything else ends. */
export function scripted(says: Record<string, readonly string[]>, options = {}) {
  return scriptedEngine((held) => {
    const text = held
      .slice(1)
      .map((token) => texts[token])
      .join("");
    const next = says[text] ?? [""];
    return logitsFor(texts.length, new Map(next.map((each, i) => [id(each), 0.5 ** (i + 1)])));
  }, options);
}

export async function run(
  says: Record<string, readonly string[]>,
  options: ProofSamplerOptions = {},
  more: { readonly maxNewTokens?: number; readonly signal?: AbortSignal } = {},
) {
  const engine = scripted(says);
  const session = engine.session();
  const events: ProofEvent[] = [];
  const sampler = new ProofSampler(tokenizer, { stopTokens: [stop], seed: 1, ...options });
  const running = sampler.sample(session, [0], more);
  for await (const event of running) events.push(event);
  const result = await running;
  expect(session.length).toBe(0);
  expect(engine.open).toBe(1);
  return { events, result, engine };
}

export const wrongThenRight = {
  "": ["2 + 2 = "],
  "2 + 2 = ": ["5", "6", "4"],
  "2 + 2 = 5": ["\n"],
  "2 + 2 = 6": ["\n"],
  "2 + 2 = 4": ["\n"],
  "2 + 2 = 4\n": ["\\boxed{4}"],
  "2 + 2 = 5\n": ["a"],
};
