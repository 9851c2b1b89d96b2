// The values of blocks as ggml defines them (ggml-quants.c, `dequantize_row_*`), one at a time.

import type { BlockType } from "../../src/index.js";
import { integers } from "./native.js";

const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const f = Math.fround;

/** `kvalues_iq4nl` of ggml-common.h. */
const nl4Values = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** Weight `i` of one block. */
function weightOf(type: BlockType, b: Uint8Array, i: number): number {
  const u16 = (at: number) => (b[at] as number) | ((b[at + 1] as number) << 8);
  const d = half(u16(0));
  const j = i % 16;
  const nibble = (at: number) => {
    const byte = b[at + j] as number;
    return i < 16 ? byte & 15 : byte >> 4;
  };
  const fifth = (at: number) => (((b[at + (i >> 3)] as number) >> (i & 7)) & 1) << 4;
  switch (type) {
    case "IQ4_NL":
      return d * (nl4Values[nibble(2)] as number);
    case "F32":
      return new DataView(b.buffer, b.byteOffset).getFloat32(0, true);
    case "F16":
      return d;
    case "BF16":
      return new Float32Array(Uint32Array.of(u16(0) << 16).buffer)[0] as number;
    case "Q8_0":
      return d * (((b[2 + i] as number) << 24) >> 24);
    case "Q4_0":
      return d * (nibble(2) - 8);
    case "Q4_1":
      return f(f(d * nibble(4)) + half(u16(2)));
    case "Q5_0":
      return d * ((nibble(6) | fifth(2)) - 16);
    case "Q5_1":
      return f(f(d * (nibble(8) | fifth(4))) + half(u16(2)));
    case "Q4_K":
    case "Q5_K": {
      const group = i >> 5;
      const s = (at: number) => b[4 + at] as number;
      const scale = group < 4 ? s(group) & 63 : (s(group + 4) & 15) | ((s(group - 4) >> 6) << 4);
      const least = group < 4 ? s(group + 4) & 63 : (s(group + 4) >> 4) | ((s(group) >> 6) << 4);
      const byte = b[(type === "Q4_K" ? 16 : 48) + (group >> 1) * 32 + (i & 31)] as number;
      const low = group & 1 ? byte >> 4 : byte & 15;
      const high = type === "Q5_K" ? (((b[16 + (i & 31)] as number) >> group) & 1) << 4 : 0;
      return f(f(f(d * scale) * (low | high)) - f(half(u16(2)) * least));
    }
    default: {
      const [part, l] = [i >> 7, i & 31];
      const quarter = (i >> 5) & 3;
      const byte = b[part * 64 + (quarter & 1) * 32 + l] as number;
      const low = quarter < 2 ? byte & 15 : byte >> 4;
      const high = ((b[128 + part * 32 + l] as number) >> (2 * quarter)) & 3;
      const scale = ((b[192 + (i >> 4)] as number) << 24) >> 24;
      return f(f(half(u16(208)) * scale) * ((low | (high << 4)) - 32));
    }
  }
}

const layouts: Readonly<Record<BlockType, readonly [number, number, readonly number[]]>> = {
  F32: [1, 4, [2]],
  F16: [1, 2, [0]],
  BF16: [1, 2, []],
  Q4_0: [32, 18, [0]],
  Q4_1: [32, 20, [0, 2]],
  Q5_0: [32, 22, [0]],
  Q5_1: [32, 24, [0, 2]],
  Q8_0: [32, 34, [0]],
  Q4_K: [256, 144, [0, 2]],
  Q5_K: [256, 176, [0, 2]],
  Q6_K: [256, 210, [208]],
  IQ4_NL: [32, 18, [0]],
};

export function blockValues(type: BlockType, blocks: Uint8Array, count: number): Float32Array {
  const [weights, bytes] = layouts[type];
  return Float32Array.from({ length: count }, (_, i) => {
    const start = Math.floor(i / weights) * bytes;
    // Zero has no sign here: codes have none.
    return weightOf(type, blocks.subarray(start, start + bytes), i % weights) + 0;
  });
}

/** Random blocks whose scales are numbers of usual size. */
export function noiseBlocks(type: BlockType, count: number, seed: number): Uint8Array {
  const found = Uint8Array.from(integers(seed, count, 256));
  const [, size, halves] = layouts[type];
  for (let start = 0; start < count; start += size) {
    for (const at of halves) {
      const high = start + at + 1;
      found[high] = ((found[high] as number) & 0x83) | 0x2c;
    }
    if (type === "BF16") found[start + 1] = ((found[start + 1] as number) & 0x80) | 0x3d;
    if (type === "F32") found[start + 3] = ((found[start + 3] as number) & 0x80) | 0x3d;
  }
  return found;
}
