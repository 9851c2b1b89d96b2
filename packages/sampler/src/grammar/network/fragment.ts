// Byte sequences as few states: those that begin alike share their first states,
// those that end alike their last ones.

import type { ByteSequence } from "../characters/utf8.js";

/** Of each state, the first of which is the start: [from byte, to byte, target, …], -1 for the end. */
export type Fragment = readonly (readonly number[])[];

const known = new WeakMap<readonly ByteSequence[], Fragment>();

/** @param sequences  whose first ranges are equal or don't overlap, and so on for what follows equal ones */
export function fragmentOf(sequences: readonly ByteSequence[]): Fragment {
  let fragment = known.get(sequences);
  if (fragment === undefined) {
    fragment = make(sequences);
    known.set(sequences, fragment);
  }
  return fragment;
}

function make(sequences: readonly ByteSequence[]): Fragment {
  const fragment: number[][] = [];
  const states = new Map<string, number>();
  const stateOf = (tails: readonly ByteSequence[]): number => {
    if (tails[0]?.length === 0) return -1;
    const key = tails.map((tail) => tail.join(" ")).join();
    let state = states.get(key);
    if (state === undefined) {
      state = fragment.push([]) - 1;
      states.set(key, state);
      const groups = new Map<number, ByteSequence[]>();
      for (const tail of tails) {
        const range = (tail[0] as number) * 256 + (tail[1] as number);
        const group = groups.get(range) ?? [];
        groups.set(range, group);
        group.push(tail.slice(2));
      }
      for (const [range, group] of groups) {
        fragment[state]?.push(range >> 8, range & 255, stateOf(group));
      }
    }
    return state;
  };
  stateOf(sequences);
  return fragment;
}
