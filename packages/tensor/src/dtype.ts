// Element types, and the typed array that carries each one in JavaScript.
// bf16 and f16 have no array of their own: their bits travel in a Uint16Array.

export interface ArrayOfDType {
  f32: Float32Array<ArrayBuffer>;
  bf16: Uint16Array<ArrayBuffer>;
  f16: Uint16Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  u8: Uint8Array<ArrayBuffer>;
  i8: Int8Array<ArrayBuffer>;
}

/** What a caller may pass: memory that is shared between threads too. */
export interface ArrayLikeOfDType {
  f32: Float32Array<ArrayBufferLike>;
  bf16: Uint16Array<ArrayBufferLike>;
  f16: Uint16Array<ArrayBufferLike>;
  i32: Int32Array<ArrayBufferLike>;
  u8: Uint8Array<ArrayBufferLike>;
  i8: Int8Array<ArrayBufferLike>;
}

export type DType = keyof ArrayOfDType;
export type FloatDType = "f32" | "bf16" | "f16";
export type TypedArray = ArrayLikeOfDType[DType];

/** The place of a dtype in this list is its code in an encoded program. */
export const dtypes = ["f32", "bf16", "f16", "i32", "u8", "i8"] as const satisfies DType[];

const constructors = {
  f32: Float32Array,
  bf16: Uint16Array,
  f16: Uint16Array,
  i32: Int32Array,
  u8: Uint8Array,
  i8: Int8Array,
} as const;

export function arrayConstructor(dtype: DType): (typeof constructors)[DType] {
  return constructors[dtype];
}

/**
 * Whether `value` is the typed array that carries `dtype`: by what it is, not by whose class it is of, so
 * that arrays of another realm and subclasses, such as Node's Buffer, are what they say.
 */
export function carries<D extends DType>(dtype: D, value: unknown): value is ArrayLikeOfDType[D] {
  return (
    ArrayBuffer.isView(value) &&
    (value as Partial<TypedArray>)[Symbol.toStringTag] === constructors[dtype].name
  );
}

/** What an error says was found in place of a typed array. */
export function describeArray(value: unknown): string {
  if (ArrayBuffer.isView(value)) return value[Symbol.toStringTag as never] ?? "a view";
  return value == null ? `${value}` : (value.constructor?.name ?? "an object");
}

export function newArray<D extends DType>(dtype: D, length: number): ArrayOfDType[D] {
  return new constructors[dtype](length) as ArrayOfDType[D];
}

export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === "f32" || dtype === "bf16" || dtype === "f16";
}

export function isDType(name: unknown): name is DType {
  return (dtypes as readonly unknown[]).includes(name);
}
