// Sets without regard to case: every character with all others of the same simple case
// folding, such as s, S and ſ.

import { categoryMask, inCategory } from "../unicode/categories.js";
import type { Ranges } from "../unicode/ranges.js";
import { setOf, union } from "./sets.js";

const LAST_CASED = 0x1e943;

/** Foldings that lowercase of uppercase does not give, or gives wrongly. */
const EXCEPTIONS = new Map([
  [0x131, 0x131],
  [0x1fd3, 0x390],
  [0x1fe3, 0x3b0],
  [0xfb05, 0xfb06],
]);

/** A character that stands for all of the same folding. */
function representative(codePoint: number): number {
  const exception = EXCEPTIONS.get(codePoint);
  if (exception !== undefined) return exception;
  const text = String.fromCodePoint(codePoint);
  const upper = text.toUpperCase();
  const single = upper.length === String.fromCodePoint(upper.codePointAt(0) as number).length;
  const lower = (single ? upper : text).toLowerCase();
  const result = lower.codePointAt(0) as number;
  return lower.length === (result > 0xffff ? 2 : 1) ? result : codePoint;
}

let families: Map<number, number[]> | undefined;

function buildFamilies(): Map<number, number[]> {
  const byRepresentative = new Map<number, number[]>();
  const cased = categoryMask("LC") | categoryMask("Nl") | categoryMask("So") | categoryMask("Mn");
  for (let c = 0; c <= LAST_CASED; c++) {
    if (!inCategory(c, cased)) continue;
    const key = representative(c);
    const family = byRepresentative.get(key);
    if (family === undefined) byRepresentative.set(key, [c]);
    else family.push(c);
  }
  const result = new Map<number, number[]>();
  for (const family of byRepresentative.values()) {
    if (family.length > 1) for (const c of family) result.set(c, family);
  }
  return result;
}

/** Adds to an ASCII set what differs in case only. */
function foldAscii(set: Ranges): Ranges {
  let result = set;
  for (let r = 0; r < set.length; r += 2) {
    for (let c = set[r] as number; c < (set[r + 1] as number); c++) {
      const letter = c | 0x20;
      if (letter < 0x61 || letter > 0x7a) continue;
      result = union(result, setOf(letter, letter ^ 0x20));
      if (letter === 0x6b) result = union(result, setOf(0x212a));
      if (letter === 0x73) result = union(result, setOf(0x17f));
    }
  }
  return result;
}

/** Adds to a set what differs in case only. */
export function foldCase(set: Ranges): Ranges {
  if ((set.at(-1) ?? 0) <= 128) return foldAscii(set);
  families ??= buildFamilies();
  const members = new Set<number>();
  for (let r = 0; r < set.length; r += 2) {
    const last = Math.min(set[r + 1] as number, LAST_CASED + 1);
    for (let c = set[r] as number; c < last; c++) {
      for (const member of families.get(c) ?? []) members.add(member);
    }
  }
  const ranges: number[] = [];
  for (const c of [...members].sort((a, b) => a - b)) {
    if (ranges.at(-1) === c) ranges[ranges.length - 1] = c + 1;
    else ranges.push(c, c + 1);
  }
  return union(set, ranges);
}
