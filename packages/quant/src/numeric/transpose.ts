/** `x[rows, columns]` as `[columns, rows]`, in tiles that caches hold. Column `order[c]` becomes row c. */
export function transposed<T extends Float32Array | Int32Array>(
  x: T,
  rows: number,
  columns: number,
  order?: Int32Array,
): T {
  const out = new (x.constructor as new (length: number) => T)(x.length);
  for (let c0 = 0; c0 < columns; c0 += 32) {
    const c1 = Math.min(columns, c0 + 32);
    for (let r0 = 0; r0 < rows; r0 += 32) {
      const r1 = Math.min(rows, r0 + 32);
      for (let c = c0; c < c1; c++) {
        const from = order === undefined ? c : (order[c] as number);
        for (let r = r0; r < r1; r++) out[c * rows + r] = x[r * columns + from] as number;
      }
    }
  }
  return out;
}

/** The inverse: `x[columns, rows]`, whose row c is column `order[c]`, as `[rows, columns]`. */
export function transposedBack<T extends Float32Array | Int32Array>(
  x: T,
  rows: number,
  columns: number,
  order?: Int32Array,
): T {
  const out = new (x.constructor as new (length: number) => T)(x.length);
  for (let r0 = 0; r0 < rows; r0 += 32) {
    const r1 = Math.min(rows, r0 + 32);
    for (let c0 = 0; c0 < columns; c0 += 32) {
      const c1 = Math.min(columns, c0 + 32);
      for (let c = c0; c < c1; c++) {
        const to = order === undefined ? c : (order[c] as number);
        for (let r = r0; r < r1; r++) out[r * columns + to] = x[c * rows + r] as number;
      }
    }
  }
  return out;
}
