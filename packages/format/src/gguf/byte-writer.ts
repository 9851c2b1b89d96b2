// Bytes that grow as they are written, little-endian.

import { type FixedType, sizeOf, type TypedNumbers } from "./value-types.js";

export class ByteWriter {
  length = 0;
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);

  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
  }

  u64(value: number | bigint): void {
    const at = this.room(8);
    this.view.setBigUint64(at, BigInt(value), true);
  }

  text(value: string): void {
    this.string(Buffer.from(value));
  }

  string(value: Uint8Array): void {
    this.u64(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    const at = this.room(value.length); // first, since it may replace the bytes
    this.bytes.set(value, at);
  }

  typed(values: TypedNumbers): void {
    this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** One value that {@link FixedType} can hold. */
  fixed(type: FixedType, value: number | bigint): void {
    const at = this.room(sizeOf(type));
    const { view } = this;
    if (type === "uint64") view.setBigUint64(at, BigInt(value), true);
    else if (type === "int64") view.setBigInt64(at, BigInt(value), true);
    else if (type === "float32") view.setFloat32(at, Number(value), true);
    else if (type === "float64") view.setFloat64(at, Number(value), true);
    else if (sizeOf(type) === 4) view.setUint32(at, Number(value), true);
    else if (sizeOf(type) === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value));
  }

  pad(alignment: number): void {
    this.room((alignment - (this.length % alignment)) % alignment);
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Zeroed room for `size` bytes; returns where it begins. */
  private room(size: number): number {
    const at = this.length;
    this.length = at + size;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }
}
