// Answers that are words: numbers spelled out, and the phrases for no and every solution.

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** `seven`, `twenty-one`, `one hundred`, `minus three`: the number that they spell. */
export function spelledNumber(words: string): number | undefined {
  const minus = /^(?:minus|negative) /.exec(words);
  if (minus !== null) {
    const size = spelledNumber(words.slice(minus[0].length));
    return size === undefined ? undefined : -size;
  }
  let total = 0;
  let current: number | undefined;
  for (const word of words.split(/[\s-]+/)) {
    const small = SMALL.indexOf(word);
    const tens = TENS.indexOf(word);
    if (small >= 0 && (current === undefined || current % 10 === 0))
      current = (current ?? 0) + small;
    else if (tens >= 0 && (current === undefined || current % 100 === 0))
      current = (current ?? 0) + 20 + 10 * tens;
    else if (word === "hundred" && current !== undefined) current *= 100;
    else if (word === "thousand" && current !== undefined) {
      total += current * 1000;
      current = 0;
    } else return undefined;
  }
  return current === undefined ? undefined : total + current;
}

/** Phrases that stand for a set. */
export const SET_PHRASES: ReadonlyMap<string, string> = new Map([
  ["all real numbers", "ℝ"],
  ["all reals", "ℝ"],
  ["real numbers", "ℝ"],
  ["all integers", "ℤ"],
  ["integers", "ℤ"],
  ["empty set", "∅"],
  ["no solution", "∅"],
  ["no solutions", "∅"],
  ["no real solution", "∅"],
  ["no real solutions", "∅"],
  ["none", "∅"],
]);
