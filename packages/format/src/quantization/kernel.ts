// How one type becomes float32. A kernel takes whole blocks and fills `out` with all their elements.

export type Kernel = (bytes: Uint8Array, out: Float32Array) => void;

type TypedArray<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T;

/** Bytes as elements of a typed array: the same memory where its place allows it, else a copy. */
export function elements<T>(
  bytes: Uint8Array,
  type: TypedArray<T> & { readonly BYTES_PER_ELEMENT: number },
): T {
  const size = type.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new type(buffer, byteOffset, bytes.length / size);
}

/** The memory of float32 values as their bits: signed, which V8 keeps in registers as they are. */
export const bitsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);
