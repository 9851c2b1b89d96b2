// The arrays of a step from the shares of its appends.

import type { RunnerOptions, Step } from "../model.js";
import type { PendingAppend } from "./pending-append.js";
import type { RowShare } from "./share-rows.js";

/**
 * The rows of the appends, one after another. Their sequences must have grown to hold them.
 *
 * @param table  `[sequences * maxPages]`, to be filled as far as the step reads it.
 */
export function buildStep(
  shares: readonly RowShare<PendingAppend>[],
  { maxPages }: Pick<RunnerOptions, "maxPages">,
  table: Int32Array,
): Step {
  const count = shares.reduce((sum, { rows }) => sum + rows, 0);
  const tokens = new Int32Array(count);
  const seq = new Int32Array(count);
  const pos = new Int32Array(count);
  const logitRows: number[] = [];
  let row = 0;
  shares.forEach(({ append, rows }, index) => {
    const { done, sequence } = append;
    const end = row + rows;
    tokens.set(append.tokens.subarray(done, done + rows), row);
    seq.fill(index, row, end);
    table.set(sequence.pages, index * maxPages);
    for (let given = end - append.logitsOf(rows); given < end; given++) logitRows.push(given);
    for (let at = sequence.length + done; row < end; row++, at++) pos[row] = at;
  });
  return { tokens, seq, pos, table, logitRows: Int32Array.from(logitRows) };
}

/** The rows of a step's logits, a list for each share. */
export function splitLogits(
  shares: readonly RowShare<PendingAppend>[],
  logits: Float32Array,
  vocabularySize: number,
): Float32Array[][] {
  let at = 0;
  const next = () => {
    at += vocabularySize;
    return logits.subarray(at - vocabularySize, at);
  };
  return shares.map(({ append, rows }) => Array.from({ length: append.logitsOf(rows) }, next));
}
