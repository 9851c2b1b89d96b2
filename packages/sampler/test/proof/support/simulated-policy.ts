// A policy whose steps are wrong with a known probability, of which a known share can be seen, and what it then gets right.

import { ProofSampler } from "../../../src/index.js";
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

const policyTokenizer = listTokenizer(texts);
const policyPrompt = [prompt];
const policyStop = stop;

function policyEngine({ steps, error, recall }: Policy): ScriptedEngine {
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
 * The share that is right when a step that is seen to be false is drawn anew up to `retries` times, with what failed left out. A
 * retry has to say something that can be seen to be true. Where all fail, the first draw stays. Steps are independent.
 */
export function expectedAccuracy({ steps, error, recall }: Policy, retries: number): number {
  const each = (error * recall) / wrongWays;
  const unseen = error * (1 - recall);
  /** With so many wrong ways left out, and the one that can't be seen too. */
  const retried = (out: number, isUnseenOut: boolean, left: number): number => {
    if (left === 0) return 0;
    const mass = 1 - out * each - (isUnseenOut ? unseen : 0);
    const right = (1 - error) / mass;
    const wrong = ((wrongWays - out) * each) / mass;
    const vague = isUnseenOut ? 0 : unseen / mass;
    return (
      right +
      (wrong > 0 ? wrong * retried(out + 1, isUnseenOut, left - 1) : 0) +
      (vague > 0 ? vague * retried(out, true, left - 1) : 0)
    );
  };
  return (1 - error + error * recall * retried(1, false, retries)) ** steps;
}

/** How many of so many chains end right, each with a seed of its own, and the tokens of all. */
export async function runPolicy(
  policy: Policy,
  { chains, retries }: { readonly chains: number; readonly retries: number },
): Promise<{ readonly right: number; readonly tokens: number }> {
  const engine = policyEngine(policy);
  using session = engine.session();
  let [right, tokens] = [0, 0];
  for (let seed = 0; seed < chains; seed++) {
    const sampler = new ProofSampler(policyTokenizer, {
      mode: "sample",
      temperature: 1,
      backtrack: { retries, temperature: 1, heat: 0, budget: 10 },
      stopTokens: [policyStop],
      seed,
    });
    const { answer, usage } = await sampler.sample(session, policyPrompt, { maxNewTokens: 100 });
    if (answer === "right") right++;
    tokens += usage.kept + usage.discarded;
  }
  return { right, tokens };
}
