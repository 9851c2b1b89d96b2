// Sets of code points as sorted, disjoint, inclusive ranges: [from, to, from, to, …].

export type Ranges = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** Every character that UTF-8 can write: code points without surrogates. */
export const ANY_CHARACTER: Ranges = [0, 0xd7ff, 0xe000, MAX_CODE_POINT];

/** Ranges in any order, overlapping or not, as a set. */
export function union(...sets: readonly Ranges[]): Ranges {
  const pairs: [number, number][] = [];
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) pairs.push([set[i] as number, set[i + 1] as number]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const result: number[] = [];
  for (const [from, to] of pairs) {
    const last = result.length - 1;
    if (last > 0 && from <= (result[last] as number) + 1) {
      result[last] = Math.max(result[last] as number, to);
    } else result.push(from, to);
  }
  return result;
}

/** The characters that aren't in the set. */
export function complement(set: Ranges): Ranges {
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i] as number;
    if (from > next) result.push(next, from - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= MAX_CODE_POINT) result.push(next, MAX_CODE_POINT);
  return intersection(result, ANY_CHARACTER);
}

export function intersection(a: Ranges, b: Ranges): Ranges {
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i] as number, b[j] as number);
    const to = Math.min(a[i + 1] as number, b[j + 1] as number);
    if (from <= to) result.push(from, to);
    if ((a[i + 1] as number) < (b[j + 1] as number)) i += 2;
    else j += 2;
  }
  return result;
}

export function difference(a: Ranges, b: Ranges): Ranges {
  return intersection(a, complement(b));
}
