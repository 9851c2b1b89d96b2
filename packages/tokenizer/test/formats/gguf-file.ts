// Builds small GGUF files.

import { utf8 } from "./helpers.js";

export const u32 = (value: number): number[] => [
  ...new Uint8Array(new Uint32Array([value]).buffer),
];
export const u64 = (value: number | bigint): number[] => [
  ...new Uint8Array(new BigUint64Array([BigInt(value)]).buffer),
];
const f32 = (value: number): number[] => [...new Uint8Array(new Float32Array([value]).buffer)];
export const text = (value: string): number[] => [...u64(utf8(value).length), ...utf8(value)];

export type Value = number | string | boolean | string[] | Float32Array | Int32Array;

function encode(value: Value): number[] {
  if (typeof value === "number") return [...u32(4), ...u32(value)];
  if (typeof value === "boolean") return [...u32(7), value ? 1 : 0];
  if (typeof value === "string") return [...u32(8), ...text(value)];
  if (value instanceof Float32Array)
    return [...u32(9), ...u32(6), ...u64(value.length), ...[...value].flatMap(f32)];
  if (value instanceof Int32Array)
    return [...u32(9), ...u32(5), ...u64(value.length), ...[...value].flatMap(u32)];
  return [...u32(9), ...u32(8), ...u64(value.length), ...value.flatMap(text)];
}

export function file(metadata: Record<string, Value>, version = 3): Uint8Array {
  const pairs = Object.entries(metadata).flatMap(([key, value]) => [
    ...text(key),
    ...encode(value),
  ]);
  const count = Object.keys(metadata).length;
  return Uint8Array.from([...utf8("GGUF"), ...u32(version), ...u64(0), ...u64(count), ...pairs]);
}

export const ggml = (fields: Record<string, Value>) =>
  file(
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [`tokenizer.ggml.${key}`, value]),
    ),
  );
