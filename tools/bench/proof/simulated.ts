// Tier 0: a policy whose errors are known, beside the closed form.

import {
  expectedAccuracy,
  type Policy,
  runPolicy,
} from "../../../packages/sampler/test/proof/support/simulated-policy.js";
import type { Row } from "../rows.js";

const retries = 3;
const policies: readonly Policy[] = [
  { steps: 5, error: 0.08, recall: 0.1 },
  { steps: 5, error: 0.08, recall: 0.6 },
  { steps: 8, error: 0.15, recall: 0.3 },
  { steps: 8, error: 0.15, recall: 0.93 },
];

export async function simulatedRows(chains: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const policy of policies) {
    const { right, tokens } = await runPolicy(policy, { chains, retries });
    const { steps, error, recall } = policy;
    const expected = 100 * expectedAccuracy(policy, retries);
    const ours = (100 * right) / chains;
    const plain = 3 * steps + 2;
    rows.push({
      name: `simulated: ${steps} steps, ${100 * error}% wrong, ${100 * recall}% of them seen (greedy ${(100 * (1 - error) ** steps).toFixed(1)}%, ${(tokens / chains / plain).toFixed(2)} of its tokens)`,
      ours,
      peer: expected,
      peerName: "closed form",
      unit: "% right",
      ratio: ours / expected,
      target: 1,
      met: Math.abs(ours - expected) <= 1,
    });
  }
  return rows;
}
