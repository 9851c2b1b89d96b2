// Where the scanner writes what it finds.

/** Numbers as triples (start, end, kind) in UTF-16 units; grows by doubling, can be used again. */
export class NumberSpans {
  data = new Int32Array(96);
  /** How many numbers there are. */
  count = 0;

  push(start: number, end: number, kind: number): void {
    const at = this.count * 3;
    if (at === this.data.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[at] = start;
    this.data[at + 1] = end;
    this.data[at + 2] = kind;
    this.count++;
  }
}
