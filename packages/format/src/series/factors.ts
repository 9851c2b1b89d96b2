// What a matrix's magnitudes have in common along its rows and columns: a whole number a row and one a column, whose sum is the
// magnitude's exponent. Gradients, and so moments, are close to such a product (Shazeer & Stern, "Adafactor", 2018, arXiv 1804.04235).

import { kinds, type StreamReader, type StreamWriter } from "./code-streams.js";
import { unzigzag, zigzag } from "./codes.js";

/** Rows are all dimensions but the last. */
export interface Dims {
  readonly rows: number;
  readonly columns: number;
}

export interface Factors {
  readonly dims: Dims;
  /** Of each row, and of each column beside it; one of each for what is no matrix to speak of. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

const LEAST = 8;

export const isSeparable = ({ rows, columns }: Dims): boolean => rows >= LEAST && columns >= LEAST;

export function dimsOf(shape: readonly number[]): Dims {
  const columns = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, size) => product * size, 1), columns };
}

export const factorAt = ({ dims, rows, columns }: Factors, row: number, column: number): number =>
  isSeparable(dims)
    ? (rows[row] as number) + (columns[column] as number)
    : (rows[0] as number) + (columns[0] as number);

/** @param exponentAt  of the magnitude at a place, a whole number; undefined where there is none */
export function factorsOf(dims: Dims, exponentAt: (i: number) => number | undefined): Factors {
  const split = isSeparable(dims);
  const { rows, columns } = split ? dims : { rows: 1, columns: 1 };
  const inner = split ? columns : dims.rows * dims.columns;
  const all = new Mean();
  const ofRow = Array.from({ length: rows }, () => new Mean());
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < inner; column++, i++) (ofRow[row] as Mean).add(exponentAt(i));
    all.join(ofRow[row] as Mean);
  }
  const middle = all.rounded(0);
  const near = (mean: Mean, fallback: number) => clip(mean.rounded(fallback));
  const rowFactors = Int32Array.from(ofRow, (mean) => middle + clip(mean.rounded(middle) - middle));
  const columnFactors = new Int32Array(columns);
  if (split) {
    const ofColumn = Array.from({ length: columns }, () => new Mean());
    for (let row = 0, i = 0; row < rows; row++) {
      const own = rowFactors[row] as number;
      for (let column = 0; column < columns; column++, i++) {
        const exponent = exponentAt(i);
        if (exponent !== undefined) (ofColumn[column] as Mean).add(exponent - own);
      }
    }
    columnFactors.set(ofColumn.map((mean) => near(mean, 0)));
  }
  return { dims, rows: rowFactors, columns: columnFactors };
}

const clip = (factor: number): number => Math.min(126, Math.max(-127, factor));

export function putFactors(streams: StreamWriter, { dims, rows, columns }: Factors): void {
  const middle = rows.length === 0 ? 0 : median(rows);
  streams.float(kinds.numbers, middle);
  for (const row of rows) streams.byte(kinds.factors, zigzag(clip(row - middle)));
  if (isSeparable(dims)) for (const column of columns) streams.byte(kinds.factors, zigzag(column));
}

export function takeFactors(streams: StreamReader, dims: Dims): Factors {
  const split = isSeparable(dims);
  const rows = new Int32Array(split ? dims.rows : 1);
  const columns = new Int32Array(split ? dims.columns : 1);
  const middle = streams.float(kinds.numbers);
  for (let i = 0; i < rows.length; i++) rows[i] = middle + unzigzag(streams.byte(kinds.factors));
  if (split) {
    for (let i = 0; i < columns.length; i++) columns[i] = unzigzag(streams.byte(kinds.factors));
  }
  return { dims, rows, columns };
}

function median(values: Int32Array): number {
  return values.slice().sort()[values.length >> 1] as number;
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#sum += value;
    this.#count += 1;
  }

  join(other: Mean): void {
    this.#sum += other.#sum;
    this.#count += other.#count;
  }

  rounded(fallback: number): number {
    return this.#count === 0 ? fallback : Math.round(this.#sum / this.#count);
  }
}
