// Merges as pairs of ids by priority, while they are collected.

export class MergeList {
  count = 0;
  #pairs: Int32Array;
  #merged: Int32Array;
  // By merged id, one more than the last merge that makes it; from there `before` goes on, with 0
  // at the end.
  readonly #last: Int32Array;
  #before: Int32Array;
  readonly #dropped = new Set<number>();

  /** @param size one more than the highest id */
  constructor(size: number) {
    // Most lists have a merge for each token; memory that is not touched costs nothing.
    const room = Math.max(size, 16);
    this.#pairs = new Int32Array(2 * room);
    this.#merged = new Int32Array(room);
    this.#before = new Int32Array(room);
    this.#last = new Int32Array(size);
  }

  push(left: number, right: number, merged: number): void {
    const n = this.count++;
    if (n === this.#merged.length) {
      this.#pairs = twice(this.#pairs);
      this.#merged = twice(this.#merged);
      this.#before = twice(this.#before);
    }
    this.#pairs[n * 2] = left;
    this.#pairs[n * 2 + 1] = right;
    this.#merged[n] = merged;
    const previous = this.#last[merged] as number;
    this.#last[merged] = n + 1;
    if (previous !== 0) this.#chain(n, previous);
  }

  // There are few merges into the same token: at most as many as it has bytes.
  #chain(n: number, previous: number): void {
    const pairs = this.#pairs;
    const before = this.#before;
    before[n] = previous;
    let from = n;
    for (let next = previous; next !== 0; next = before[from] as number) {
      const k = next - 1;
      if (pairs[k * 2] === pairs[n * 2] && pairs[k * 2 + 1] === pairs[n * 2 + 1]) {
        this.#dropped.add(k);
        before[from] = before[k] as number;
        return;
      }
      from = k;
    }
  }

  /** The pairs and what they make. A pair that came several times has the priority of its last place. */
  finish(): ReadMerges {
    const { count } = this;
    const pairs = this.#pairs;
    const merged = this.#merged;
    const dropped = this.#dropped;
    let kept = count;
    if (dropped.size > 0) {
      kept = 0;
      for (let i = 0; i < count; i++) {
        if (dropped.has(i)) continue;
        pairs[2 * kept] = pairs[2 * i] as number;
        pairs[2 * kept + 1] = pairs[2 * i + 1] as number;
        merged[kept++] = merged[i] as number;
      }
    }
    return { merges: pairs.subarray(0, 2 * kept), merged: merged.subarray(0, kept) };
  }
}

export interface ReadMerges {
  readonly merges: Int32Array;
  readonly merged: Int32Array;
}

function twice(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
