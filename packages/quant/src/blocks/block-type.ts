// Types of 32 values with one float16 scale (ggml-common.h): which levels each has, and how they lie in bytes.

import type { BlockDType } from "../quantized-tensor.js";

export const GROUP = 32;

export interface BlockType {
  readonly dtype: BlockDType;
  readonly bytes: number;
  /** Ascending. */
  readonly levels: Int16Array;
  /** For `2 * value`, from -512 to 511 and clipped: the nearest level's place. */
  readonly nearest: Uint8Array;
  /** Levels that the value of largest magnitude may become. */
  readonly anchors: readonly number[];
  /** How often a candidate's scale is fitted to its levels. */
  readonly fits: number;
}

/** IQ4_NL's: closer together near zero. */
const TABLE = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const range = (from: number, end: number): number[] =>
  Array.from({ length: end - from + 1 }, (_, i) => from + i);

function blockType(
  dtype: BlockDType,
  bytes: number,
  levels: number[],
  anchors: readonly number[],
  fits: number,
): BlockType {
  const nearest = Uint8Array.from({ length: 1024 }, (_, i) => {
    const value = (i - 512) / 2 + 0.25;
    let best = 0;
    for (let l = 1; l < levels.length; l++) {
      const [a, b] = [levels[best] as number, levels[l] as number];
      if (Math.abs(b - value) < Math.abs(a - value)) best = l;
    }
    return best;
  });
  return { dtype, bytes, levels: Int16Array.from(levels), nearest, anchors, fits };
}

/** Around `level`, what the extreme of a group is tried as: clipping it a little often pays. */
const around = (level: number, shares: readonly number[]): number[] => shares.map((s) => level * s);

const WIDE = [0.72, 0.8, 0.88, 0.94, 1, 1.07, 1.15, 1.25];
const types: Readonly<Record<BlockDType, BlockType>> = {
  Q8_0: blockType("Q8_0", 34, range(-127, 127), around(127, [0.97, 0.985, 1, 1.01]), 1),
  Q4_0: blockType("Q4_0", 18, range(-8, 7), [...around(-8, WIDE), ...around(7, [0.9, 1, 1.1])], 2),
  IQ4_NL: blockType("IQ4_NL", 18, TABLE, [...around(-127, WIDE), ...around(113, WIDE)], 2),
};

export const blockTypeOf = (dtype: BlockDType): BlockType => types[dtype];

/** The place of the level nearest to `value`. */
export function nearestLevel({ nearest }: BlockType, value: number): number {
  const at = Math.floor(2 * value) + 512;
  return nearest[Math.max(0, Math.min(at, 1023))] as number;
}

/** Places of levels `[rows, columns]` and scales as float16 bits `[rows, columns / 32]` as blocks. */
export function packBlocks(type: BlockType, places: Uint8Array, scales: Uint16Array): Uint8Array {
  const out = new Uint8Array(scales.length * type.bytes);
  for (let b = 0, to = 0, at = 0; b < scales.length; b++, to += type.bytes, at += GROUP) {
    const scale = scales[b] as number;
    out[to] = scale & 255;
    out[to + 1] = scale >> 8;
    if (type.bytes === 34) {
      for (let j = 0; j < GROUP; j++) {
        out[to + 2 + j] = type.levels[places[at + j] as number] as number;
      }
    } else {
      for (let j = 0; j < 16; j++) {
        out[to + 2 + j] = (places[at + j] as number) | ((places[at + 16 + j] as number) << 4);
      }
    }
  }
  return out;
}
