// Runs a program natively and holds each result against the reference interpreter.

import type { Program } from "@ryanstream/tensor";
import { expect } from "vitest";
import { interpret } from "./reference-fused.js";

export type Arrays = Record<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>;

/** Every result within `tolerance` of the largest magnitude of its reference, or of 1. */
export async function expectNative(
  program: Pick<Program, "graph" | "run" | "dispose">,
  inputs: Arrays,
  tolerance = 2e-6,
): Promise<void> {
  try {
    const found = (await program.run(inputs as never)) as Record<string, Float32Array>;
    for (const [name, expected] of Object.entries(interpret(program, inputs))) {
      const scale = expected.reduce(
        (m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m),
        1,
      );
      const all = found[name] as Float32Array;
      expect(all.length).toBe(expected.length);
      expected.forEach((e, i) => {
        const error = Object.is(e, all[i]) ? 0 : Math.abs((all[i] as number) - e) / scale;
        if (!(error <= tolerance)) expect.fail(`${name}[${i}]: ${all[i]}, by the reference ${e}`);
      });
    }
  } finally {
    program.dispose();
  }
}

/** `count` numbers in [-1, 1), the same for the same seed. */
export function noise(seed: number, count: number): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Integers from 0 to below `most`. */
export function integers(seed: number, count: number, most: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(noise(seed, count), (x) => Math.floor(((x + 1) / 2) * most));
}
