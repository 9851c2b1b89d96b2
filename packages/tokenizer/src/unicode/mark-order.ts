// Hosts sort combining marks by insertion, so that a megabyte of them in bad order takes
// minutes. This puts long runs of them in canonical order first, in linear time. The
// combining classes, which the host doesn't tell, are found out by which of two marks
// it puts first.

import { categoryMask, inCategory } from "./categories.js";
import { normalForm } from "./normal-form.js";

/** Shorter runs, in UTF-16 units, are left to the host. */
const LONG = 128;
const MARK = categoryMask("M");

/** A text with the same normal forms, which the host normalizes in linear time. */
export function sortMarks(text: string): string {
  let out = "";
  let kept = 0;
  // A long run has a mark at one of these places.
  for (let i = LONG / 2; i < text.length; i += LONG / 2) {
    if (!isMark(text, i)) continue;
    let start = i;
    let end = i;
    while (start > kept && isMark(text, start - 1)) start--;
    while (end < text.length && isMark(text, end)) end++;
    if (end - start >= LONG) {
      out += text.slice(kept, start) + sorted(text.slice(start, end));
      kept = end;
    }
    i = Math.max(i, end - 1);
  }
  return kept === 0 ? text : out + text.slice(kept);
}

/** Whether the unit at `at` is a mark or half of one. */
function isMark(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0x300) return false;
  const low = (unit & 0xfc00) === 0xdc00;
  return inCategory(text.codePointAt(low && at > 0 ? at - 1 : at) as number, MARK);
}

function sorted(run: string): string {
  let out = "";
  const waiting: string[] = CLASSES.map(() => "");
  const known = new Map<string, readonly (readonly [string, number])[]>();
  let empty = true;
  const flush = (): void => {
    if (empty) return;
    out += waiting.join("");
    waiting.fill("");
    empty = true;
  };
  for (const mark of run) {
    let parts = known.get(mark);
    if (!parts) {
      parts = [...normalForm(mark, "NFD")].map((part) => [part, rankOf(part)] as const);
      known.set(mark, parts);
    }
    for (const [part, rank] of parts) {
      if (rank < 0) {
        flush();
        out += part;
      } else {
        waiting[rank] += part;
        empty = false;
      }
    }
  }
  flush();
  return out;
}

/** A mark of each combining class, the lowest class first: U+0334 has 1, U+0345 has 240. */
const CLASSES: readonly string[] = [
  ..."\u0334\u093c\u3099\u094d\u05b0\u05b1\u05b2\u05b3\u05b4\u05b5\u05b6\u05b7\u05b8",
  ..."\u05b9\u05bb\u05bc\u05bd\u05bf\u05c1\u05c2\ufb1e\u064b\u064c\u064d\u064e\u064f\u0650\u0651",
  ..."\u0652\u0670\u0711\u0c55\u0c56\u0e38\u0e48\u0eb8\u0ec8\u0f71\u0f72\u0f74\u0321\u1dce\u031b",
  ..."\u302a\u0316\u059a\u302e\u{1d16d}\u05ae\u0301\u0315\u035c\u035d\u0345",
];

/** Which class a mark is of, or -1 if nothing is sorted past it. */
function rankOf(mark: string): number {
  let low = 0;
  let high = CLASSES.length - 1;
  if (!comesAfter(mark, CLASSES[0] as string) && !comesAfter(CLASSES[high] as string, mark)) {
    return -1;
  }
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (comesAfter(CLASSES[middle] as string, mark)) high = middle - 1;
    else low = middle;
  }
  return low;
}

/** Whether `first` is sorted behind `second`. */
function comesAfter(first: string, second: string): boolean {
  return normalForm(first + second, "NFD") !== first + second;
}
