// The codec `grid`: matrices of integers on a step a column. docs/ryanformat-coding.md specifies
// what is written here.

import { FormatError } from "../errors.js";
import { checkGrid, type GridCodes, scaleBits } from "./grid-codes.js";
import { type GridHead, readHead, writeHead } from "./grid-head.js";
import { type GridPlan, planGrid } from "./grid-plan.js";
import { decodeRows, encodeRows } from "./grid-rows.js";
import { nativeCoder } from "./native.js";
import { decodedNatively } from "./native-errors.js";
import { LANES, laneCode } from "./rans.js";

/** A grid that has been analysed: its head, and any of its rows as a chunk. */
export interface EncodedGrid {
  readonly head: Uint8Array;
  /** Rows from `first` up to `end` as a chunk that decodes with the head alone. */
  rows(first: number, end: number): Uint8Array;
}

/** @throws FormatError `ERR_ARGUMENT` for codes, steps or row scales that a grid can't have. */
export function encodeGrid(grid: GridCodes): EncodedGrid {
  checkGrid(grid);
  const rowScales = scaleBits(grid.rowScales);
  const plan = planGrid(grid);
  const [n, k] = grid.shape;
  const nativeGrid = {
    hasRowScales: rowScales !== undefined,
    scales: plan.scales,
    steps: new Float32Array(k),
    freqs: plan.freqs,
  };
  return {
    head: writeHead(grid, plan),
    rows(first, end) {
      if (
        !(
          Number.isInteger(first) &&
          Number.isInteger(end) &&
          first >= 0 &&
          first <= end &&
          end <= n
        )
      ) {
        const expected = `rows from 0 to ${n}`;
        throw new FormatError("ERR_ARGUMENT", { expected, found: `${first} to ${end}` });
      }
      const codes = grid.codes.subarray(first * k, end * k);
      const offsets = plan.offsets?.subarray(first, end);
      const scales = rowScales?.subarray(first, end);
      const rows = end - first;
      return (
        nativeCoder()?.encodeGridRows(nativeGrid, codes, rows, offsets, scales) ??
        encodeRows(codes, rows, k, plan, offsets, scales)
      );
    },
  };
}

const read = new WeakMap<Uint8Array, GridHead>();

/**
 * Fills `into`, `rows` rows of a matrix, from a chunk: with values, or with codes where it is an
 * Int32Array. Its length says how many columns the matrix must have. The head must not change
 * between calls: it is read once.
 *
 * @throws FormatError `ERR_CHUNK` for bytes that are malformed or stand for another shape.
 */
export function decodeGridRows(
  head: Uint8Array,
  coded: Uint8Array,
  rows: number,
  into: Float32Array | Int32Array,
): void {
  const grid = headOf(head, columnsOf(rows, into.length));
  if (!decodedNatively({ coded, into, rows, grid })) decodeRows(grid, coded, rows, into);
}

/** @throws FormatError `ERR_ARGUMENT` unless `length` is that of some rows. */
export function columnsOf(rows: number, length: number): number {
  const columns = length / rows;
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(columns))) {
    const expected = "one row or more, and a whole number of columns";
    throw new FormatError("ERR_ARGUMENT", { expected, found: `${rows} rows of ${length} in all` });
  }
  return columns;
}

/** A head that is read once, as long as its bytes are the same array. */
export function headOf(head: Uint8Array, columns: number): GridHead {
  let known = read.get(head);
  if (known?.columns !== columns) {
    known = readHead(head, columns);
    read.set(head, known);
  }
  return known;
}

/** Elements of a chunk that sizes are estimated for: 1 MiB of bfloat16. */
const CHUNK = 1 << 19;

/**
 * Bytes that a grid would take, head and chunks of 2^19 codes, within 1 % of what
 * {@link encodeGrid} makes and without coding the codes themselves.
 */
export function gridStoredBytes(grid: GridCodes): number {
  checkGrid(grid);
  const plan: GridPlan = planGrid(grid);
  const [n, k] = grid.shape;
  const rowsOf = Math.max(1, Math.floor(CHUNK / Math.max(1, k)));
  const rowScales = scaleBits(grid.rowScales);
  let bytes = writeHead(grid, plan).length + plan.payload;
  const none = new Int32Array(0);
  for (let first = 0; first < n; first += rowsOf) {
    const end = Math.min(n, first + rowsOf);
    const offsets = plan.offsets?.subarray(first, end);
    const empty = { ...plan, scales: new Uint8Array(0) };
    bytes += encodeRows(
      none,
      end - first,
      0,
      empty,
      offsets,
      rowScales?.subarray(first, end),
    ).length;
    bytes += 2 * ((LANES[laneCode((end - first) * k)] as number) - 1);
  }
  return Math.round(bytes);
}
