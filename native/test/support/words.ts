// A program of one operation repeated, in the executor's words: enough to test
// the runtime without the tensor package.
import { native } from "../../ts/index.js";

/** The words of `repeats` calls of a unary operation on f32[n], 0 <= n <= max. */
export function unaryChain(repeats: number, max: number, kind = 12): Float64Array {
  const opcode = native().operations().indexOf("unary");
  const bytes = Math.ceil((max * 4) / 64) * 64;
  const extent = [1, 1, 1, 0];
  const values = [[0, 1, ...extent, 1, 0, 0, bytes]];
  const ops: number[][] = [];
  for (let i = 0; i < repeats; i++) {
    values.push([0, 1, ...extent, 0, i % 2 === 0 ? bytes : 0, bytes]);
    ops.push([opcode, 1, i, 1, i + 1, 1, kind]);
  }
  const head = [0x52535031, 1, 1, 0, max, 0, 0, 2 * bytes];
  return Float64Array.from([
    ...head,
    values.length,
    ...values.flat(),
    ops.length,
    ...ops.flat(),
    1,
    repeats,
  ]);
}

/** A program of the square of slot f32[n], 0 <= n <= max, that may also write it. */
export function slotChain(max: number, writable: 0 | 1): Float64Array {
  const opcode = native().operations().indexOf("unary");
  const bytes = Math.ceil((max * 4) / 64) * 64;
  const extent = [1, 1, 1, 0];
  const values = [
    [0, 1, ...extent, 2, 0],
    [0, 1, ...extent, 0, 0, bytes],
  ];
  const head = [0x52535031, 1, 1, 0, max, 0, 1, writable, bytes];
  return Float64Array.from([
    ...head,
    values.length,
    ...values.flat(),
    ...[1, opcode, 1, 0, 1, 1, 1, 12],
    ...[1, 1],
  ]);
}

/** One matrix product n x n x n, repeated: long operations. */
export function matmulChain(repeats: number, n: number): Float64Array {
  const opcode = native().operations().indexOf("matmul");
  const bytes = Math.ceil((n * n * 4) / 64) * 64;
  const shape = [2, 1, n, 0, 1, n, 0];
  const values = [[0, ...shape, 1, 0, 0, bytes]];
  const ops: number[][] = [];
  for (let i = 0; i < repeats; i++) {
    values.push([0, ...shape, 0, i % 2 === 0 ? bytes : 2 * bytes, bytes]);
    ops.push([opcode, 2, i === 0 ? 0 : i, 0, 1, i + 1, 2, 0, 0]);
  }
  return Float64Array.from([
    0x52535031,
    1,
    0,
    0,
    0,
    3 * bytes,
    values.length,
    ...values.flat(),
    ops.length,
    ...ops.flat(),
    1,
    repeats,
  ]);
}
