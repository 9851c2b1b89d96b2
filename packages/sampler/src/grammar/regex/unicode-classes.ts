// Unicode properties as sets of characters, from the engine's own tables.

import { SamplerError } from "../../errors.js";
import { MAX_CODE_POINT, type Ranges } from "../characters/ranges.js";

const CHUNK = 2048; // Surrogates begin and end at multiples of it.
const known = new Map<string, Ranges>();

/** @param property  as in `\p{…}`: `L`, `Script=Greek`, … */
export function unicodeProperty(property: string): Ranges {
  let set = known.get(property);
  if (set === undefined) {
    let pattern: RegExp;
    try {
      pattern = new RegExp(`\\p{${property}}+`, "gu");
    } catch (cause) {
      throw new SamplerError("ERR_GRAMMAR", `no Unicode property ${property}`, { cause });
    }
    set = collect(pattern);
    known.set(property, set);
  }
  return set;
}

function collect(pattern: RegExp): Ranges {
  const set: number[] = [];
  for (let start = 0; start <= MAX_CODE_POINT; start += CHUNK) {
    if (start >= 0xd800 && start < 0xe000) continue;
    const text = String.fromCodePoint(...Array.from({ length: CHUNK }, (_, i) => start + i));
    const width = start > 0xffff ? 2 : 1;
    for (const { index, 0: run } of text.matchAll(pattern)) {
      const from = start + index / width;
      const to = from + run.length / width - 1;
      if (set.at(-1) === from - 1) set[set.length - 1] = to;
      else set.push(from, to);
    }
  }
  return set;
}
