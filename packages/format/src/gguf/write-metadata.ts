// GGUF metadata as bytes: the type of a value is given, or follows from what it is in JavaScript.

import { FormatError } from "../errors.js";
import { isWellFormed } from "../writing/tensor-input.js";
import type { ByteWriter } from "./byte-writer.js";
import { MetadataArray, type MetadataValue } from "./metadata-array.js";
import {
  type FixedType,
  type GgufType,
  isFixed,
  isGgufType,
  numberOfGgufType,
  type TypedNumbers,
  typedArrays,
} from "./value-types.js";

/** A value with its type in the file said: for what JavaScript doesn't tell apart. */
export interface TypedValue {
  /** For an array, that of its elements. */
  readonly type: GgufType;
  readonly value:
    | number
    | bigint
    | boolean
    | string
    | readonly (number | bigint | boolean | string)[];
}

/**
 * What can be written as metadata. Without a type said: booleans are `bool`; strings `string`;
 * integers from 0 to 2^32 - 1 `uint32`, negative ones from -2^31 `int32`, other numbers `float32`; bigints
 * `uint64`, negative ones `int64`. Arrays of numbers are `int32` where all are integers that it
 * can hold, else `float32`. Typed arrays keep their type.
 */
export type MetadataInput =
  | number
  | bigint
  | boolean
  | string
  | MetadataArray
  | TypedNumbers
  | TypedValue
  | readonly MetadataInput[];

const MAX_DEPTH = 8;

/**
 * A source's metadata with its types, to be written again exactly. Written without them, a `float32`
 * of 10000 would become a `uint32`.
 *
 * @example
 * await writeGguf("copy.gguf", tensorsOf(source), { metadata: metadataOf(source) });
 */
export function metadataOf(source: {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly metadataTypes: ReadonlyMap<string, GgufType>;
}): Map<string, MetadataInput> {
  const entries = [...source.metadata].map(([key, value]): [string, MetadataInput] => {
    if (value instanceof MetadataArray) return [key, value];
    return [key, { type: source.metadataTypes.get(key) as GgufType, value }];
  });
  return new Map(entries);
}

/** Entries by key, each once. @throws FormatError `ERR_METADATA` */
export function metadataEntries(
  metadata: Readonly<Record<string, MetadataInput>> | Iterable<readonly [string, MetadataInput]>,
): Map<string, MetadataInput> {
  const entries = new Map<string, MetadataInput>();
  for (const [key, value] of Symbol.iterator in metadata ? metadata : Object.entries(metadata)) {
    if (entries.has(key)) {
      throw new FormatError("ERR_METADATA", { key, expected: "each key once", found: "it twice" });
    }
    entries.set(key, value as MetadataInput);
  }
  return entries;
}

/** Writes a key, its type and its value. @throws FormatError `ERR_METADATA` */
export function writeEntry(out: ByteWriter, key: string, value: MetadataInput): void {
  new EntryWriter(out, key).write(value);
}

class EntryWriter {
  constructor(
    private readonly out: ByteWriter,
    private readonly key: string,
  ) {
    const bytes = Buffer.byteLength(key);
    if (!isWellFormed(key) || bytes > 65535) {
      this.fail("a key of at most 65535 bytes in well-formed Unicode", `${bytes} bytes`);
    }
  }

  write(value: MetadataInput): void {
    this.out.text(this.key);
    if (isArray(value)) {
      this.type("array");
      this.array(value, 0);
    } else {
      const { type, value: scalar } = isTyped(value) ? value : inferred(value);
      this.type(type);
      this.scalar(type, scalar);
    }
  }

