// The bound of a loss against its definition by brute force, and how often it holds.

import { describe, expect, it } from "vitest";
import { lossBound } from "../../src/solving/paired-comparison.js";

const Z = 1.6448536269514722;

/** The score at a difference, with the likeliest share of gains found by search. */
function score(n: number, lost: number, gained: number, d: number): number {
  const log = (count: number, p: number) => (count === 0 ? 0 : count * Math.log(p));
  let [best, share] = [-Infinity, 0];
  for (let i = 0; i <= 200_000; i++) {
    const q = ((1 - d) / 2) * (i / 200_000);
    const likelihood =
      log(lost, q + d) + log(gained, q) + log(n - lost - gained, Math.max(0, 1 - 2 * q - d));
    if (likelihood > best) [best, share] = [likelihood, q];
  }
  return (lost - gained - n * d) / Math.sqrt(n * (2 * share + d * (1 - d)));
}

/** Numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("the bound of a loss", () => {
  it.each([
    [100, 7, 3],
    [6000, 60, 55],
    [50, 0, 4],
    [30, 5, 0],
    [6000, 3, 40],
  ])("is where the score of n = %i, %i lost and %i gained is -1.645", (n, lost, gained) => {
    const bound = lossBound(n, lost, gained);
    expect(bound).toBeGreaterThan((lost - gained) / n);
    expect(score(n, lost, gained, bound)).toBeCloseTo(-Z, 3);
  });

  it("has a closed form where nothing flips, and is 1 where nothing is known", () => {
    expect(lossBound(6000, 0, 0)).toBeCloseTo(Z ** 2 / (6000 + Z ** 2), 9);
    expect(lossBound(0, 0, 0)).toBe(1);
    expect(lossBound(1, 1, 0)).toBeCloseTo(1, 9);
  });

  it("holds 95 times of 100, also where flips are rare", () => {
    for (const [n, pLost, pGained] of [
      [300, 0.02, 0.015],
      [300, 0.004, 0.002],
      [100, 0.1, 0.05],
    ] as const) {
      const next = random(7);
      let held = 0;
      const runs = 4000;
      for (let r = 0; r < runs; r++) {
        let [lost, gained] = [0, 0];
        for (let i = 0; i < n; i++) {
          const u = next();
          if (u < pLost) lost++;
          else if (u < pLost + pGained) gained++;
        }
        if (lossBound(n, lost, gained) >= pLost - pGained) held++;
      }
      // The standard error of 4000 runs is 0.35 %; the interval is an approximation.
      expect(held / runs).toBeGreaterThan(0.935);
      expect(held / runs).toBeLessThan(1);
    }
  });
});
