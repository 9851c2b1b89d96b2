// Sequences laid one after another, in runs of whole sequences: no row is padding.

import type { DecoderConfig } from "../decoder-config.js";
import { ensure } from "../errors.js";

/** Tokens that run together. */
export interface TokenBatch {
  /** Among the tokens of all sequences: `[first, end)`. */
  readonly first: number;
  readonly end: number;
  /** `i32[end - first]`: where each token stands in its sequence. */
  readonly positions: Int32Array;
  /** `i32[end - first]`: the number of its sequence. */
  readonly segments: Int32Array;
}

/**
 * @param most  tokens of a batch; a longer sequence is a batch of its own
 * @throws ModelError `ERR_ARGUMENT`
 */
export function tokenBatches(
  sequences: readonly Int32Array[],
  { vocabularySize, maxPositions }: Pick<DecoderConfig, "vocabularySize" | "maxPositions">,
  most: number,
): TokenBatch[] {
  for (const [i, ids] of sequences.entries()) {
    ensure(
      ids.length >= 1 && ids.length <= maxPositions,
      "ERR_ARGUMENT",
      () => `sequence ${i}: expected from 1 to ${maxPositions} tokens, found ${ids.length}`,
    );
    const wrong = ids.find((id) => id < 0 || id >= vocabularySize);
    ensure(
      wrong === undefined,
      "ERR_ARGUMENT",
      () => `sequence ${i}: expected ids below ${vocabularySize}, found ${wrong}`,
    );
  }
  const batches: TokenBatch[] = [];
  let first = 0;
  for (let from = 0; from < sequences.length; ) {
    let end = from;
    let tokens = 0;
    while (end < sequences.length) {
      const more = tokens + (sequences[end] as Int32Array).length;
      if (end > from && more > most) break;
      tokens = more;
      end++;
    }
    batches.push(batchOf(sequences.slice(from, end), first, tokens));
    first += tokens;
    from = end;
  }
  return batches;
}

function batchOf(sequences: readonly Int32Array[], first: number, tokens: number): TokenBatch {
  const positions = new Int32Array(tokens);
  const segments = new Int32Array(tokens);
  let at = 0;
  for (const [segment, { length }] of sequences.entries()) {
    segments.fill(segment, at, at + length);
    for (let i = 0; i < length; i++) positions[at++] = i;
  }
  return { first, end: first + tokens, positions, segments };
}
