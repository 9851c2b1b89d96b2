import { describe, expect, it } from "vitest";
import { problems, type Split } from "../src/index.js";
import { splitOf } from "../src/split.js";

describe("splits", () => {
  it("give training nine in ten of the canonical forms", () => {
    const counts = { train: 0, dev: 0, test: 0 };
    for (let i = 0; i < 100_000; i++) counts[splitOf(`addition ${i} ${i * 7}`)]++;
    expect(counts.train / 100_000).toBeCloseTo(0.9, 2);
    expect(counts.dev / 100_000).toBeCloseTo(0.05, 2);
    expect(counts.test / 100_000).toBeCloseTo(0.05, 2);
  });

  it("share no question in 50,000 of each, whatever the seeds", { timeout: 240_000 }, () => {
    const owner = new Map<string, Split>();
    for (const split of ["train", "dev", "test", "longer", "larger"] as const) {
      for (const seed of [1, 2]) {
        for (const { question } of problems({
          seed,
          split,
          count: split === "longer" || split === "larger" ? 5000 : 25_000,
        })) {
          const first = owner.get(question);
          if (first !== undefined && first !== split) {
            throw new Error(`${first} and ${split}: ${question}`);
          }
          owner.set(question, split);
        }
      }
    }
    expect(owner.size).toBeGreaterThan(100_000);
  });
});
