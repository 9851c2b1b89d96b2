// Weights and their averages on grids: of a keyframe the weights themselves, of a link what they have changed by since the
// checkpoint before, as that one was stored: so errors don't add up.

import { CLASSES, kinds, type StreamReader, type StreamWriter } from "./code-streams.js";
import { putOnGrid, rmsOf, takeFromGrid } from "./codes.js";
import type { Dims } from "./factors.js";
import { stepsOf } from "./sensitivity.js";

/** Below this, weights of a keyframe are stored as they are. */
const SMALL = 4096;
const MIDDLE = (CLASSES - 1) / 2;

export interface StoredWeights {
  /** What a reader has. */
  readonly values: Float32Array;
  /** The step of the middle class; 0 for exact ones. */
  readonly unit: number;
}

export interface Place {
  readonly dims: Dims;
  /** Of each element. */
  readonly classes: Uint8Array;
}

export function putKeyframeWeights(
  streams: StreamWriter,
  values: Float32Array,
  { dims }: Place,
  step: number,
): StoredWeights {
  if (isSmall(dims)) {
    for (const value of values) streams.float(kinds.escapes, value);
    return { values: values.slice(), unit: 0 };
  }
  const unit = Math.fround(step * rmsOf(values.length, (i) => values[i] as number));
  streams.float(kinds.numbers, unit);
  const stored = values.map((value) => putOnGrid(streams, kinds.weight + MIDDLE, value, 0, unit));
  return { values: stored, unit };
}

export function takeKeyframeWeights(streams: StreamReader, { dims }: Place): Float32Array {
  const values = new Float32Array(dims.rows * dims.columns);
  if (isSmall(dims)) return values.map(() => streams.float(kinds.escapes));
  const unit = streams.float(kinds.numbers);
  return values.map(() => takeFromGrid(streams, kinds.weight + MIDDLE, 0, unit));
}

/** @param step  of the grid, by the root mean square of the change */
export function putLinkWeights(
  streams: StreamWriter,
  values: Float32Array,
  base: Float32Array,
  { classes }: Place,
  step: number,
): StoredWeights {
  const change = (i: number) => (values[i] as number) - (base[i] as number);
  const unit = Math.fround(step * rmsOf(values.length, change));
  return { values: putChange(streams, kinds.weight, values, base, classes, unit), unit };
}

export const takeLinkWeights = (
  streams: StreamReader,
  base: Float32Array,
  { classes }: Place,
): Float32Array => takeChange(streams, kinds.weight, base, classes);

/**
 * An average: of weights, then it is stored as what it differs from them by, no finer than they are; or of their steps, then it
 * is stored as it is. Whichever is smaller.
 *
 * @param weights  absent where there are none
 */
export function putAverage(
  streams: StreamWriter,
  values: Float32Array,
  weights: StoredWeights | undefined,
  { classes }: Place,
  step: number,
): void {
  const own = rmsOf(values.length, (i) => values[i] as number);
  const ofWeights = weights && apartFrom(values, weights.values) < own ? weights : undefined;
  streams.float(kinds.numbers, ofWeights === undefined ? 0 : 1);
  const base = ofWeights?.values ?? new Float32Array(values.length);
  const unit =
    ofWeights === undefined
      ? step * own
      : Math.max(ofWeights.unit, (step / 2) * apartFrom(values, ofWeights.values));
  putChange(streams, kinds.average, values, base, classes, Math.fround(unit));
}

export function takeAverage(
  streams: StreamReader,
  weights: Float32Array | undefined,
  { dims, classes }: Place,
): Float32Array {
  const isOfWeights = streams.float(kinds.numbers) === 1;
  const base = isOfWeights ? weights : undefined;
  return takeChange(
    streams,
    kinds.average,
    base ?? new Float32Array(dims.rows * dims.columns),
    classes,
  );
}

function putChange(
  streams: StreamWriter,
  kind: number,
  values: Float32Array,
  base: Float32Array,
  classes: Uint8Array,
  unit: number,
): Float32Array {
  streams.float(kinds.numbers, unit);
  const steps = stepsOf(unit);
  return values.map((value, i) => {
    const own = classes[i] as number;
    return putOnGrid(streams, kind + own, value, base[i] as number, steps[own] as number);
  });
}

function takeChange(
  streams: StreamReader,
  kind: number,
  base: Float32Array,
  classes: Uint8Array,
): Float32Array {
  const steps = stepsOf(streams.float(kinds.numbers));
  return base.map((predicted, i) => {
    const own = classes[i] as number;
    return takeFromGrid(streams, kind + own, predicted, steps[own] as number);
  });
}

const apartFrom = (values: Float32Array, base: Float32Array): number =>
  rmsOf(values.length, (i) => (values[i] as number) - (base[i] as number));

const isSmall = ({ rows, columns }: Dims) => rows === 1 || rows * columns < SMALL;
