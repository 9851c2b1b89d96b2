// ggml's types whose 4-bit quants are places in a table of 16 values (ggml-common.h,
// ggml-quants.c). Products stay within the 24 bits of float32.

import { halfValues } from "./float-bits.js";
import type { Kernel } from "./kernel.js";

/** Values of IQ4_NL and IQ4_XS: closer together near zero. */
const NON_LINEAR = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113],
);

/** Twice the values of FP4 E2M1 (OCP Microscaling Formats 1.0). */
const E2M1 = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

const half = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8);

/** 32 values from 16 bytes, low nibbles first. */
function lookUp(
  bytes: Uint8Array,
  at: number,
  d: number,
  table: Int8Array,
  out: Float32Array,
  to: number,
): void {
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + j] as number;
    out[to + j] = d * (table[pair & 15] as number);
    out[to + 16 + j] = d * (table[pair >> 4] as number);
  }
}

export const iq4_nl: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 18, to += 32) {
    lookUp(bytes, at + 2, halves[half(bytes, at)] as number, NON_LINEAR, out, to);
  }
};

export const iq4_xs: Kernel = (bytes, out) => {
  const halves = halfValues();
  for (let at = 0, to = 0; at < bytes.length; at += 136, to += 256) {
    const d = halves[half(bytes, at)] as number;
    const high = half(bytes, at + 2);
    for (let group = 0; group < 8; group++) {
      const low = (bytes[at + 4 + (group >> 1)] as number) >> (4 * (group & 1));
      const scale = ((low & 15) | (((high >> (2 * group)) & 3) << 4)) - 32;
      lookUp(bytes, at + 8 + 16 * group, d * scale, NON_LINEAR, out, to + 32 * group);
    }
  }
};

export const mxfp4: Kernel = (bytes, out) => {
  for (let at = 0, to = 0; at < bytes.length; at += 17, to += 32) {
    lookUp(bytes, at + 1, 2 ** ((bytes[at] as number) - 128), E2M1, out, to);
  }
};
