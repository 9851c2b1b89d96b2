// A table of frequencies as bits: neighbours have frequencies of like length, so each length is
// coded as its difference from the last one.

import { type BitReader, BitWriter } from "./bits.js";
import { SCALE, SCALE_BITS } from "./frequencies.js";
import { malformed } from "./malformed.js";

const lengthOf = (freq: number): number => 32 - Math.clz32(freq);

/** First and last symbol, then for each between them its length in unary and the bits below its highest. */
export function writeTable(to: BitWriter, freqs: Uint16Array): void {
  const first = freqs.findIndex((freq) => freq !== 0);
  const last = freqs.findLastIndex((freq) => freq !== 0);
  to.write(first, 8);
  to.write(last, 8);
  let length = 0;
  for (let s = first; s <= last; s++) {
    const freq = freqs[s] as number;
    const step = lengthOf(freq) - length;
    length += step;
    to.write(0, step >= 0 ? 2 * step : -2 * step - 1);
    to.write(1, 1);
    if (length > 1) to.write(freq, length - 1);
  }
}

/** @throws FormatError `ERR_CHUNK` unless the frequencies are from 1 to SCALE - 1 and add up to SCALE. */
export function readTable(from: BitReader): Uint16Array {
  const freqs = new Uint16Array(256);
  const first = from.read(8);
  const last = from.read(8);
  let length = 0;
  let sum = 0;
  for (let s = first; s <= last; s++) {
    let code = 0;
    while (from.read(1) === 0) {
      if (++code > 2 * SCALE_BITS) throw malformed("a length of at most 12 bits", "a longer one");
    }
    length += code & 1 ? -((code + 1) >> 1) : code >> 1;
    if (length < 0 || length > SCALE_BITS) throw malformed("a length from 0 to 12 bits", length);
    if (length > 0) freqs[s] = (1 << (length - 1)) | from.read(length - 1);
    sum += freqs[s] as number;
  }
  if (sum !== SCALE) throw malformed(`frequencies that add up to ${SCALE}`, sum);
  return freqs;
}

/** Bytes that {@link writeTable} takes, alone. */
export function tableBytes(freqs: Uint16Array): number {
  const bits = new BitWriter();
  writeTable(bits, freqs);
  return Math.ceil(bits.bits / 8);
}
