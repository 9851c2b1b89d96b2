// First moments, or momentum, in multiples of what they are divided by: the root of their second moments as stored, or, where an
// optimizer has none, row and column factors of their own. So the error of a step is about the same everywhere.

import { kinds, type StreamReader, type StreamWriter } from "./code-streams.js";
import { ESCAPE, rmsOf, unzigzag, zigzag } from "./codes.js";
import {
  type Dims,
  type Factors,
  factorAt,
  factorsOf,
  isSeparable,
  putFactors,
  takeFactors,
} from "./factors.js";
import { powerOfTwo } from "./powers.js";
import { forEachPlace, type SecondMoment } from "./second-moment.js";

export interface FirstMoment {
  /** What a reader has. */
  readonly values: Float32Array;
  /** Octaves of their squares; absent where second moments have such. */
  readonly factors: Factors | undefined;
}

/** @param step  of the grid, by the root mean square of the scaled values */
export function putFirstMoment(
  streams: StreamWriter,
  values: Float32Array,
  dims: Dims,
  step: number,
  second?: SecondMoment,
): FirstMoment {
  const factors = second === undefined ? powerFactors(values, dims) : undefined;
  if (factors !== undefined) putFactors(streams, factors);
  const scales = scalesOf(dims, second, factors);
  const scaled = (i: number) => (values[i] as number) / (scales[i] as number);
  const wanted = Math.fround(step * rmsOf(values.length, scaled));
  const unit = wanted < Infinity ? wanted : 0; // then all are escapes
  const shift = unit > 0 ? meanShift(values.length, scaled, unit) : 0;
  streams.float(kinds.numbers, unit);
  streams.float(kinds.numbers, shift);
  const stored = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const code = value === 0 ? 0 : Math.round(scaled(i) / unit);
    const back = momentOf(code, scales[i] as number, unit, shift);
    if (code >= -127 && code <= 126 && Number.isFinite(back)) {
      streams.byte(kinds.first, zigzag(code));
      stored[i] = back;
    } else {
      streams.byte(kinds.first, ESCAPE);
      streams.float(kinds.escapes, value);
      stored[i] = value;
    }
  }
  return { values: stored, factors };
}

export function takeFirstMoment(
  streams: StreamReader,
  dims: Dims,
  second?: SecondMoment,
): FirstMoment {
  const factors = second === undefined ? takeFactors(streams, dims) : undefined;
  const scales = scalesOf(dims, second, factors);
  const unit = streams.float(kinds.numbers);
  const shift = streams.float(kinds.numbers);
  const values = new Float32Array(scales.length);
  for (let i = 0; i < values.length; i++) {
    const byte = streams.byte(kinds.first);
    values[i] =
      byte === ESCAPE
        ? streams.float(kinds.escapes)
        : momentOf(unzigzag(byte), scales[i] as number, unit, shift);
  }
  return { values, factors };
}

/** Values of a coarse step lie nearer to 0 than its middle on average. */
function meanShift(length: number, scaled: (i: number) => number, unit: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < length; i++) {
    const value = Math.abs(scaled(i)) / unit;
    const code = Math.round(value);
    if (!(code > 0 && code <= 126)) continue;
    sum += value - code;
    count += 1;
  }
  return count === 0 ? 0 : Math.fround(sum / count);
}

function momentOf(code: number, scale: number, unit: number, shift: number): number {
  if (code === 0) return 0;
  const size = Math.fround(Math.fround(Math.abs(code) + shift) * Math.fround(unit * scale));
  return code < 0 ? -size : size;
}

function powerFactors(values: Float32Array, dims: Dims): Factors {
  const { rows, columns } = dims;
  const finite = (i: number) => {
    const value = values[i] as number;
    return Number.isFinite(value) ? value * value : 0;
  };
  const ofRow = new Float64Array(rows);
  const ofColumn = new Float64Array(columns);
  let all = 0;
  forEachPlace(dims, (i, row, column) => {
    const square = finite(i);
    (ofRow[row] as number) += square / columns;
    (ofColumn[column] as number) += square / rows;
    all += square / values.length;
  });
  // As if each place had the magnitude that its row and column have.
  const place = (i: number) => {
    if (!isSeparable(dims)) return all;
    const [row, column] = [Math.floor(i / columns), i % columns];
    return ((ofRow[row] as number) * (ofColumn[column] as number)) / all;
  };
  return factorsOf(dims, (i) => {
    const square = place(i);
    return square > 0 ? Math.round(Math.log2(square)) : undefined;
  });
}

function scalesOf(
  dims: Dims,
  second: SecondMoment | undefined,
  factors: Factors | undefined,
): Float32Array {
  if (second !== undefined) {
    return second.values.map((value) => Math.sqrt(value)); // of 0 and less: escapes
  }
  const scales = new Float32Array(dims.rows * dims.columns);
  forEachPlace(dims, (i, row, column) => {
    scales[i] = powerOfTwo(4 * factorAt(factors as Factors, row, column));
  });
  return scales;
}
