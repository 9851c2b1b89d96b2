// Merges as pairs of ids by priority, while they are collected.

export class MergeList {
  count = 0;
  private pairs = new Int32Array(2 * 4096);
  // By merged id, one more than the last merge that makes it; from there `before` goes on, with 0
  // at the end.
  private readonly last: Int32Array;
  private before = new Int32Array(4096);
  private readonly dropped = new Set<number>();

  /** @param size one more than the highest id */
  constructor(size: number) {
    this.last = new Int32Array(size);
  }

  push(left: number, right: number, merged: number): void {
    const n = this.count++;
    if (n * 2 === this.pairs.length) {
      const larger = new Int32Array(n * 4);
      larger.set(this.pairs);
      this.pairs = larger;
      const before = new Int32Array(n * 2);
      before.set(this.before);
      this.before = before;
    }
    this.pairs[n * 2] = left;
    this.pairs[n * 2 + 1] = right;
    const previous = this.last[merged] as number;
    this.last[merged] = n + 1;
    if (previous !== 0) this.chain(n, previous);
  }

  // There are few merges into the same token: at most as many as it has bytes.
  private chain(n: number, previous: number): void {
    const { pairs, before } = this;
    before[n] = previous;
    let from = n;
    for (let next = previous; next !== 0; next = before[from] as number) {
      const k = next - 1;
      if (pairs[k * 2] === pairs[n * 2] && pairs[k * 2 + 1] === pairs[n * 2 + 1]) {
        this.dropped.add(k);
        before[from] = before[k] as number;
        return;
      }
      from = k;
    }
  }

  /** The pairs. One that came several times has the priority of its last place. */
  finish(): Int32Array {
    const { pairs, dropped, count } = this;
    if (dropped.size === 0) return pairs.slice(0, count * 2);
    const kept = new Int32Array((count - dropped.size) * 2);
    for (let i = 0, to = 0; i < count; i++) {
      if (dropped.has(i)) continue;
      kept[to++] = pairs[i * 2] as number;
      kept[to++] = pairs[i * 2 + 1] as number;
    }
    return kept;
  }
}