  private array(value: MetadataInput, depth: number): void {
    if (depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of arrays`, "more");
    if (value instanceof MetadataArray) this.stored(value);
    else if (ArrayBuffer.isView(value)) this.numbers(typeOfNumbers(value), value);
    else if (isTyped(value)) this.items(value.type, value.value as readonly MetadataInput[], depth);
    else {
      const items = value as readonly MetadataInput[];
      this.items(this.elementType(items), items, depth);
    }
  }

  private items(type: GgufType, items: readonly MetadataInput[], depth: number): void {
    this.head(type, items.length);
    for (const item of items) {
      if (type !== "array") this.scalar(type, item);
      else if (isArray(item)) this.array(item, depth + 1);
      else this.fail("arrays only in an array of arrays", typeof item);
    }
  }

  /** An array as it was read: strings keep their bytes. */
  private stored(array: MetadataArray): void {
    const { numbers, type, length } = array;
    if (numbers !== undefined) {
      this.numbers(type as FixedType, numbers);
      return;
    }
    this.head(type, length);
    for (let i = 0; i < length; i++) {
      if (type === "string") this.out.string(array.bytesAt(i) as Uint8Array);
      else this.stored(array.at(i) as MetadataArray);
    }
  }

  private numbers(type: FixedType, values: TypedNumbers): void {
    this.head(type, values.length);
    this.out.typed(values);
  }

  private head(type: GgufType, length: number): void {
    this.type(type);
    this.out.u64(length);
  }

  private type(type: GgufType): void {
    if (!isGgufType(type)) this.fail("a type of GGUF metadata", type);
    this.out.u32(numberOfGgufType(type));
  }

  private elementType(items: readonly MetadataInput[]): GgufType {
    const [first] = items;
    if (first === undefined) {
      return this.fail("a type for an empty array: { type, value: [] }", "none");
    }
    if (isArray(first)) return "array";
    if (isTyped(first)) return first.type;
    if (typeof first === "bigint") {
      return items.some((item) => typeof item === "bigint" && item < 0n) ? "int64" : "uint64";
    }
    if (typeof first !== "number") return inferred(first).type;
    const isInt32 = (item: MetadataInput) => typeof item === "number" && (item | 0) === item;
    return items.every(isInt32) ? "int32" : "float32";
  }

  private scalar(type: GgufType, value: MetadataInput): void {
    if (isTyped(value)) {
      if (value.type !== type) this.fail(`one type in an array, ${type}`, value.type);
      this.scalar(type, value.value as MetadataInput);
    } else if (type === "string") {
      if (typeof value !== "string" || !isWellFormed(value)) {
        this.fail("a string in well-formed Unicode", typeof value);
      }
      this.out.text(value);
    } else if (type === "bool") {
      if (typeof value !== "boolean") this.fail("a boolean", typeof value);
      this.out.fixed("bool", value ? 1 : 0);
    } else if (isFixed(type) && (typeof value === "number" || typeof value === "bigint")) {
      if (!holds(type, value)) this.fail(`a value that ${type} can hold`, String(value));
      this.out.fixed(type, value);
    } else {
      this.fail(`a value of type ${type}`, typeof value);
    }
  }

  private fail(expected: string, found: string): never {
    throw new FormatError("ERR_METADATA", { key: this.key, expected, found });
  }
}

function holds(type: FixedType, value: number | bigint): boolean {
  if (type === "float32" || type === "float64") return typeof value === "number";
  if (typeof value === "number" && !Number.isSafeInteger(value)) return false;
  const bits = 8 * typedArrays[type].BYTES_PER_ELEMENT;
  const integer = BigInt(value);
  return (type.startsWith("u") ? BigInt.asUintN : BigInt.asIntN)(bits, integer) === integer;
}

function inferred(value: MetadataInput): TypedValue {
  switch (typeof value) {
    case "boolean":
      return { type: "bool", value };
    case "string":
      return { type: "string", value };
    case "bigint":
      return { type: value < 0n ? "int64" : "uint64", value };
    case "number":
      if (value >>> 0 === value && !Object.is(value, -0)) return { type: "uint32", value };
      return { type: (value | 0) === value && value !== 0 ? "int32" : "float32", value };
    default:
      return { type: "array", value: value as never };
  }
}

const isTyped = (value: MetadataInput): value is TypedValue =>
  typeof value === "object" && value !== null && "type" in value && "value" in value;

const isArray = (value: MetadataInput): boolean =>
  Array.isArray(value) ||
  value instanceof MetadataArray ||
  ArrayBuffer.isView(value) ||
  (isTyped(value) && Array.isArray(value.value));

function typeOfNumbers(values: TypedNumbers): FixedType {
  const found = Object.entries(typedArrays).find(([, type]) => values instanceof type);
  return found?.[0] as FixedType;
}
