// ggml's types with blocks of 32 elements: a float16 scale, for some a minimum, then the
// quants, low nibbles first (ggml-common.h, ggml-quants.c).
//
// Products of a float16 with a quant are exact in double precision and in float32, and a sum
// of two such is exact in double, so that storing rounds once, as float32 arithmetic does.

import { halfValues } from "./float-bits.js";
import type { Kernel } from "./kernel.js";

const half = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8);

const word = (bytes: Uint8Array, at: number): number =>
  half(bytes, at) | (half(bytes, at + 2) << 16);

export const q4_0: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 18, to += 32) {
    const d = halves[half(bytes, at)] as number;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 2 + j] as number;
      out[to + j] = d * ((pair & 15) - 8);
      out[to + 16 + j] = d * ((pair >> 4) - 8);
    }
  }
};

export const q4_1: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 20, to += 32) {
    const d = halves[half(bytes, at)] as number;
    const m = halves[half(bytes, at + 2)] as number;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 4 + j] as number;
      out[to + j] = d * (pair & 15) + m;
      out[to + 16 + j] = d * (pair >> 4) + m;
    }
  }
};

export const q5_0: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 22, to += 32) {
    const d = halves[half(bytes, at)] as number;
    const high = word(bytes, at + 2);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 6 + j] as number;
      out[to + j] = d * (((pair & 15) | (((high >>> j) & 1) << 4)) - 16);
      out[to + 16 + j] = d * (((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16);
    }
  }
};

export const q5_1: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 24, to += 32) {
    const d = halves[half(bytes, at)] as number;
    const m = halves[half(bytes, at + 2)] as number;
    const high = word(bytes, at + 4);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 8 + j] as number;
      out[to + j] = d * ((pair & 15) | (((high >>> j) & 1) << 4)) + m;
      out[to + 16 + j] = d * ((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) + m;
    }
  }
};

export const q8_0: Kernel = (bytes, out) => {
  const halves = halfValues();
  const quants = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, to = 0; at < bytes.length; at += 34) {
    const d = halves[half(bytes, at)] as number;
    // Four at a time: half as long as one by one in V8.
    for (let from = at + 2; from < at + 34; from += 4, to += 4) {
      out[to] = d * (quants[from] as number);
      out[to + 1] = d * (quants[from + 1] as number);
      out[to + 2] = d * (quants[from + 2] as number);
      out[to + 3] = d * (quants[from + 3] as number);
    }
  }
};
