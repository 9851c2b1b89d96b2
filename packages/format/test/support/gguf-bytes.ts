// GGUF files written by hand, so that they can say what no writer would.

export const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const u64 = (value: number | bigint): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

export const str = (text: string): Uint8Array => {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
};

export interface RawInfo {
  readonly name: string;
  /** As in the file: innermost first. */
  readonly dims: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number;
  /** Said in place of how many there are. */
  readonly dimensions?: number;
}

export interface RawFile {
  readonly version?: number;
  readonly tensorCount?: bigint;
  readonly keyCount?: bigint;
  /** Each the parts of one key, its type and its value. */
  readonly keys?: readonly (readonly Uint8Array[])[];
  readonly tensors?: readonly RawInfo[];
  /** Bytes after the header and its padding to 32. */
  readonly data?: number;
}

export function gguf({
  version = 3,
  tensorCount,
  keyCount,
  keys = [],
  tensors = [],
  data = 0,
}: RawFile) {
  const parts: Uint8Array[] = [
    Buffer.from("GGUF"),
    u32(version),
    u64(tensorCount ?? tensors.length),
    u64(keyCount ?? keys.length),
    ...keys.flat(),
    ...tensors.flatMap(({ name, dims, type, offset, dimensions = dims.length }) => [
      str(name),
      u32(dimensions),
      ...dims.map(u64),
      u32(type),
      u64(offset),
    ]),
  ];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, Buffer.alloc(((32 - (length % 32)) % 32) + data)]);
}
