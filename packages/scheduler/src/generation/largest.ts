// The k largest of many numbers, without sorting all of them.

/** The places of the `count` largest values, ascending; of equal values, the lowest places. */
export function largest(values: Float32Array, count: number): Int32Array {
  // A heap with the worst of those kept at its root.
  const heap = new Int32Array(count);
  const worse = (a: number, b: number) => {
    const [x, y] = [values[a] as number, values[b] as number];
    return x < y || (x === y && a > b);
  };
  const sink = (from: number, size: number) => {
    const place = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && worse(heap[child + 1] as number, heap[child] as number)) child++;
      if (!worse(heap[child] as number, place)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = place;
  };
  for (let i = 0; i < count; i++) heap[i] = i;
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(i, count);
  for (let i = count; i < values.length; i++) {
    // A later place must be larger, not as large.
    if ((values[i] as number) > (values[heap[0] as number] as number)) {
      heap[0] = i;
      sink(0, count);
    }
  }
  return heap.sort();
}
