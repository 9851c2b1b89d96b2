// What `npm run bench:steps` measures on large samples, held to its targets on small ones.

import { describe, expect, it } from "vitest";
import {
  arithmeticChains,
  corruptedAnnotations,
  corruptedSolutions,
  percentOf,
  rightSolutions,
  total,
} from "./support/figures.js";

describe("right solutions of all kinds of problems", () => {
  it("are never called false, and their equations are checked", () => {
    const { alarms, covered } = rightSolutions(800);
    expect(alarms).toEqual([]);
    expect(percentOf(covered)).toBeGreaterThan(99);
  });
});

describe("one wrong number", () => {
  it("is found at exactly its line", () => {
    const { recall, missed } = corruptedSolutions(1000);
    const found = total(recall.values());
    expect(found.of).toBeGreaterThan(500);
    expect(percentOf(found), missed.join("\n")).toBeGreaterThan(98.5);
  });

  it("is found in calculator annotations", () => {
    const answers = [
      "Each of 12 boxes holds 4 * 6 = <<4*6=24>>24 pens.\nSo there are 12 * 24 = <<12*24=288>>288 pens.",
      "It costs 0.2 x 50 = $<<0.2*50=10>>10.\nWith tax that is 10 + 10 * 5% = $<<10+10*5*.01=10.5>>10.50.",
      "She walks 3/4 * 8 = <<3/4*8=6>>6 miles.\nThat leaves 8 - 6 = <<8-6=2>>2 miles.",
    ];
    const many = Array.from({ length: 100 }, () => answers).flat();
    const { recall, missed } = corruptedAnnotations(many);
    expect(percentOf(total(recall.values())), missed.join("\n")).toBeGreaterThan(98);
  });
});

describe("chains of multi-step arithmetic", () => {
  it("are told right from wrong, with the exact step of the first mistake", () => {
    const { exact, alarms } = arithmeticChains(600);
    expect(percentOf(exact)).toBeGreaterThanOrEqual(99);
    expect(alarms.is).toBe(0);
  });
});
