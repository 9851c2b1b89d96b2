// Where the scanner writes what it finds.

/** Numbers as triples (start, end, kind) in UTF-16 units; grows by doubling, can be used again. */
export class NumberSpans {
  data = new Int32Array(96);
  /** How many numbers there are. */
  count = 0;

  push(start: number, end: number, kind: number): void {
    const at = this.count * 3;
    if (at === this.data.length) this.grow();
    this.data[at] = start;
    this.data[at + 1] = end;
    this.data[at + 2] = kind;
    this.count++;
  }

  /** Appends all of another list. */
  append({ data, count }: NumberSpans): void {
    const added = data.subarray(0, 3 * count);
    if (this.count === 0 && this.data.length < added.length) this.data = added.slice();
    else {
      while (this.data.length < 3 * this.count + added.length) this.grow();
      this.data.set(added, 3 * this.count);
    }
    this.count += count;
  }

  /** Makes {@link data} twice as long. */
  grow(): Int32Array {
    const grown = new Int32Array(this.data.length * 2);
    grown.set(this.data);
    this.data = grown;
    return grown;
  }
}
