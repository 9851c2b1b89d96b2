// Counts what the attention kernels execute, by their own rule: rows (of the heads
// of a group, numbered heads first) go through in tiles of six; a tile's scores are
// computed for whole runs of sixteen keys from the first to the last that some row
// of it sees; values and gradients are summed over exactly the keys that a row sees.

export const tileRows = 6;
export const keyRun = 16;

/** The rows that share tiles, and the keys before them. */
export interface AttentionExtent {
  readonly queries: number;
  readonly keys: number;
  /** Query heads whose rows share tiles. */
  readonly group: number;
  readonly causal: boolean;
  /** Keys that a query sees at most, itself included; 0 for no limit. */
  readonly window: number;
  /** Keys before the first query's share, when queries stand only behind a prompt. Default: 0. */
  readonly prompt?: number;
  /** Lengths of the segments that the keys fall into, in order, where a query stands at every key and sees its own. */
  readonly segments?: readonly number[] | undefined;
}

export interface AttentionPairs {
  /** (query row, key) pairs that the mask lets through. */
  readonly visible: number;
  /** Pairs whose score is computed. */
  readonly scored: number;
  /** Pairs of a dense implementation. */
  readonly dense: number;
}

/** The keys that each query sees, from `start` to before `end`; both grow from query to query. */
interface Sight {
  readonly start: number;
  readonly end: number;
}

function sights(of: AttentionExtent): Sight[] {
  const { queries, keys, causal, window, prompt = 0, segments = [keys] } = of;
  const sights: Sight[] = [];
  let first = 0;
  for (const length of segments) {
    const own = segments.length === 1 ? queries : length;
    for (let q = 1; q <= own; q++) {
      const end = first + (causal ? prompt + Math.floor((q * (length - prompt)) / own) : length);
      const start = causal && window > 0 ? Math.max(first, end - window) : first;
      sights.push({ start, end });
    }
    first += length;
  }
  return sights;
}

/**
 * Counts the pairs of one group of heads over one sequence. Causal queries stand at the end of equal shares
 * of the keys behind the prompt: at every key where there are as many of both.
 */
export function attentionPairs(of: AttentionExtent): AttentionPairs {
  const { queries, keys, group } = of;
  const rows = queries * group;
  const seen = sights(of);
  const sight = (row: number) => seen[Math.floor(row / group)] as Sight;
  const visible = group * seen.reduce((sum, { start, end }) => sum + end - start, 0);
  let scored = 0;
  for (let first = 0; first < rows; first += tileRows) {
    const last = Math.min(first + tileRows, rows) - 1;
    const [low, high] = [sight(first).start, sight(last).end];
    const runs = Math.ceil(high / keyRun) - Math.floor(low / keyRun);
    if (high > low) scored += (last - first + 1) * runs * keyRun;
  }
  return { visible, scored, dense: rows * keys };
}

/** Kernels pad the sums over values to whole vectors of sixteen. */
export function padded(dims: number): number {
  return Math.ceil(dims / keyRun) * keyRun;
}

export interface AttentionFlops {
  readonly flops: number;
  readonly denseFlops: number;
}

/** Scores and weighted values, a multiply-add counting two; softmax is a few more per pair and left out. */
export function forwardFlops(pairs: AttentionPairs, d: number, e: number): AttentionFlops {
  return {
    flops: 2 * (pairs.scored * d + pairs.visible * padded(e)),
    denseFlops: 2 * pairs.dense * (d + e),
  };
}

/**
 * The kernel computes scores again (Dao et al. 2022, algorithm 4); a dense implementation keeps the
 * probabilities of the forward pass, so its count leaves that product out.
 */
export function backwardFlops(pairs: AttentionPairs, d: number, e: number): AttentionFlops {
  return {
    flops: 2 * (pairs.scored * (d + e) + pairs.visible * (2 * padded(d) + padded(e))),
    denseFlops: 2 * pairs.dense * (2 * d + 2 * e),
  };
}
