// Rows of a matrix matter as much as what is made of them. An output that goes, position by position, through an
// activation into the next matrix costs what that matrix's column passes on: E[h^2] |column|^2 for a relative error, and
// so E[h^2] / E[y^2] |column|^2 for an absolute one, with y the output itself and h what the activation makes of it.

import { roundedToHalf } from "../numeric/half.js";

/** Prices are estimates: steps go half as far in octaves as they would have to if prices were known. */
const TRUST = 0.5;
/** The finest and the coarsest row: what hardly matters on the calibration may matter elsewhere. */
const FINEST = 1 / 8;
const COARSEST = 4;

/** Squares of a matrix's columns, summed. */
export function columnSquares(values: Float32Array, columns: number): Float64Array {
  const squares = new Float64Array(columns);
  for (let i = 0; i < values.length; ) {
    for (let c = 0; c < columns; c++, i++) {
      squares[c] = (squares[c] as number) + (values[i] as number) ** 2;
    }
  }
  return squares;
}

/** Scales of rows' steps, float16, whose squared errors cost `prices` each: 1 on geometric average but for clipping. */
export function scalesOfPrices(prices: Float64Array): Float32Array {
  const logs = Array.from(prices, (price) => Math.log2(price)).filter(Number.isFinite);
  const mean = logs.reduce((sum, x) => sum + x, 0) / Math.max(1, logs.length);
  const scales = Float32Array.from(prices, (price) => {
    const scale = 2 ** (TRUST * 0.5 * (mean - Math.log2(price)));
    return Number.isNaN(scale) ? 1 : Math.min(COARSEST, Math.max(FINEST, scale));
  });
  return roundedToHalf(scales);
}
