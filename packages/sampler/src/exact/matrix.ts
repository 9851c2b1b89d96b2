// Matrices of terms: products, multiples and determinants.

import { add, integer, multiply, subtract, type Term } from "./term.js";

export type Matrix = readonly (readonly Term[])[];

/** Largest product of dimensions that is multiplied out. */
const MAX_ENTRIES = 64;

const ZERO = integer(0);
export const entry = (matrix: Matrix, i: number, j: number): Term => matrix[i]?.[j] ?? ZERO;
export const mapMatrix = (matrix: Matrix, change: (term: Term) => Term): Matrix =>
  matrix.map((row) => row.map(change));

/** `undefined` if the matrices don't fit or are too large. */
export function matrixProduct(a: Matrix, b: Matrix): Matrix | undefined {
  const [inner, width] = [b.length, b[0]?.length ?? 0];
  if (a[0]?.length !== inner || a.length * inner * width > MAX_ENTRIES) return undefined;
  return a.map((_, i) =>
    Array.from({ length: width }, (_, j) =>
      b.map((_, k) => multiply(entry(a, i, k), entry(b, k, j))).reduce(add),
    ),
  );
}

/** By cofactors of the first row; `undefined` past four rows. */
export function determinant(matrix: Matrix): Term | undefined {
  if (matrix.length > 4 || matrix.some((row) => row.length !== matrix.length)) return undefined;
  if (matrix.length === 1) return entry(matrix, 0, 0);
  let sum: Term = ZERO;
  for (let j = 0; j < matrix.length; j++) {
    const minor = determinant(matrix.slice(1).map((row) => row.filter((_, k) => k !== j)));
    if (minor === undefined) return undefined;
    const term = multiply(entry(matrix, 0, j), minor);
    sum = j % 2 === 0 ? add(sum, term) : subtract(sum, term);
  }
  return sum;
}
