// How much one arm gains over another on the same problems, and between what that lies.

import { uniform } from "@ryanstream/sampler";

export interface Gain {
  /** In points: percent of the problems. */
  readonly points: number;
  /** Of 100 resamples of the problems, 95 lie between. */
  readonly low: number;
  readonly high: number;
}

const resamples = 4000;

/** Efron's percentile bootstrap over problems, paired: each brings the results of both arms. */
export function pairedGain(ours: readonly boolean[], theirs: readonly boolean[]): Gain {
  const n = ours.length;
  const differences = ours.map((right, i) => Number(right) - Number(theirs[i]));
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  const means = Array.from({ length: resamples }, (_, sequence) => {
    let sum = 0;
    for (let position = 0; position < n; position++) {
      const at = Math.floor(uniform({ seed: 1, sequence, position, attempt: 0 }) * n);
      sum += differences[at] as number;
    }
    return sum / n;
  }).sort((a, b) => a - b);
  const at = (share: number) => 100 * (means[Math.floor(share * (resamples - 1))] as number);
  return { points: 100 * mean, low: at(0.025), high: at(0.975) };
}
