// Range asymmetric numeral systems (Duda, arXiv 1311.2540) over several lanes: symbol i belongs
// to lane i mod lanes. States have 32 bits, of which 16 leave or enter at a time, and all lanes
// share one string of 16-bit words: in the order in which the decoder wants them, lane by lane.

import type { ByteCursor } from "./bytes.js";
import { SCALE, SCALE_BITS } from "./frequencies.js";
import { malformed } from "./malformed.js";

/** The least state: what a decoder must end with in each lane. */
const LOWEST = 0x10000;

/** Codes of the numbers of lanes. More lanes decode faster and cost 2 bytes each. */
export const LANES = [1, 4, 32, 128] as const;

/** Few lanes for short streams: together they take less than 1/200 of what is coded. */
export const laneCode = (symbols: number): number =>
  symbols < 1 << 11 ? 0 : symbols < 1 << 16 ? 1 : symbols < 1 << 18 ? 2 : 3;

/** What the decoder looks up: symbol in bits 0 to 7, place within its interval in 8 to 19, frequency above. */
export function fillSlots(freqs: Uint16Array, into: Uint32Array, begin = 0): void {
  let slot = begin;
  for (let s = 0; s < 256; s++) {
    const freq = freqs[s] as number;
    for (let j = 0; j < freq; j++) into[slot++] = s | (j << 8) | (freq << 20);
  }
}

/** Where each symbol's interval begins. */
export function starts(freqs: Uint16Array): Uint16Array {
  const begin = new Uint16Array(256);
  let sum = 0;
  for (let s = 0; s < 256; s++) {
    begin[s] = sum;
    sum += freqs[s] as number;
  }
  return begin;
}

/** A coded stream: the lanes' first states, then `words` words. */
export interface Stream {
  readonly words: number;
  readonly bytes: Uint8Array;
}

/** Codes `symbols`, symbol i by table `which[i]`: `freqs` and `begins` of 256 entries a table. */
export function encodeStream(
  symbols: Uint8Array,
  lanes: number,
  freqs: Uint16Array,
  begins: Uint16Array,
  which?: Uint8Array,
): Stream {
  const states = new Uint32Array(lanes).fill(LOWEST);
  const words = new Uint16Array(symbols.length);
  let at = words.length;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const lane = i & (lanes - 1);
    const entry = (which === undefined ? 0 : (which[i] as number) << 8) | (symbols[i] as number);
    const freq = freqs[entry] as number;
    let state = states[lane] as number;
    if (state >= freq * 0x100000) {
      words[--at] = state;
      state >>>= 16;
    }
    const whole = (state / freq) | 0;
    states[lane] = (whole << SCALE_BITS) + (state - whole * freq) + (begins[entry] as number);
  }
  const bytes = new Uint8Array(4 * lanes + 2 * (words.length - at));
  const view = new DataView(bytes.buffer);
  states.forEach((state, lane) => {
    view.setUint32(4 * lane, state, true);
  });
  for (let to = 4 * lanes; at < words.length; to += 2)
    view.setUint16(to, words[at++] as number, true);
  return { words: (bytes.length - 4 * lanes) / 2, bytes };
}

/** The bytes of a stream, which `from` is at. */
export const streamOf = (from: ByteCursor, lanes: number, words: number): Uint8Array =>
  from.take(4 * lanes + 2 * words);

/**
 * Fills `symbols` from a stream as {@link encodeStream} made it; `slots` has SCALE entries a table.
 *
 * @throws FormatError `ERR_CHUNK` unless the stream has exactly these symbols.
 */
export function decodeStream(
  coded: Uint8Array,
  lanes: number,
  slots: Uint32Array,
  symbols: Uint8Array,
  which?: Uint8Array,
): void {
  const states = new Uint32Array(lanes);
  let at = 0;
  for (let lane = 0; lane < lanes; lane++, at += 4) {
    const high = (coded[at + 2] as number) | ((coded[at + 3] as number) << 8);
    if (high === 0) throw malformed(`a state of at least ${LOWEST}`, "a lower one");
    states[lane] = (high << 16) | ((coded[at + 1] as number) << 8) | (coded[at] as number);
  }
  for (let i = 0; i < symbols.length; i++) {
    const lane = i & (lanes - 1);
    const state = states[lane] as number;
    const base = which === undefined ? 0 : (which[i] as number) << SCALE_BITS;
    const entry = slots[base + (state & (SCALE - 1))] as number;
    symbols[i] = entry;
    let next = Math.imul(entry >>> 20, state >>> SCALE_BITS) + ((entry >>> 8) & (SCALE - 1));
    next >>>= 0;
    if (next < LOWEST) {
      if (at >= coded.length) throw malformed("more words", "the end");
      next = (next << 16) | ((coded[at + 1] as number) << 8) | (coded[at] as number);
      at += 2;
    }
    states[lane] = next;
  }
  if (at !== coded.length) throw malformed("the end", `${coded.length - at} bytes more`);
  if (states.some((state) => state !== LOWEST)) {
    throw malformed("every state at its lowest at the end", "another one");
  }
}
