// The arena planner: values that are live together never share a byte, and plans
// are compared with the best there is, found by trying every order.

import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { planArena, type Region } from "../src/index.js";
import { randomProgram } from "./support/random-program.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const seed = 20260102;
const region = (steps: number): fc.Arbitrary<Region> =>
  fc
    .tuple(fc.integer({ min: 0, max: 1000 }), fc.nat(steps), fc.nat(4))
    .map(([bytes, start, length]) => ({ bytes, start, end: start + length }));

function expectNoOverlap(regions: readonly Region[], offsets: readonly number[], bytes: number) {
  for (const [i, a] of regions.entries()) {
    const from = offsets[i] as number;
    expect(from % 64).toBe(0);
    expect(from + a.bytes).toBeLessThanOrEqual(bytes);
    for (const [j, b] of regions.entries()) {
      if (i >= j || a.bytes === 0 || b.bytes === 0) continue;
      if (a.start > b.end || b.start > a.end) continue;
      const other = offsets[j] as number;
      expect(from + a.bytes <= other || other + b.bytes <= from, `${i} and ${j}`).toBe(true);
    }
  }
}

it("never lets two values that are live together overlap", () => {
  fc.assert(
    fc.property(fc.array(region(20), { maxLength: 60 }), (regions) => {
      const plan = planArena(regions);
      expectNoOverlap(regions, plan.offsets, plan.bytes);
      expect(plan.bytes).toBeGreaterThanOrEqual(plan.lowerBoundBytes);
    }),
    { seed, numRuns: 500 },
  );
});

it("reports the bytes that are live at the fullest step as the lower bound", () => {
  fc.assert(
    fc.property(fc.array(region(10), { maxLength: 12 }), (regions) => {
      let most = 0;
      for (let step = 0; step < 20; step++) {
        const live = regions.filter((r) => r.start <= step && step <= r.end);
        most = Math.max(
          most,
          live.reduce((n, r) => n + Math.ceil(r.bytes / 64) * 64, 0),
        );
      }
      expect(planArena(regions).lowerBoundBytes).toBe(most);
    }),
    { seed },
  );
});

// Placing in the order of an optimal plan's offsets, each as low as it goes, never
// exceeds that plan: so the best over all orders is the optimum.
function optimum(regions: readonly Region[]): number {
  let best = Number.POSITIVE_INFINITY;
  const visit = (placed: { r: Region; at: number; size: number }[], rest: readonly Region[]) => {
    const top = placed.reduce((n, p) => Math.max(n, p.at + p.size), 0);
    if (top >= best) return;
    if (rest.length === 0) best = top;
    for (const [i, r] of rest.entries()) {
      const size = Math.ceil(r.bytes / 64) * 64;
      const busy = placed
        .filter((p) => p.r.start <= r.end && r.start <= p.r.end)
        .sort((a, b) => a.at - b.at);
      let at = 0;
      for (const p of busy) {
        if (at + size <= p.at) break;
        at = Math.max(at, p.at + p.size);
      }
      visit([...placed, { r, at, size }], rest.toSpliced(i, 1));
    }
  };
  visit([], regions);
  return best;
}

it("is optimal for nearly all small cases, and never far from it", () => {
  let optimal = 0;
  let cases = 0;
  fc.assert(
    fc.property(fc.array(region(6), { minLength: 2, maxLength: 7 }), (regions) => {
      const best = optimum(regions);
      const { bytes } = planArena(regions);
      cases++;
      if (bytes === best) optimal++;
      expect(bytes).toBeGreaterThanOrEqual(best);
      expect(bytes).toBeLessThanOrEqual(1.25 * best);
    }),
    { seed, numRuns: 300 },
  );
  expect(optimal / cases).toBeGreaterThan(0.98);
});

it("plans whole programs without overlap, aliases sharing one place", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 40 }), (s, length) => {
      const { graph, plan } = randomProgram(s, length).program;
      const regions = new Map<
        string,
        { bytes: number; start: number; end: number; offset: number }
      >();
      const touch = (id: number, step: number) => {
        const storage = plan.storage[id];
        if (storage?.kind !== "arena") return;
        const start = plan.madeAt[id] as number;
        const key = start < 0 ? `in ${storage.offset}` : `${start} ${storage.offset}`;
        const known = regions.get(key);
        if (known) known.end = Math.max(known.end, step);
        else regions.set(key, { bytes: storage.bytes, offset: storage.offset, start, end: step });
      };
      for (const { value } of graph.inputs) touch(value, -1);
      for (const [step, node] of plan.steps.entries()) {
        for (const id of [...node.inputs, ...node.outputs]) touch(id, step);
      }
      for (const { value } of graph.outputs) touch(value, plan.steps.length);
      const list = [...regions.values()];
      expectNoOverlap(
        list,
        list.map((r) => r.offset),
        plan.arena.bytes,
      );
      const used = list.reduce((n, r) => Math.max(n, r.offset + r.bytes), 0);
      expect(plan.arena.bytes).toBe(used);
    }),
    { seed, numRuns: 100 },
  );
});

it("stays quick for the thousands of values of a deep network", () => {
  const regions = Array.from({ length: 6000 }, (_, i) => ({
    bytes: 64 * (1 + ((i * 7919) % 97)),
    start: i,
    end: i % 10 === 0 ? 12000 - i : i + 3,
  }));
  const start = performance.now();
  const plan = planArena(regions);
  expect(performance.now() - start).toBeLessThan(15_000);
  expectNoOverlap(regions.slice(0, 300), plan.offsets, plan.bytes);
});
