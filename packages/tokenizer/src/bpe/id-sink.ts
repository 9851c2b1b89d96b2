// Where ids go while a text is encoded: one growing array for all calls.

/** Ids that room is kept for. */
const LARGE = 1 << 20;

export class IdSink {
  out: Int32Array = new Int32Array(1024);
  count = 0;

  push(id: number): void {
    if (this.count === this.out.length) this.grow(1);
    this.out[this.count++] = id;
  }

  pushAll(ids: ArrayLike<number>): void {
    if (this.count + ids.length > this.out.length) this.grow(ids.length);
    this.out.set(ids, this.count);
    this.count += ids.length;
  }

  /** Makes room for `needed` more. */
  grow(needed: number): Int32Array {
    const larger = new Int32Array(Math.max(this.out.length * 2, this.count + needed));
    larger.set(this.out.subarray(0, this.count));
    this.out = larger;
    return larger;
  }

  /** A copy of the ids from `from` on; the sink is empty afterwards. */
  take(from = 0): Int32Array {
    const ids = this.out.slice(from, this.count);
    this.count = 0;
    // A huge text isn't a reason to keep so much.
    if (this.out.length > LARGE) this.out = new Int32Array(1024);
    return ids;
  }
}
