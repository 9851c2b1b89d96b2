// Little-endian bytes, read with every length checked.

import { malformed } from "./malformed.js";

/** Four bytes of a number below 2^32. */
export const word = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
];

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export class ByteCursor {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    const left = this.bytes.length - this.at;
    if (length > left) throw malformed(`${length} bytes more`, `${left}`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u16(): number {
    const bytes = this.take(2);
    return (bytes[0] as number) | ((bytes[1] as number) << 8);
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0;
  }

  end(): void {
    const left = this.bytes.length - this.at;
    if (left > 0) throw malformed("the end", `${left} bytes more`);
  }
}
