// Families of tensors as one blob, and back. What a reader of the blob gets is returned by the writer too: the next link
// builds on it.

import type { SeriesTensorInfo } from "./checkpoint.js";
import { CLASSES, kinds, StreamReader, StreamWriter } from "./code-streams.js";
import { decodeExact, encodeExact } from "./exact.js";
import { dimsOf, type Factors } from "./factors.js";
import { byteLengthOf, type Family } from "./families.js";
import { type FirstMoment, putFirstMoment, takeFirstMoment } from "./first-moment.js";
import { bytesOfFloats, floatsOf } from "./floats.js";
import type { SeriesPrecision } from "./precision.js";
import { putSecondMoment, type SecondMoment, takeSecondMoment } from "./second-moment.js";
import { classesOf } from "./sensitivity.js";
import {
  type Place,
  putAverage,
  putKeyframeWeights,
  putLinkWeights,
  type StoredWeights,
  takeAverage,
  takeKeyframeWeights,
  takeLinkWeights,
} from "./weights.js";

/** What links build on, by name: weights as they were stored, exact tensors' bytes. Empty for a keyframe. */
export interface Base {
  readonly weights: Map<string, Float32Array>;
  readonly exact: Map<string, Uint8Array>;
}

export const noBase = (): Base => ({ weights: new Map(), exact: new Map() });

export interface EncodedStretch {
  readonly blob: Uint8Array;
  /** Bytes of each kind of stream. */
  readonly byKind: ReadonlyMap<number, number>;
}

type Tensor = SeriesTensorInfo;

/**
 * @param bytesOf  of a tensor, asked for once
 * @param next  gets what the link after this one builds on
 */
export function encodeStretch(
  families: readonly Family<Tensor>[],
  bytesOf: (tensor: Tensor) => Uint8Array,
  base: Base,
  next: Base,
  precision: SeriesPrecision,
): EncodedStretch {
  const streams = new StreamWriter();
  for (const { second, first, weight, averages, exact } of families) {
    if (exact !== undefined) {
      const bytes = bytesOf(exact);
      const coded = encodeExact(bytes, exact.dtype, base.exact.get(exact.name));
      streams.word(kinds.exact, coded.length);
      streams.bytes(kinds.exact, coded);
      next.exact.set(exact.name, bytes);
      continue;
    }
    const values = (tensor: Tensor) => floatsOf(bytesOf(tensor), tensor.dtype);
    const v =
      second &&
      putSecondMoment(streams, values(second), dimsOf(second.shape), precision.secondParts);
    const m =
      first && putFirstMoment(streams, values(first), dimsOf(first.shape), precision.firstStep, v);
    const shape = (weight ?? averages[0])?.shape;
    if (shape === undefined) continue;
    const place = placeOf(shape, v, m);
    let stored: StoredWeights | undefined;
    if (weight !== undefined) {
      const before = base.weights.get(weight.name);
      stored =
        before === undefined
          ? putKeyframeWeights(streams, values(weight), place, precision.keyframeStep)
          : putLinkWeights(streams, values(weight), before, place, precision.linkStep);
      next.weights.set(weight.name, stored.values);
    }
    for (const each of averages) {
      putAverage(streams, values(each), stored, place, precision.averageStep);
    }
  }
  return streams.finish();
}

/**
 * @throws FormatError `ERR_SERIES`, `ERR_CHUNK`
 */
export function decodeStretch(
  families: readonly Family<Tensor>[],
  blob: Uint8Array,
  base: Base,
  next: Base,
  give: (tensor: Tensor, bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  const streams = new StreamReader(blob, mostBytesOf(families));
  for (const { second, first, weight, averages, exact } of families) {
    if (exact !== undefined) {
      const length = byteLengthOf(exact);
      const coded = streams.bytes(kinds.exact, streams.word(kinds.exact));
      const bytes = decodeExact(coded, exact.dtype, length, base.exact.get(exact.name));
      next.exact.set(exact.name, bytes);
      give(exact, bytes);
      continue;
    }
    const giveFloats = (tensor: Tensor, values: Float32Array) =>
      give(tensor, bytesOfFloats(values, tensor.dtype));
    const v = second && takeSecondMoment(streams, dimsOf(second.shape));
    const m = first && takeFirstMoment(streams, dimsOf(first.shape), v);
    if (second !== undefined && v !== undefined) giveFloats(second, v.values);
    if (first !== undefined && m !== undefined) giveFloats(first, m.values);
    const shape = (weight ?? averages[0])?.shape;
    if (shape === undefined) continue;
    const place = placeOf(shape, v, m);
    let stored: Float32Array | undefined;
    if (weight !== undefined) {
      const before = base.weights.get(weight.name);
      stored =
        before === undefined
          ? takeKeyframeWeights(streams, place)
          : takeLinkWeights(streams, before, place);
      next.weights.set(weight.name, stored);
      giveFloats(weight, stored);
    }
    for (const each of averages) giveFloats(each, takeAverage(streams, stored, place));
  }
  streams.finish();
}

function placeOf(
  shape: readonly number[],
  second: SecondMoment | undefined,
  first: FirstMoment | undefined,
): Place {
  const dims = dimsOf(shape);
  const factors: Factors | undefined = second?.factors ?? first?.factors;
  return { dims, classes: classesOf(dims, factors, second?.parts ?? 1) };
}

/** What well-formed streams have at most: of each element a code, an escape of four bytes and a factor; some numbers a tensor. */
function mostBytesOf(families: readonly Family<Tensor>[]): number {
  let most = 1024;
  for (const family of families) {
    most += 6 * family.elements + 64 * (2 + family.averages.length);
    // Nothing that is coded gets longer than it was by more than a head.
    if (family.exact !== undefined) most += byteLengthOf(family.exact) + 4096;
  }
  return most;
}

/** Parts of what a checkpoint costs, by kinds of streams. */
export function bytesOfRoles(byKind: ReadonlyMap<number, number>) {
  const sum = (from: number, count = 1) => {
    let bytes = 0;
    for (let kind = from; kind < from + count; kind++) bytes += byKind.get(kind) ?? 0;
    return bytes;
  };
  return {
    weights: sum(kinds.weight, CLASSES),
    firstMoments: sum(kinds.first),
    secondMoments: sum(kinds.second) + sum(kinds.factors),
    averages: sum(kinds.average, CLASSES),
  };
}
