// One option for each layer so that nothing exceeds a budget and the cost is least: a
// multiple-choice knapsack whose constraint holds at every step. While a layer runs,
// in either direction, exactly the layers before it hold their activations, so the
// layers are taken in order with the bytes freed so far as the state. A quick search
// gives a cost that can be had; states that can't lead below it are dropped.

import type { Option } from "./evaluate.js";
import { Relaxation } from "./relaxation.js";

export interface Knapsack {
  /** The options of each layer, in the order of their forward passes. */
  readonly layers: readonly (readonly Option[])[];
  /** At `k`: the most that is live, if all is kept, at steps while which `k` layers hold activations. */
  readonly between: readonly number[];
}

export interface Solution {
  /** For each layer the place of its option. */
  readonly chosen: readonly number[];
  readonly cost: number;
  /** The most that is live at once. */
  readonly peak: number;
  /** No state was left out that could have led to a lower cost. */
  readonly isExact: boolean;
}

interface State {
  readonly freed: number;
  readonly cost: number;
  readonly peak: number;
  readonly option: number;
  readonly before: State | undefined;
}

export const mostStates = 4096;
const quickStates = 24;
const slacks = [1e-3, 1e-2, 1e-1];
const rounding = 1e-12;

/** The cheapest choice with a peak of at most `budget` bytes, if there is one. */
export function solveKnapsack(knapsack: Knapsack, budget: number): Solution | undefined {
  const quick = search(knapsack, budget, quickStates, () => Number.POSITIVE_INFINITY);
  if (quick === undefined || quick.isExact) return quick;
  const relaxation = new Relaxation(knapsack.layers);
  const needed = (knapsack.between.at(-1) ?? 0) - budget;
  const bound = relaxation.cost(0, needed);
  // What is found below a limit is the best of all; the lower the limit, the fewer states.
  for (const most of [...slacks.map((slack) => bound * (1 + slack)), quick.cost]) {
    const limit = Math.min(quick.cost, most) * (1 + rounding);
    const allowed = (k: number, freed: number) => limit - relaxation.cost(k, needed - freed);
    const best = search(knapsack, budget, mostStates, allowed);
    if (best !== undefined && (best.isExact || best.cost <= quick.cost)) return best;
  }
  return { ...quick, isExact: false };
}

/** The smallest budget that has a solution. */
export function leastPeak(knapsack: Knapsack): number {
  let low = 0;
  let high = Math.max(...knapsack.between, ...knapsack.layers.flat().map((o) => o.peak), 0);
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    // The state that freed most is always kept, and where it can't go on, none can.
    const found = search(knapsack, middle, 2, () => Number.POSITIVE_INFINITY);
    if (found === undefined) low = middle + 1;
    else high = Math.min(middle, found.peak);
  }
  return high;
}

/** @param allowed the most that a state may cost which has freed so much before layer `k`. */
function search(
  { layers, between }: Knapsack,
  budget: number,
  most: number,
  allowed: (k: number, freed: number) => number,
): Solution | undefined {
  let isExact = true;
  let states: State[] = [{ freed: 0, cost: 0, peak: 0, option: -1, before: undefined }];
  for (let k = 0; k <= layers.length; k++) {
    const least = between[k] ?? 0;
    states = states.filter((s) => least - s.freed <= budget && s.cost <= allowed(k, s.freed));
    isExact &&= states.length <= most;
    states = thinned(states, most).map((s) => ({
      ...s,
      peak: Math.max(s.peak, least - s.freed),
    }));
    const options = layers[k];
    if (options === undefined || states.length === 0) break;
    states = frontier(followed(states, options, budget));
  }
  const best = states.toSorted((a, b) => a.cost - b.cost || a.peak - b.peak)[0];
  if (best === undefined) return undefined;
  const chosen: number[] = [];
  for (let s: State | undefined = best; s?.before !== undefined; s = s.before)
    chosen.push(s.option);
  return { chosen: chosen.reverse(), cost: best.cost, peak: best.peak, isExact };
}

function followed(states: readonly State[], options: readonly Option[], budget: number): State[] {
  const leastFreed = Math.min(...states.map((s) => s.freed));
  const isFree = (o: Option) => o.peak - leastFreed <= budget; // whatever came before
  const next: State[] = [];
  for (const [option, o] of options.entries()) {
    const isBeaten = options.some(
      (p, i) =>
        i !== option &&
        isFree(p) &&
        p.cost <= o.cost &&
        p.freed >= o.freed &&
        (p.cost < o.cost || p.freed > o.freed || i < option),
    );
    if (isBeaten) continue;
    for (const before of states) {
      const peak = o.peak - before.freed;
      if (peak > budget) continue;
      const freed = before.freed + o.freed;
      const cost = before.cost + o.cost;
      next.push({ freed, cost, peak: Math.max(before.peak, peak), option, before });
    }
  }
  return next;
}

// More freed is never worse later, so of equal costs only the most freed counts.
function frontier(states: State[]): State[] {
  states.sort((a, b) => a.cost - b.cost || b.freed - a.freed || a.peak - b.peak);
  const kept: State[] = [];
  let freed = Number.NEGATIVE_INFINITY;
  for (const s of states) {
    if (s.freed <= freed) continue;
    freed = s.freed;
    kept.push(s);
  }
  return kept;
}

/** Spread evenly, with the cheapest and the one that freed most. */
function thinned(states: State[], most: number): State[] {
  if (states.length <= most) return states;
  const step = (states.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => states[Math.round(i * step)] as State);
}
