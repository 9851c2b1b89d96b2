// A decoder's training step: the same bits with less memory, and as much memory as planned.

import { findOperation } from "@ryanstream/tensor";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckpointOptions, SmartCheckpoint } from "../src/index.js";
import { decoderStep, tiny } from "./support/decoder-step.js";

const plain = decoderStep(tiny, 2, 19, { results: true });
afterAll(() => plain[Symbol.dispose]());

/** Two steps from the start: their results, and what they leave in parameters and states. */
async function twoSteps(program: typeof plain.step): Promise<unknown> {
  plain.reset();
  const results = [await program.run(plain.sample), await program.run(plain.sample)];
  return { results, slots: plain.read() };
}

// All programs share the parameters, so one has to be through before the next begins.
let expected: unknown;
beforeAll(async () => {
  expected = await twoSteps(plain.step);
});

async function check(options: CheckpointOptions): Promise<number> {
  const { program, plan } = await SmartCheckpoint(options).apply(plain.step);
  using owned = program;
  expect(await twoSteps(owned as never)).toEqual(expected);
  expect(owned.memory.arenaBytes).toBe(plan.data.arenaBytes);
  return plan.data.arenaBytes;
}

describe("a decoder's step with checkpoints", () => {
  it("has the same losses, gradients, parameters and moments, to the bit, in every mode", async () => {
    const none = await check({ mode: "none" });
    const selective = await check({ mode: "selective" });
    const full = await check({ mode: "full" });
    expect(none).toBe(plain.step.plan.arena.bytes);
    expect(selective).toBeLessThan(none);
    expect(full).toBeLessThan(selective);
  });

  it("has them at every budget, with an arena that fits it", async () => {
    const most = plain.step.plan.arena.bytes;
    const { leastBytes } = await SmartCheckpoint({ mode: "auto", budget: 1 })
      .apply(plain.step)
      .catch((error) => error);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: leastBytes, max: most }), async (budget) => {
        expect(await check({ mode: "auto", budget })).toBeLessThanOrEqual(budget);
      }),
      { seed: 23, numRuns: 12 },
    );
    expect(await check({ mode: "auto", budget: leastBytes })).toBeLessThanOrEqual(leastBytes);
  });

  it("never costs more, nor needs more, than making every layer again from its input", async () => {
    const { plan: full } = await SmartCheckpoint({ mode: "full" }).apply(plain.step);
    const budget = full.data.arenaBytes;
    const { plan } = await SmartCheckpoint({ mode: "auto", budget }).apply(plain.step);
    expect(plan.data.arenaBytes).toBeLessThanOrEqual(budget);
    expect(plan.data.cost).toBeLessThanOrEqual(full.data.cost);
  });

  it("costs no more with a larger budget, and is foreseen to the byte", async () => {
    const most = plain.step.plan.arena.bytes;
    let last = 0;
    for (let budget = most; budget > most / 4; budget -= Math.floor(most / 40)) {
      const found = await SmartCheckpoint({ mode: "auto", budget })
        .apply(plain.step)
        .catch(() => undefined);
      if (found === undefined) break;
      const { cost, isExact } = found.plan.data;
      expect(isExact).toBe(true);
      expect(cost).toBeGreaterThanOrEqual(last);
      last = cost;
    }
    expect(last).toBeGreaterThan(0);
  });

  it("keeps the input of each layer alone with full, and no product is repeated with selective", async () => {
    const full = await SmartCheckpoint({ mode: "full" }).apply(plain.step);
    const middle = full.plan.data.layers[1];
    expect(middle?.kept.map((v) => v.operation)).toEqual(["add_rms_norm"]);
    expect(middle?.keptBytes).toBe(4 * 2 * 19 * tiny.width); // whole alignments
    const selective = await SmartCheckpoint({ mode: "selective" }).apply(plain.step);
    const again = selective.program.graph.nodes.filter((n) => n.scope.startsWith("recompute"));
    const ran = again.map((n) => n.operation).filter((o) => !findOperation(o).alias);
    expect(new Set(ran)).toEqual(new Set(["rms_norm", "swiglu"]));
  });

  it("takes measured times where there is a sample, and counts where there is none", async () => {
    const measured = await SmartCheckpoint({ mode: "full" }).apply(plain.step, plain.sample);
    expect(measured.plan.data.unit).toBe("ns");
    expect(measured.plan.data.cost).toBeGreaterThan(0);
    const counted = await SmartCheckpoint({ mode: "full" }).apply(plain.step);
    expect(counted.plan.data.unit).toBe("counted");
  });
});

describe("many layers", () => {
  it("are planned as one is", async () => {
    using deep = decoderStep({ ...tiny, layers: 24 }, 1, 16);
    const budget = Math.floor(deep.step.plan.arena.bytes / 3);
    const { plan } = await SmartCheckpoint({ mode: "auto", budget }).apply(deep.step);
    expect(plan.data.layers).toHaveLength(24);
    expect(plan.data.arenaBytes).toBeLessThanOrEqual(budget);
  });
});
