// Where the sum of the weights of the largest of many numbers reaches a bound: selection by
// parts as in quicksort, which sorts only the part that decides. C. A. R. Hoare, "Algorithm 65:
// Find", 1961.

/** The end of a prefix of numbers in descending order. */
export class Prefix {
  /** The last number that belongs to it. */
  least = 0;
  /** How many of those that equal `least` belong to it, the first ones. */
  ties = 0;
  /** The weight of all that are larger than `least`. */
  above = 0;
  /** The weight of one that equals `least`. */
  weight = 0;
}

/**
 * Finds the shortest prefix whose weights have a sum of `enough` at least; all, if they have less.
 *
 * @param keys  of which the first `count` are ordered anew
 * @param weights  of the keys, ordered with them; equal keys have equal weights, else any order of theirs is right
 * @param strict  whether the sum must be larger than `enough`
 */
export function findPrefix(
  keys: Float64Array,
  weights: Float64Array,
  count: number,
  enough: number,
  strict: boolean,
  found: Prefix,
): void {
  let low = 0;
  let high = count;
  let above = 0;
  while (low < high) {
    const pivot = medianOfThree(keys, low, high);
    // [low, larger) is larger than the pivot, [larger, i) equal, [smaller, high) smaller.
    let larger = low;
    let smaller = high;
    let largerSum = 0;
    let equalSum = 0;
    let weight = 0;
    for (let i = low; i < smaller; ) {
      const key = keys[i] as number;
      if (key > pivot) {
        largerSum += weights[i] as number;
        swap(keys, weights, i++, larger++);
      } else if (key < pivot) {
        swap(keys, weights, i, --smaller);
      } else {
        weight = weights[i++] as number;
        equalSum += weight;
      }
    }
    if (reaches(above + largerSum, enough, strict) && larger > low) {
      high = larger;
      continue;
    }
    above += largerSum;
    const equal = smaller - larger;
    if (reaches(above + equalSum, enough, strict) || smaller === high) {
      found.least = pivot;
      found.above = above;
      found.weight = weight;
      found.ties = tiesNeeded(above, weight, equal, enough, strict);
      return;
    }
    above += equalSum;
    low = smaller;
  }
  found.least = Infinity;
  found.ties = 0;
  found.above = 0;
  found.weight = 0;
}

const reaches = (sum: number, enough: number, strict: boolean): boolean =>
  strict ? sum > enough : sum >= enough;

/** How many of `most` equal weights it takes to reach the bound, at least one. */
function tiesNeeded(
  above: number,
  weight: number,
  most: number,
  enough: number,
  strict: boolean,
): number {
  const missing = (enough - above) / weight;
  const needed = strict ? Math.floor(missing) + 1 : Math.ceil(missing);
  return needed >= 1 ? Math.min(needed, most) : weight > 0 ? 1 : most;
}

function medianOfThree(keys: Float64Array, low: number, high: number): number {
  const a = keys[low] as number;
  const b = keys[(low + high) >> 1] as number;
  const c = keys[high - 1] as number;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(keys: Float64Array, weights: Float64Array, i: number, j: number): void {
  const key = keys[i] as number;
  const weight = weights[i] as number;
  keys[i] = keys[j] as number;
  weights[i] = weights[j] as number;
  keys[j] = key;
  weights[j] = weight;
}
