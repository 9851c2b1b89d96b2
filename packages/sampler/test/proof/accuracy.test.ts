// What checking and backtracking gain, beside the closed form for a policy whose errors are known.

import { expect, it } from "vitest";
import { ProofSampler } from "../../src/index.js";
import {
  expectedAccuracy,
  type Policy,
  policyEngine,
  policyPrompt,
  policyStop,
  policyTokenizer,
} from "./support/simulated-policy.js";

const chains = 2000;

async function accuracy(policy: Policy, retries: number): Promise<number> {
  const engine = policyEngine(policy);
  using session = engine.session();
  let right = 0;
  for (let seed = 0; seed < chains; seed++) {
    const sampler = new ProofSampler(policyTokenizer, {
      mode: "sample",
      temperature: 1,
      backtrack: { retries, temperature: 1, heat: 0, budget: 10 },
      stopTokens: [policyStop],
      seed,
    });
    const { answer } = await sampler.sample(session, policyPrompt, { maxNewTokens: 100 });
    if (answer === "right") right++;
  }
  return right / chains;
}

it.each<[Policy, number]>([
  [{ steps: 5, error: 0.08, recall: 0.6 }, 3],
  [{ steps: 8, error: 0.15, recall: 0.93 }, 3],
  [{ steps: 3, error: 0.6, recall: 1 }, 2],
  [{ steps: 5, error: 0.08, recall: 0 }, 3],
  [{ steps: 5, error: 0.3, recall: 0.5 }, 0],
])("%o with %i retries is as right as can be computed", async (policy, retries) => {
  const expected = expectedAccuracy(policy, retries);
  const deviation = Math.sqrt((expected * (1 - expected)) / chains);
  const found = await accuracy(policy, retries);
  expect(Math.abs(found - expected)).toBeLessThan(3.5 * deviation); // the seeds are fixed
});
