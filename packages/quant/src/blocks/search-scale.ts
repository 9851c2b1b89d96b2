import { type BlockType, nearestLevel } from "./block-type.js";

/**
 * The scale, with its sign, with which a group's nearest levels have about the least weighted squared error: each anchor
 * gives a candidate, each candidate's levels the scale that fits them best.
 *
 * @param values   from `at` on, `stride` apart
 * @param weights  one a value
 * @returns 0 for a group of zeros
 */
export function searchScale(
  type: BlockType,
  values: Float32Array,
  at: number,
  stride: number,
  weights: Float64Array,
): number {
  let extreme = 0;
  for (let j = 0, i = at; j < weights.length; j++, i += stride) {
    const value = values[i] as number;
    if ((weights[j] as number) > 0 && Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  if (extreme === 0) return 0;
  let bestGain = Number.NEGATIVE_INFINITY;
  let best = 0;
  for (const anchor of type.anchors) {
    let scale = extreme / anchor;
    // The levels' best scale gives other levels, whose best scale is better still.
    for (let fit = 0; fit < type.fits; fit++) {
      const inverse = 1 / scale;
      if (!Number.isFinite(inverse)) break;
      let cross = 0;
      let square = 0;
      for (let j = 0, i = at; j < weights.length; j++, i += stride) {
        const value = values[i] as number;
        const level = type.levels[nearestLevel(type, value * inverse)] as number;
        const weighted = (weights[j] as number) * level;
        cross += weighted * value;
        square += weighted * level;
      }
      if (square === 0) break;
      const gain = (cross * cross) / square;
      if (gain > bestGain) {
        bestGain = gain;
        best = cross / square;
      }
      scale = cross / square;
    }
  }
  return best;
}
