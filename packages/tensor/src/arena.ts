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
  readonly offsets: number[];
  readonly bytes: number;
}

// Each region in turn takes the smallest gap that fits between those already placed
// that are live with it, and the lowest of equals.
function place(order: readonly Indexed[]): Placement {
  const offsets: number[] = new Array(order.length).fill(0);
  const placed: Indexed[] = []; // by offset
  let bytes = 0;
  for (const region of order) {
    if (region.bytes === 0) continue;
    let end = 0;
    let at = -1;
    let smallest = Number.POSITIVE_INFINITY;
    for (const other of placed) {
      if (other.start > region.end || region.start > other.end) continue;
      const from = offsets[other.i] as number;
      const gap = from - end;
      if (gap >= region.bytes && gap < smallest) {
        smallest = gap;
        at = end;
      }
      end = Math.max(end, from + other.bytes);
    }
    const offset = at >= 0 ? at : end;
    offsets[region.i] = offset;
    bytes = Math.max(bytes, offset + region.bytes);
    insert(placed, region, offsets);
  }
  return { order, offsets, bytes };
}

function insert(placed: Indexed[], region: Indexed, offsets: readonly number[]): void {
  const offset = offsets[region.i] as number;
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[(placed[middle] as Indexed).i] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  placed.splice(low, 0, region);
}

const improvements = 64; // rounds without a better plan before giving up
const largestImproved = 4096; // regions; above, a round takes longer than it is worth

// What ends at the top of the arena came too late: let it choose earlier.
function improve(from: Placement, lowerBoundBytes: number): Placement {
  let best = from;
  let current = from;
  const tried = new Set<number>();
  for (let round = 0; round < improvements && best.bytes > lowerBoundBytes; round++) {
    if (current.order.length > largestImproved) break;
    const { offsets, bytes } = current;
    const top = current.order.find(
      (r) => r.bytes > 0 && (offsets[r.i] as number) + r.bytes === bytes && !tried.has(r.i),
    );
    if (top === undefined) break;
    tried.add(top.i);
    current = place([top, ...current.order.filter((r) => r !== top)]);
    if (current.bytes < best.bytes) {
      best = current;
      round = 0;
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
