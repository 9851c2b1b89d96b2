// From ids to text. The first eight bytes of every token lie in a table of words, so
// that most tokens are two stores; the text is made of the bytes at the end.

import { TokenizerError } from "../errors.js";
import { type DecodedTokens, MISSING } from "./token-bytes.js";
import { isUtf8, utf8Text } from "./utf8-text.js";

/** The bytes of U+FFFD. */
const REPLACEMENT = [0xef, 0xbf, 0xbd];
/** Bytes that are kept for the next text. */
const LARGE = 1 << 22;

const FALLBACK = -1;
const NO_TOKEN = -2;

export class ByteDecoder {
  readonly tokens: DecodedTokens;
  /**
   * By id, four words that are read together: its first eight bytes, its length ({@link FALLBACK}
   * for a byte of a character that has no token, {@link NO_TOKEN} for no token), and where it begins in the tokens' bytes.
   */
  readonly #table: Int32Array;
  #buffer = new Uint8Array(1024);
  #view = new DataView(this.#buffer.buffer);

  constructor(tokens: DecodedTokens) {
    this.tokens = tokens;
    const { size, bytes, starts, ends, fallback, special } = tokens;
    this.#table = new Int32Array(4 * size);
    const first = new Uint8Array(this.#table.buffer);
    for (let id = 0; id < size; id++) {
      const start = starts[id] as number;
      const length = (ends[id] as number) - start;
      for (let i = 0; i < length && i < 8; i++) first[16 * id + i] = bytes[start + i] as number;
      this.#table[4 * id + 2] =
        fallback?.[id] === 1 ? FALLBACK : special[id] === MISSING ? NO_TOKEN : length;
      this.#table[4 * id + 3] = start;
    }
    this.#prime();
  }

  /** Takes each way once, so that optimised code knows them all. */
  #prime(): void {
    const { size, special } = this.tokens;
    this.#buffer = new Uint8Array(1);
    for (const skip of [false, true]) {
      let known = -1;
      for (let id = 0; id < size; id += Math.max(1, size >> 6)) {
        if (special[id] === MISSING) continue;
        this.bytes([id, id], skip);
        known = id;
      }
      if (known >= 0) utf8Text(this.bytes(new Int32Array(64).fill(known), skip));
    }
  }

  /**
   * The bytes of `ids`, in a buffer that the next call uses again.
   *
   * @param raw  leaves bytes that are no text as they are.
   * @throws ERR_UNKNOWN_TOKEN for an id that no token has.
   */
  bytes(ids: ArrayLike<number>, skipSpecial: boolean, raw = false): Uint8Array {
    this.#raw = raw;
    // Always the same kind of array: code for one kind is faster than code for all.
    return this.#bytes(
      ids instanceof Int32Array ? ids : checkedIds(ids, this.tokens.size),
      skipSpecial,
    );
  }

  #bytes(ids: Int32Array, skipSpecial: boolean): Uint8Array {
    const { size, bytes, special, stripped } = this.tokens;
    const table = this.#table;
    // A huge text isn't a reason to keep so much.
    if (this.#buffer.length > LARGE && ids.length < LARGE >> 6) this.#buffer = new Uint8Array(0);
    let buffer = this.#buffer;
    let view = this.#view;
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!(id >= 0 && id < size)) throw unknownId(id, i, size);
      if (skipSpecial && special[id] === 1) continue;
      const length = table[4 * id + 2] as number;
      if (at + length + 16 > buffer.length) {
        this.#grow(at, length + 16);
        buffer = this.#buffer;
        view = this.#view;
      }
      if (length < 0) {
        if (length === NO_TOKEN) throw unknownId(id, i, size);
        i = this.#group(ids, i, at, skipSpecial);
        buffer = this.#buffer;
        view = this.#view;
        at = this.#end;
        continue;
      }
      view.setInt32(at, table[4 * id] as number, true);
      view.setInt32(at + 4, table[4 * id + 1] as number, true);
      if (length > 8) {
        const start = table[4 * id + 3] as number;
        for (let k = 8; k < length; k++) buffer[at + k] = bytes[start + k] as number;
      }
      at += length;
    }
    let from = 0;
    while (from < stripped && from < at && buffer[from] === 0x20) from++;
    return buffer.subarray(from, at);
  }

  decode(ids: ArrayLike<number>, skipSpecial: boolean): string {
    return utf8Text(this.bytes(ids, skipSpecial));
  }

  #end = 0;
  #raw = false;

  /**
   * Writes the bytes of the fallback tokens that begin at `ids[i]`. Bytes that together are no
   * text give one U+FFFD each, as in Hugging Face's ByteFallback.
   *
   * @returns the index of the last of them.
   */
  #group(ids: Int32Array, i: number, at: number, skipSpecial: boolean): number {
    const { bytes, starts, special } = this.tokens;
    let end = at;
    let last = i;
    for (let k = i; k < ids.length; k++) {
      const id = ids[k] as number;
      if (skipSpecial && special[id] === 1) continue;
      if (this.#table[4 * id + 2] !== FALLBACK) break;
      if (end + 16 > this.#buffer.length) this.#grow(end, 16);
      this.#buffer[end++] = bytes[starts[id] as number] as number;
      last = k;
    }
    if (!this.#raw && !isUtf8(this.#buffer, at, end)) {
      const after = at + 3 * (end - at);
      if (after + 16 > this.#buffer.length) this.#grow(at, after - at + 16);
      for (end = at; end < after; end += 3) this.#buffer.set(REPLACEMENT, end);
    }
    this.#end = end;
    return last;
  }

  /** The bytes of one token. */
  tokenBytes(id: number): Uint8Array {
    const { bytes, starts, ends } = this.tokens;
    return bytes.slice(starts[id], ends[id]);
  }

  /** What the bytes of neighbouring fallback tokens become. */
  fallbackBytes(group: readonly number[]): Uint8Array {
    const bytes = Uint8Array.from(group);
    if (isUtf8(bytes, 0, bytes.length)) return bytes;
    return Uint8Array.from(group.flatMap(() => REPLACEMENT));
  }

  #grow(used: number, needed: number): void {
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, used + needed));
    larger.set(this.#buffer.subarray(0, used));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function checkedIds(ids: ArrayLike<number>, size: number): Int32Array {
  const checked = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (!(Number.isInteger(id) && id >= 0 && id < size)) throw unknownId(id, i, size);
    checked[i] = id;
  }
  return checked;
}

export function unknownId(id: unknown, index: number, size: number): TokenizerError {
  const whole = Number.isInteger(id) && (id as number) >= 0;
  return new TokenizerError(
    whole ? "ERR_UNKNOWN_TOKEN" : "ERR_ARGUMENT",
    `ids must be those of tokens, from 0 to ${size - 1}, and ids[${index}] is ${String(id)}`,
  );
}
