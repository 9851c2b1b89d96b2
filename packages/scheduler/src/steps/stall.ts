// Whether appends can wait for memory in vain, and which of them is to go.

import type { Sequence } from "../memory/sequence.js";
import type { PendingAppend } from "./pending-append.js";

/** While nothing runs: whether every sequence that holds pages waits for more itself. */
export function isDeadlock(
  sequences: Iterable<Sequence>,
  waiting: readonly PendingAppend[],
): boolean {
  const waits = new Set(waiting.map(({ sequence }) => sequence));
  for (const sequence of sequences) {
    if (sequence.pages.length > 0 && !waits.has(sequence)) return false;
  }
  return true;
}

/**
 * The append that is to give way: that of the youngest sequence that holds pages, so that the oldest always gets on;
 * but of one that has given way already, only when all have. If none holds pages, the last append.
 *
 * @param sequences  by age, the oldest first.
 */
export function givesWay(
  sequences: Iterable<Sequence>,
  waiting: readonly PendingAppend[],
): PendingAppend | undefined {
  const bySequence = new Map(waiting.map((append) => [append.sequence, append]));
  const holders = [...sequences]
    .filter((sequence) => sequence.pages.length > 0 && bySequence.has(sequence))
    .reverse();
  const youngest = holders.find(({ yielded }) => !yielded) ?? holders[0];
  return youngest === undefined ? waiting.at(-1) : bySequence.get(youngest);
}
