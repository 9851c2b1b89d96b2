// The bytes of the text that is being encoded: one buffer for all calls.

import { PADDING } from "../bpe/piece-loop.js";

/** Strings up to this many units are written by hand: cheaper than the call, and nothing is allocated. */
const SHORT = 48;

/** The top bits of four bytes, and how many of them are set. */
const TOPS = -0x7f7f7f80;
const countTops = (tops: number): number => Math.imul(tops >>> 7, 0x01010101) >>> 24;

/** Bytes that are kept for the next text. */
const LARGE = 1 << 22;

export class TextBuffer {
  bytes: Uint8Array = new Uint8Array(4096);
  view: DataView = new DataView(this.bytes.buffer);
  /** What was written last, and where in {@link bytes} it stands. */
  text = "";
  begin = 0;
  end = 0;
  readonly #encoder = new TextEncoder();
  #behindOne: Uint8Array | undefined;

  /** Writes `text` as UTF-8 from `at`; a lone surrogate becomes U+FFFD. */
  write(text: string, at: number): void {
    this.text = text;
    this.begin = at;
    // A huge text isn't a reason to keep so much.
    if (this.bytes.length > LARGE && text.length < LARGE >> 3) this.bytes = this.bytes.slice(0, at);
    if (text.length <= SHORT) {
      this.#reserve(at, 3 * text.length);
      this.end = writeShort(text, this.bytes, at);
      return;
    }
    this.#reserve(at, text.length + (text.length >> 3));
    let rest = text;
    let end = at;
    for (;;) {
      const { read, written } = this.#encoder.encodeInto(rest, this.#from(end));
      end += written;
      // The padding may have been written over: then there is too little of it.
      this.#reserve(end, 3 * (rest.length - read));
      if (read === rest.length) break;
      rest = rest.slice(read);
    }
    this.end = end;
  }

  /** The bytes from `at` on; where texts usually begin, a view that is made once. */
  #from(at: number): Uint8Array {
    if (at === 0) return this.bytes;
    if (at !== 1) return this.bytes.subarray(at);
    if (this.#behindOne?.buffer !== this.bytes.buffer) this.#behindOne = this.bytes.subarray(1);
    return this.#behindOne as Uint8Array;
  }

  /** UTF-16 units of the characters in `bytes[start..end)`. */
  units(start: number, end: number): number {
    let units = end - start;
    if (this.end - this.begin === this.text.length) return units;
    for (let i = start; i < end; i += 4) {
      let word = this.view.getInt32(i);
      if (i + 4 > end) word &= -1 << (8 * (i + 4 - end));
      const second = word << 1;
      const following = word & ~second & TOPS;
      const astral = word & second & (word << 2) & (word << 3) & TOPS;
      units += countTops(astral) - countTops(following);
    }
    return units;
  }

  /** Whether `text` is what was written last. */
  holds(text: string): boolean {
    return this.text === text;
  }

  /** Room for `needed` bytes from `used` on, which are kept. */
  #reserve(used: number, needed: number): void {
    const wanted = used + needed + PADDING;
    if (wanted <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, Math.min(2 * this.bytes.length, 1 << 24)));
    larger.set(this.bytes.subarray(0, used));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

function writeShort(text: string, bytes: Uint8Array, from: number): number {
  let at = from;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      bytes[at++] = c;
      continue;
    }
    if (c < 0x800) {
      bytes[at++] = 0xc0 | (c >> 6);
      bytes[at++] = 0x80 | (c & 63);
      continue;
    }
    if (c >= 0xd800 && c < 0xe000) {
      const next = c < 0xdc00 ? text.charCodeAt(i + 1) : 0;
      if (next >= 0xdc00 && next < 0xe000) {
        const point = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00);
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 63);
        bytes[at++] = 0x80 | ((point >> 6) & 63);
        bytes[at++] = 0x80 | (point & 63);
        i++;
        continue;
      }
      c = 0xfffd;
    }
    bytes[at++] = 0xe0 | (c >> 12);
    bytes[at++] = 0x80 | ((c >> 6) & 63);
    bytes[at++] = 0x80 | (c & 63);
  }
  return at;
}
