// The types of GGUF metadata, by their numbers
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).

const names = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64",
] as const;

/** The type of a value in GGUF metadata. */
export type GgufType = (typeof names)[number];

export const ggufTypeOf = (number: number): GgufType | undefined => names[number];
export const numberOfGgufType = (type: GgufType): number => names.indexOf(type);
export const isGgufType = (type: string): type is GgufType =>
  (names as readonly string[]).includes(type);

export type TypedNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** The typed array for elements of a fixed size; booleans are bytes. */
export const typedArrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  bool: Uint8Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float64: Float64Array,
} as const;

/** A type whose values all have the same size. */
export type FixedType = keyof typeof typedArrays;

export const isFixed = (type: GgufType): type is FixedType => Object.hasOwn(typedArrays, type);
export const sizeOf = (type: FixedType): number => typedArrays[type].BYTES_PER_ELEMENT;

/** A value of a fixed size at this place. 64-bit integers are bigints. */
export function readFixed(view: DataView, at: number, type: FixedType): number | bigint | boolean {
  switch (type) {
    case "uint8":
      return view.getUint8(at);
    case "int8":
      return view.getInt8(at);
    case "uint16":
      return view.getUint16(at, true);
    case "int16":
      return view.getInt16(at, true);
    case "uint32":
      return view.getUint32(at, true);
    case "int32":
      return view.getInt32(at, true);
    case "float32":
      return view.getFloat32(at, true);
    case "bool":
      return view.getUint8(at) !== 0;
    case "uint64":
      return view.getBigUint64(at, true);
    case "int64":
      return view.getBigInt64(at, true);
    case "float64":
      return view.getFloat64(at, true);
  }
}
