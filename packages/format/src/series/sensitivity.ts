// How exact weights have to be, by place: gradients say where the loss bends most, and they are stored beside the weights. A step
// is halved where squares of gradients are four times the mean: at equal size this costs a fraction of the loss that one
// step a tensor costs (a step to the power -1/2 of the curvature is best for a coded grid).

import { CLASSES } from "./code-streams.js";
import { type Dims, type Factors, factorAt } from "./factors.js";
import { powerOfTwo } from "./powers.js";
import { forEachPlace } from "./second-moment.js";

const MOST = (CLASSES - 1) / 2;

/** The class of each place: octaves of squared gradients over their mean, from 0 to CLASSES - 1; the middle is the mean. */
export function classesOf(dims: Dims, factors: Factors | undefined, parts: number): Uint8Array {
  const classes = new Uint8Array(dims.rows * dims.columns).fill(MOST);
  if (factors === undefined || classes.length === 0) return classes;
  let sum = 0;
  forEachPlace(dims, (_, row, column) => {
    sum += factorAt(factors, row, column);
  });
  const mean = Math.round(sum / classes.length);
  forEachPlace(dims, (i, row, column) => {
    const octaves = Math.round((factorAt(factors, row, column) - mean) / parts);
    classes[i] = MOST + Math.min(MOST, Math.max(-MOST, octaves));
  });
  return classes;
}

/** Steps by class, where `step` is that of the middle. */
export const stepsOf = (step: number): Float32Array =>
  Float32Array.from({ length: CLASSES }, (_, i) => step * powerOfTwo(4 * (MOST - i)));
