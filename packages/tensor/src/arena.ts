// Places values in one block of memory. Two values may share bytes only if they are
// never live at the same time: dynamic storage allocation, which is NP-hard, so
// several greedy orders are tried, the best is improved by moving values at its
// peak to the front, and the result is reported beside the bound no plan can beat.

export interface Region {
  readonly bytes: number;
  /** The first and last step at which it holds something, both included. */
  readonly start: number;
  readonly end: number;
}

export interface ArenaPlan {
  /** For each region, a multiple of 64. */
  readonly offsets: readonly number[];
  readonly bytes: number;
  /** The most that is live at one step. */
  readonly lowerBoundBytes: number;
}

export const alignment = 64;

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

export function planArena(regions: readonly Region[]): ArenaPlan {
  const sized = regions.map((r, i) => ({ ...r, bytes: alignUp(r.bytes), i }));
  const lowerBoundBytes = lowerBound(sized);
  const duration = (r: Region) => r.end - r.start + 1;
  const orders = [
    (a: Indexed, b: Indexed) => b.bytes - a.bytes || duration(b) - duration(a) || a.i - b.i,
    (a: Indexed, b: Indexed) => b.bytes * duration(b) - a.bytes * duration(a) || a.i - b.i,
    (a: Indexed, b: Indexed) => duration(b) - duration(a) || b.bytes - a.bytes || a.i - b.i,
    (a: Indexed, b: Indexed) => a.start - b.start || b.bytes - a.bytes || a.i - b.i,
  ];
  let best: Placement | undefined;
  for (const order of orders) {
    const placed = place(sized.toSorted(order));
    if (best === undefined || placed.bytes < best.bytes) best = placed;
    if (best.bytes === lowerBoundBytes) break;
  }
  const { bytes, offsets } = improve(best as Placement, lowerBoundBytes);
  return { offsets, bytes, lowerBoundBytes };
}

type Indexed = Region & { readonly i: number };

interface Placement {
  readonly order: readonly Indexed[];
  readonly offsets: readonly number[];
  readonly bytes: number;
}

// Each region in turn takes the smallest gap that fits between those already placed
// that are live with it, and the lowest of equals. The inner loop is quadratic in
// the number of regions, so it reads flat arrays, kept sorted by offset.
function place(order: readonly Indexed[]): Placement {
  const offsets: number[] = order.map(() => 0);
  const starts = new Int32Array(order.length);
  const ends = new Int32Array(order.length);
  const from = new Float64Array(order.length);
  const to = new Float64Array(order.length);
  let placed = 0;
  let top = 0;
  for (const { bytes, start, end, i } of order) {
    if (bytes === 0) continue;
    let free = 0; // the end of what is live below
    let offset = -1;
    let smallest = Number.POSITIVE_INFINITY;
    let before = 0; // how many placed regions lie below `offset`
    for (let p = 0; p < placed; p++) {
      if ((starts[p] as number) > end || start > (ends[p] as number)) continue;
      const gap = (from[p] as number) - free;
      if (gap >= bytes && gap < smallest) {
        smallest = gap;
        offset = free;
      }
      if ((to[p] as number) > free) free = to[p] as number;
    }
    if (offset < 0) offset = free;
    while (before < placed && (from[before] as number) <= offset) before++;
    for (const list of [starts, ends, from, to]) list.copyWithin(before + 1, before, placed);
    starts[before] = start;
    ends[before] = end;
    from[before] = offset;
    to[before] = offset + bytes;
    placed++;
    offsets[i] = offset;
    top = Math.max(top, offset + bytes);
  }
  return { order, offsets, bytes: top };
}

const patience = 64; // rounds without a better plan before giving up
const comparisons = 2e8; // of regions, over all rounds: about a second

// What ends at the top of the arena came too late: let it choose earlier.
function improve(from: Placement, lowerBoundBytes: number): Placement {
  let best = from;
  let current = from;
  let rounds = comparisons / Math.max(1, from.order.length) ** 2;
  const tried = new Set<number>();
  for (let stale = 0; stale < patience && best.bytes > lowerBoundBytes && rounds > 1; stale++) {
    rounds--;
    const { offsets, bytes } = current;
    const top = current.order.find(
      (r) => r.bytes > 0 && (offsets[r.i] as number) + r.bytes === bytes && !tried.has(r.i),
    );
    if (top === undefined) break;
    tried.add(top.i);
    current = place([top, ...current.order.filter((r) => r !== top)]);
    if (current.bytes < best.bytes) {
      best = current;
      stale = 0;
      tried.clear();
    }
  }
  return best;
}

function lowerBound(regions: readonly Region[]): number {
  const changes = regions.flatMap((r) => [
    { step: r.start, change: r.bytes },
    { step: r.end + 1, change: -r.bytes },
  ]);
  changes.sort((a, b) => a.step - b.step || a.change - b.change);
  let live = 0;
  let most = 0;
  for (const { change } of changes) {
    live += change;
    most = Math.max(most, live);
  }
  return most;
}
