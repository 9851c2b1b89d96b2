// Integers as bytes, small ones of either sign first; and the value itself where a byte can't hold its code.

import { kinds, type StreamReader, type StreamWriter } from "./code-streams.js";

/** The byte that says: the value stands among the escapes. */
export const ESCAPE = 255;

export const zigzag = (code: number): number => (code << 1) ^ (code >> 31);
export const unzigzag = (byte: number): number => (byte >>> 1) ^ -(byte & 1);

/**
 * Writes one value on a grid, as near as it gets, and returns what a reader will have.
 *
 * @param predicted  a float32 that the reader has too
 * @param step  a float32; 0 stands for a grid of one point
 */
export function putOnGrid(
  streams: StreamWriter,
  kind: number,
  value: number,
  predicted: number,
  step: number,
): number {
  const code = value === predicted ? 0 : Math.round((value - predicted) / step);
  if (code === 0) {
    streams.byte(kind, 0);
    return predicted;
  }
  if (code >= -127 && code <= 126) {
    const stored = Math.fround(predicted + Math.fround(code * step));
    if (Number.isFinite(stored)) {
      streams.byte(kind, zigzag(code));
      return stored;
    }
  }
  streams.byte(kind, ESCAPE);
  streams.float(kinds.escapes, value);
  return value;
}

export function takeFromGrid(
  streams: StreamReader,
  kind: number,
  predicted: number,
  step: number,
): number {
  const byte = streams.byte(kind);
  if (byte === 0) return predicted;
  if (byte === ESCAPE) return streams.float(kinds.escapes);
  return Math.fround(predicted + Math.fround(unzigzag(byte) * step));
}

/** The root mean square of what is finite; 0 of nothing. */
export function rmsOf(length: number, at: (i: number) => number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < length; i++) {
    const value = at(i);
    if (!Number.isFinite(value)) continue;
    sum += value * value;
    count += 1;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
