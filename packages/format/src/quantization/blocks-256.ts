// ggml's K types: blocks of 256 elements in groups with scales of their own, which are
// multiples of one or two float16 (ggml-common.h, ggml-quants.c).
//
// A float16 has 11 bits, scales up to 7, quants up to 6: their product is exact in float32,
// and the difference of two is exact in double, so that storing rounds once.

import { halfValues } from "./float-bits.js";
import type { Kernel } from "./kernel.js";

const half = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8);

/** The 6-bit scale of group `j` of eight; 12 bytes hold eight scales and eight minima. */
function scale(bytes: Uint8Array, at: number, j: number): number {
  if (j < 4) return (bytes[at + j] as number) & 63;
  return ((bytes[at + j + 4] as number) & 15) | (((bytes[at + j - 4] as number) >> 6) << 4);
}

function minimum(bytes: Uint8Array, at: number, j: number): number {
  if (j < 4) return (bytes[at + j + 4] as number) & 63;
  return ((bytes[at + j + 4] as number) >> 4) | (((bytes[at + j] as number) >> 6) << 4);
}

export const q2_k: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 84, to += 256) {
    const d = halves[half(bytes, at + 80)] as number;
    const dmin = halves[half(bytes, at + 82)] as number;
    for (let group = 0; group < 16; group++) {
      const packed = bytes[at + group] as number;
      const dl = d * (packed & 15);
      const ml = dmin * (packed >> 4);
      const from = at + 16 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = 2 * ((group >> 1) & 3);
      const base = to + 16 * group;
      for (let j = 0; j < 16; j++) {
        out[base + j] = dl * (((bytes[from + j] as number) >> shift) & 3) - ml;
      }
    }
  }
};

export const q3_k: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 110, to += 256) {
    const d = halves[half(bytes, at + 108)] as number;
    for (let group = 0; group < 16; group++) {
      const low = (bytes[at + 96 + (group & 7)] as number) >> (4 * (group >> 3));
      const high = (bytes[at + 104 + (group & 3)] as number) >> (2 * (group >> 2));
      const dl = d * (((low & 15) | ((high & 3) << 4)) - 32);
      const place = 16 * (group & 1);
      const from = at + 32 + 32 * (group >> 3) + place;
      const shift = 2 * ((group >> 1) & 3);
      const bit = group >> 1;
      const base = to + 16 * group;
      for (let j = 0; j < 16; j++) {
        const q = ((bytes[from + j] as number) >> shift) & 3;
        const above = ((bytes[at + place + j] as number) >> bit) & 1;
        out[base + j] = dl * (q - 4 + 4 * above);
      }
    }
  }
};

export const q4_k: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 144, to += 256) {
    const d = halves[half(bytes, at)] as number;
    const dmin = halves[half(bytes, at + 2)] as number;
    for (let pair = 0; pair < 4; pair++) {
      const d0 = d * scale(bytes, at + 4, 2 * pair);
      const m0 = dmin * minimum(bytes, at + 4, 2 * pair);
      const d1 = d * scale(bytes, at + 4, 2 * pair + 1);
      const m1 = dmin * minimum(bytes, at + 4, 2 * pair + 1);
      const from = at + 16 + 32 * pair;
      const base = to + 64 * pair;
      for (let j = 0; j < 32; j++) {
        const q = bytes[from + j] as number;
        out[base + j] = d0 * (q & 15) - m0;
        out[base + 32 + j] = d1 * (q >> 4) - m1;
      }
    }
  }
};

export const q5_k: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 176, to += 256) {
    const d = halves[half(bytes, at)] as number;
    const dmin = halves[half(bytes, at + 2)] as number;
    for (let pair = 0; pair < 4; pair++) {
      const d0 = d * scale(bytes, at + 4, 2 * pair);
      const m0 = dmin * minimum(bytes, at + 4, 2 * pair);
      const d1 = d * scale(bytes, at + 4, 2 * pair + 1);
      const m1 = dmin * minimum(bytes, at + 4, 2 * pair + 1);
      const from = at + 48 + 32 * pair;
      const base = to + 64 * pair;
      for (let j = 0; j < 32; j++) {
        const q = bytes[from + j] as number;
        const high = (bytes[at + 16 + j] as number) >> (2 * pair);
        out[base + j] = d0 * ((q & 15) | ((high & 1) << 4)) - m0;
        out[base + 32 + j] = d1 * ((q >> 4) | ((high & 2) << 3)) - m1;
      }
    }
  }
};

export const q6_k: Kernel = (bytes, out) => {
  const halves = halfValues();
  const scales = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, to = 0; at < bytes.length; at += 210, to += 256) {
    const d = halves[half(bytes, at + 208)] as number;
    // A byte of high bits belongs to one element of each of four groups.
    for (let part = 0; part < 4; part++) {
      const side = part >> 1;
      const place = part & 1;
      const first = at + 192 + 8 * side + place;
      const d0 = d * (scales[first] as number);
      const d1 = d * (scales[first + 2] as number);
      const d2 = d * (scales[first + 4] as number);
      const d3 = d * (scales[first + 6] as number);
      const low = at + 64 * side + 16 * place;
      const high = at + 128 + 32 * side + 16 * place;
      const base = to + 128 * side + 16 * place;
      for (let j = 0; j < 16; j++) {
        const a = bytes[low + j] as number;
        const b = bytes[low + 32 + j] as number;
        const h = bytes[high + j] as number;
        out[base + j] = d0 * (((a & 15) | ((h & 3) << 4)) - 32);
        out[base + 32 + j] = d1 * (((b & 15) | ((h & 12) << 2)) - 32);
        out[base + 64 + j] = d2 * (((a >> 4) | (h & 48)) - 32);
        out[base + 96 + j] = d3 * (((b >> 4) | ((h & 192) >> 2)) - 32);
      }
    }
  }
};
