/** `x[rows, columns]` as `[columns, rows]`, in tiles that caches hold. */
export function transposed<T extends Float32Array | Int32Array>(
  x: T,
  rows: number,
  columns: number,
): T {
  const out = new (x.constructor as new (length: number) => T)(x.length);
  for (let c0 = 0; c0 < columns; c0 += 32) {
    const c1 = Math.min(columns, c0 + 32);
    for (let r0 = 0; r0 < rows; r0 += 32) {
      const r1 = Math.min(rows, r0 + 32);
      for (let c = c0; c < c1; c++) {
        for (let r = r0; r < r1; r++) out[c * rows + r] = x[r * columns + c] as number;
      }
    }
  }
  return out;
}
