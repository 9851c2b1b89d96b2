// Two-stage tables: a value for every code point, in blocks of 128 of which equal ones
// are mostly kept once.

/** One more than the highest code point. */
export const CODE_POINTS = 0x110000;

export interface Blocks {
  /** Index of the block of a code point, by code point >> 7. */
  readonly blocks: Uint16Array;
  /** Values: that of c is `values[(blocks[c >> 7] << 7) | (c & 127)]`. */
  readonly values: Uint8Array;
}

/**
 * The table of `count` runs: run r holds `values[r]` from `starts[r]` up to `starts[r + 1]`,
 * and the last one ends at {@link CODE_POINTS}.
 */
export function buildBlocks(starts: Uint32Array, runs: Uint8Array, count: number): Blocks {
  const blocks = new Uint16Array(CODE_POINTS >> 7);
  const uniform = new Int32Array(256).fill(-1);
  let values = new Uint8Array(1 << 16);
  let used = 0;
  let at = 0;
  for (let run = 0; run < count; run++) {
    const value = runs[run] as number;
    const end = starts[run + 1] as number;
    while (at < end) {
      const place = at & 127;
      if ((used + 1) << 7 > values.length) {
        const larger = new Uint8Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      if (place === 0 && end - at > 127) {
        if (uniform[value] === -1) {
          values.fill(value, used << 7, (used + 1) << 7);
          uniform[value] = used++;
        }
        blocks.fill(uniform[value] as number, at >> 7, end >> 7);
        at = end & ~127;
      } else {
        if (place === 0) blocks[at >> 7] = used++;
        const next = Math.min(end, at - place + 128);
        const base = ((used - 1) << 7) + place;
        values.fill(value, base, base + next - at);
        at = next;
      }
    }
  }
  return { blocks, values: values.slice(0, used << 7) };
}
