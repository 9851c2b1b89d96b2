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
}

export interface AttentionPairs {
  /** (query row, key) pairs that the mask lets through. */
  readonly visible: number;
  /** Pairs whose score is computed. */
  readonly scored: number;
  /** Pairs of a dense implementation. */
  readonly dense: number;
}

/**
 * Counts the pairs of one group of heads. Causal queries stand at the end of equal shares of the keys
 * behind the prompt: at every key where there are as many of both.
 */
export function attentionPairs(of: AttentionExtent): AttentionPairs {
  const { queries, keys, group, causal, window, prompt = 0 } = of;
  const rows = queries * group;
  const end = (row: number) =>
    causal
      ? prompt + Math.floor(((Math.floor(row / group) + 1) * (keys - prompt)) / queries)
      : keys;
  const start = (row: number) => (causal && window > 0 ? Math.max(0, end(row) - window) : 0);
  let visible = 0;
  let scored = 0;
  for (let first = 0; first < rows; first += tileRows) {
    const last = Math.min(first + tileRows, rows) - 1;
    for (let row = first; row <= last; row++) visible += end(row) - start(row);
    const runs = Math.ceil(end(last) / keyRun) - Math.floor(start(first) / keyRun);
    if (end(last) > start(first)) scored += (last - first + 1) * runs * keyRun;
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
