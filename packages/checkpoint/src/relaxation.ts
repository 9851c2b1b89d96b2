// A bound from below on what the remaining layers cost: each may take a mixture of two
// options, and its own peak doesn't count. Then the cheapest way to free so many
// bytes goes along the steps of all layers in the order of their price a byte.

import type { Option } from "./evaluate.js";

interface Step {
  readonly bytes: number;
  readonly cost: number;
}

export class Relaxation {
  /** For each layer the sums over the steps of it and all after it, cheapest first. */
  readonly #sums: readonly (readonly Step[])[];
  /** What the layers from each on cost, and free, at their cheapest. */
  readonly #start: readonly Step[];

  constructor(layers: readonly (readonly Option[])[]) {
    const sums: Step[][] = [];
    const start: Step[] = [];
    let steps: Step[] = [];
    let first: Step = { bytes: 0, cost: 0 };
    for (const options of layers.toReversed()) {
      const hull = lowerHull(options);
      const [cheapest] = hull as [Step];
      first = { bytes: first.bytes + cheapest.bytes, cost: first.cost + cheapest.cost };
      const own = hull.slice(1).map((to, i) => {
        const from = hull[i] as Step;
        return { bytes: to.bytes - from.bytes, cost: to.cost - from.cost };
      });
      steps = [...steps, ...own].sort((a, b) => a.cost / a.bytes - b.cost / b.bytes);
      let sum = first;
      start.unshift(first);
      sums.unshift(
        steps.map((s) => {
          sum = { bytes: sum.bytes + s.bytes, cost: sum.cost + s.cost };
          return sum;
        }),
      );
    }
    this.#sums = [...sums, []];
    this.#start = [...start, { bytes: 0, cost: 0 }];
  }

  /** At least what it costs to free `bytes` in the layers from `k` on; infinite if they can't. */
  cost(k: number, bytes: number): number {
    const start = this.#start[k] as Step;
    if (bytes <= start.bytes) return start.cost;
    const sums = this.#sums[k] as readonly Step[];
    let low = 0;
    let high = sums.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as Step).bytes < bytes) low = middle + 1;
      else high = middle;
    }
    const to = sums[low];
    if (to === undefined) return Number.POSITIVE_INFINITY;
    const from = sums[low - 1] ?? start;
    return from.cost + ((to.cost - from.cost) * (bytes - from.bytes)) / (to.bytes - from.bytes);
  }
}

/** From the cheapest option on, those that no mixture of others beats in cost and bytes freed. */
function lowerHull(options: readonly Option[]): Step[] {
  const points = options
    .map((o) => ({ bytes: o.freed, cost: o.cost }))
    .sort((a, b) => a.cost - b.cost || b.bytes - a.bytes);
  const hull: Step[] = [];
  for (const p of points) {
    const last = hull.at(-1);
    if (last !== undefined && p.bytes <= last.bytes) continue;
    for (let n = hull.length; n >= 2; n--) {
      const [a, b] = hull.slice(-2) as [Step, Step];
      const isAbove =
        (b.cost - a.cost) * (p.bytes - a.bytes) >= (p.cost - a.cost) * (b.bytes - a.bytes);
      if (!isAbove) break;
      hull.pop();
    }
    hull.push(p);
  }
  return hull;
}
