// Byte-pair encoding as it is defined, a merge at a time: what the fast ways are held against.

/** Merges (left, right) pairs of ids by their order, the leftmost first, until none is left. */
export function naiveBpe(
  symbols: readonly number[],
  merges: readonly (readonly [left: number, right: number, merged: number])[],
): number[] {
  const rank = new Map<string, number>(
    merges.map(([a, b], i) => [`${a},${b}`, i] as const).reverse(),
  );
  const ids = [...symbols];
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const r = rank.get(`${ids[i]},${ids[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (r < best) {
        best = r;
        at = i;
      }
    }
    if (at < 0) return ids;
    ids.splice(at, 2, merges[best]?.[2] as number);
  }
}
