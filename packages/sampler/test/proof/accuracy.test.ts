// What checking and backtracking gain, beside the closed form for a policy whose errors are known.

import { expect, it } from "vitest";
import { expectedAccuracy, type Policy, runPolicy } from "./support/simulated-policy.js";

const chains = 2000;

it.each<[Policy, number]>([
  [{ steps: 5, error: 0.08, recall: 0.6 }, 3],
  [{ steps: 8, error: 0.15, recall: 0.93 }, 3],
  [{ steps: 3, error: 0.6, recall: 1 }, 2],
  [{ steps: 5, error: 0.08, recall: 0 }, 3],
  [{ steps: 5, error: 0.3, recall: 0.5 }, 0],
])("%o with %i retries is as right as can be computed", async (policy, retries) => {
  const expected = expectedAccuracy(policy, retries);
  const deviation = Math.sqrt((expected * (1 - expected)) / chains);
  const { right } = await runPolicy(policy, { chains, retries });
  expect(Math.abs(right / chains - expected)).toBeLessThan(3.5 * deviation); // the seeds are fixed
});
