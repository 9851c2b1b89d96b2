// Second moments on a logarithmic grid: what is positive stays positive, since it is divided by, and zero stays zero.
// Codes are what row and column factors leave over.

import { kinds, refuse, type StreamReader, type StreamWriter } from "./code-streams.js";
import { ESCAPE, unzigzag, zigzag } from "./codes.js";
import {
  type Dims,
  type Factors,
  factorAt,
  factorsOf,
  putFactors,
  takeFactors,
} from "./factors.js";
import { powerOfTwo } from "./powers.js";

export interface SecondMoment {
  /** What a reader has. */
  readonly values: Float32Array;
  /** In steps of the grid. */
  readonly factors: Factors;
  /** Steps of the grid an octave. */
  readonly parts: number;
}

/** The byte of an exact zero; others are one more than their code. */
const ZERO = 0;

/** @param parts  steps of the grid an octave: 1, 2, 4 or 8 */
export function putSecondMoment(
  streams: StreamWriter,
  values: Float32Array,
  dims: Dims,
  parts: number,
): SecondMoment {
  const exponents = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    exponents[i] = isOnGrid(value) ? Math.round(Math.log2(value) * parts) : NONE;
  }
  const factors = factorsOf(dims, (i) => {
    const exponent = exponents[i] as number;
    return exponent === NONE ? undefined : exponent;
  });
  streams.float(kinds.numbers, parts);
  putFactors(streams, factors);
  const stored = new Float32Array(values.length);
  forEachPlace(dims, (i, row, column) => {
    const value = values[i] as number;
    if (Object.is(value, 0)) {
      streams.byte(kinds.second, ZERO);
      return;
    }
    const exponent = exponents[i] as number;
    const code = exponent === NONE ? NONE : exponent - factorAt(factors, row, column);
    const onGrid = code >= -126 && code <= 126 ? onGridAt(exponent, parts) : 0;
    if (onGrid > 0 && onGrid < Infinity) {
      streams.byte(kinds.second, zigzag(code) + 1);
      stored[i] = onGrid;
    } else {
      streams.byte(kinds.second, ESCAPE);
      streams.float(kinds.escapes, value);
      stored[i] = value;
    }
  });
  return { values: stored, factors, parts };
}

export function takeSecondMoment(streams: StreamReader, dims: Dims): SecondMoment {
  const parts = streams.float(kinds.numbers);
  if (![1, 2, 4, 8].includes(parts)) refuse("1, 2, 4 or 8 steps an octave", parts);
  const factors = takeFactors(streams, dims);
  const values = new Float32Array(dims.rows * dims.columns);
  forEachPlace(dims, (i, row, column) => {
    const byte = streams.byte(kinds.second);
    if (byte === ZERO) return;
    values[i] =
      byte === ESCAPE
        ? streams.float(kinds.escapes)
        : onGridAt(factorAt(factors, row, column) + unzigzag(byte - 1), parts);
  });
  return { values, factors, parts };
}

const NONE = -(2 ** 30);
const isOnGrid = (value: number): boolean => value > 0 && value < Infinity;
const onGridAt = (exponent: number, parts: number): number =>
  Math.fround(powerOfTwo(exponent * (8 / parts)));

export function forEachPlace(
  { rows, columns }: Dims,
  visit: (i: number, row: number, column: number) => void,
): void {
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) visit(i, row, column);
  }
}
