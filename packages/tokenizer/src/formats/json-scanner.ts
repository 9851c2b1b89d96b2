// Reads JSON from its bytes, a value at a time. JSON.parse on a tokenizer.json makes an
// object with hundreds of thousands of keys, which takes longer than everything else
// together; here strings go into a byte block, and JSON.parse gets only the small values.

import { TokenizerError } from "../errors.js";
import { utf8Length } from "./utf8.js";

const MAX_DEPTH = 512;

export class JsonScanner {
  at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly end = bytes.length,
  ) {
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  fail(expected: string, path: string): never {
    const found =
      this.at >= this.end
        ? "the end of the file"
        : JSON.stringify(
            new TextDecoder().decode(
              this.bytes.subarray(this.at, Math.min(this.at + 16, this.end)),
            ),
          );
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected ${expected}, found ${found} at byte ${this.at} (${path})`,
    );
  }

  /** Skips white space; the byte that follows, or -1 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let at = this.at;
    for (; at < end; at++) {
      const c = bytes[at] as number;
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) {
        this.at = at;
        return c;
      }
    }
    this.at = at;
    return -1;
  }

  /** Takes this byte if it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  expect(byte: number, path: string): void {
    if (!this.take(byte)) this.fail(`"${String.fromCharCode(byte)}"`, path);
  }

  /**
   * After the opening bracket or a value: whether another value follows, with the comma taken;
   * if not, the closing bracket is taken.
   */
  more(first: boolean, close: number, path: string): boolean {
    const c = this.peek();
    if (c === close) {
      this.at++;
      return false;
    }
    if (!first) {
      if (c !== 0x2c) this.fail(`"," or "${String.fromCharCode(close)}"`, path);
      this.at++;
    }
    return true;
  }

  /** Calls `member` with each key of the object that comes next; it must read the value. */
  object(path: string, member: (key: string) => void): void {
    this.expect(0x7b, path);
    for (let first = true; this.more(first, 0x7d, path); first = false) {
      const key = this.value(path);
      if (typeof key !== "string") this.fail("a key", path);
      this.expect(0x3a, path);
      member(key);
    }
  }

  /** Writes the content of the string that comes next to `out` at `to`, as UTF-8; returns its end. */
  string(out: Uint8Array, to: number, path: string): number {
    if (this.peek() !== 0x22) this.fail("a string", path);
    const { bytes, end } = this;
    let at = this.at + 1;
    while (at < end) {
      const c = bytes[at] as number;
      if (c === 0x22) {
        this.at = at + 1;
        return to;
      }
      if (c === 0x5c) {
        this.at = at;
        to = this.#escape(out, to, path);
        at = this.at;
      } else if (c < 0x80) {
        if (c < 0x20) break;
        out[to++] = c;
        at++;
      } else {
        let n = utf8Length(bytes, at, end);
        if (n === 0) {
          this.at = at;
          this.fail("UTF-8", path);
        }
        while (n-- > 0) out[to++] = bytes[at++] as number;
      }
    }
    this.at = at;
    this.fail("the rest of a string", path);
  }

  #escape(out: Uint8Array, to: number, path: string): number {
    const c = this.bytes[this.at + 1] as number;
    const simple = '"\\/bfnrt'.indexOf(String.fromCharCode(c));
    if (simple >= 0 && this.at + 1 < this.end) {
      out[to] = '"\\/\b\f\n\r\t'.charCodeAt(simple);
      this.at += 2;
      return to + 1;
    }
    let unit = this.#unit(path);
    if (unit >> 10 === 0x36 && this.bytes[this.at] === 0x5c) {
      const low = this.#unit(path);
      if (low >> 10 !== 0x37) this.fail("the second half of a surrogate pair before here", path);
      unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
    } else if (unit >> 11 === 0x1b) {
      this.fail("the other half of a surrogate pair", path);
    }
    if (unit < 0x80) out[to++] = unit;
    else {
      if (unit < 0x800) out[to++] = 0xc0 | (unit >> 6);
      else {
        if (unit < 0x10000) out[to++] = 0xe0 | (unit >> 12);
        else {
          out[to++] = 0xf0 | (unit >> 18);
          out[to++] = 0x80 | ((unit >> 12) & 0x3f);
        }
        out[to++] = 0x80 | ((unit >> 6) & 0x3f);
      }
      out[to++] = 0x80 | (unit & 0x3f);
    }
    return to;
  }

  /** The UTF-16 unit of `\uXXXX`. */
  #unit(path: string): number {
    const text = String.fromCharCode(
      ...this.bytes.subarray(this.at, Math.min(this.at + 6, this.end)),
    );
    if (!/^\\u[\da-fA-F]{4}$/.test(text)) this.fail("an escape", path);
    this.at += 6;
    return Number.parseInt(text.slice(2), 16);
  }

  /** An integer from 0 to `max`, written as one. */
  integer(max: number, path: string): number {
    let c = this.peek();
    const start = this.at;
    let value = 0;
    while (c >= 0x30 && c <= 0x39 && value <= max) {
      value = value * 10 + c - 0x30;
      c = this.bytes[++this.at] as number;
    }
    const fraction = c === 0x2e || c === 0x65 || c === 0x45;
    const zeros = this.bytes[start] === 0x30 && this.at > start + 1;
    if (this.at === start || value > max || fraction || zeros || this.at >= this.end) {
      this.at = start;
      this.fail(`an integer from 0 to ${max}`, path);
    }
    return value;
  }

  /** A number, as its text. */
  number(path: string): string {
    this.peek();
    const start = this.at;
    let text = "";
    for (;;) {
      const c = this.bytes[this.at] as number;
      const part = (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2b || c === 0x2e;
      if (this.at >= this.end || !(part || c === 0x65 || c === 0x45)) break;
      text += String.fromCharCode(c);
      this.at++;
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
      this.at = start;
      this.fail("a number", path);
    }
    return text;
  }

  /** Passes over the value that comes next, looking only at brackets and strings. */
  skip(path: string): void {
    const { bytes, end } = this;
    let depth = 0;
    let c = this.peek();
    do {
      if (c === 0x22) {
        let at = this.at + 1;
        while (at < end && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
        this.at = at;
        if (at >= end) this.fail("the rest of a string", path);
        this.at++;
      } else if (c === 0x7b || c === 0x5b) {
        if (++depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels`, path);
        this.at++;
      } else if (c === 0x7d || c === 0x5d) {
        if (--depth < 0) this.fail("a value", path);
        this.at++;
      } else if (c === 0x2c || c === 0x3a) {
        if (depth === 0) this.fail("a value", path);
        this.at++;
      } else {
        const start = this.at;
        for (; this.at < end; this.at++) {
          const d = bytes[this.at] as number;
          const word = (d >= 0x30 && d <= 0x39) || (d >= 0x61 && d <= 0x7a) || d === 0x45;
          if (!word && d !== 0x2b && d !== 0x2d && d !== 0x2e) break;
        }
        if (this.at === start) this.fail("a value", path);
      }
      if (depth > 0) c = this.peek();
    } while (depth > 0);
  }

  /** The value that comes next, through JSON.parse. */
  value(path: string): unknown {
    this.peek();
    const start = this.at;
    this.skip(path);
    try {
      const slice = this.bytes.subarray(start, this.at);
      return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(slice));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TokenizerError(
        "ERR_FORMAT",
        `expected JSON, found an error in the value at byte ${start} (${path}): ${why}`,
        { cause },
      );
    }
  }
}
