// A policy whose steps are wrong with a known probability, of which a known share can be seen, and what it then gets right.

import {
  listTokenizer,
  logitsFor,
  type ScriptedEngine,
  scriptedEngine,
} from "./scripted-engine.js";

export interface Policy {
  readonly steps: number;
  /** Probability that a step is wrong. */
  readonly error: number;
  /** Of wrong steps, those that say something false that can be checked. */
  readonly recall: number;
}

/** As many ways to be wrong so that it can be seen, equally likely. */
const wrongWays = 20;
const texts = [
  "?",
  "",
  "2 + 3 = ",
  "5",
  "many",
  "\n",
  "\\boxed{right}",
  "\\boxed{wrong}",
  ...Array.from({ length: wrongWays }, (_, i) => `${7 + i}`),
];
const tokenOf = (text: string): number => texts.indexOf(text);
const [prompt, stop, step, right] = [tokenOf("?"), tokenOf(""), tokenOf("2 + 3 = "), tokenOf("5")];
const [vague, feed, good] = [tokenOf("many"), tokenOf("\n"), tokenOf("\\boxed{right}")];
const [bad, firstWrong] = [tokenOf("\\boxed{wrong}"), tokenOf("7")];

export const policyTokenizer = listTokenizer(texts);
export const policyPrompt = [prompt];
export const policyStop = stop;

export function policyEngine({ steps, error, recall }: Policy): ScriptedEngine {
  const draw = new Map([
    [right, 1 - error],
    [vague, error * (1 - recall)],
    ...Array.from(
      { length: wrongWays },
      (_, i) => [firstWrong + i, (error * recall) / wrongWays] as const,
    ),
  ]);
  const only = (token: number) => logitsFor(texts.length, new Map([[token, 1]]));
  return scriptedEngine((held) => {
    const last = held.at(-1);
    const lines = held.filter((token) => token === feed).length;
    if (last === step) return logitsFor(texts.length, draw);
    if (last === good || last === bad) return only(stop);
    if (last !== feed && last !== prompt) return only(feed);
    if (lines < steps) return only(step);
    const results = held.filter((token) => token === vague || token >= firstWrong).length;
    return only(results === 0 ? good : bad);
  });
}

/**
 * The share that is right when a false step is drawn anew up to `retries` times, with what failed left out, and stays as it
 * was at first when all fail. Independent steps.
 */
export function expectedAccuracy({ steps, error, recall }: Policy, retries: number): number {
  const each = (error * recall) / wrongWays;
  let [reached, succeeded] = [1, 0];
  for (let failed = 0; failed <= retries && failed <= wrongWays; failed++) {
    const left = 1 - failed * each;
    succeeded += (reached * (1 - error)) / left;
    reached *= ((wrongWays - failed) * each) / left;
  }
  return succeeded ** steps;
}
