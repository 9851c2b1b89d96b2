// Packed weights natively: sizes, round trips, products and lookups, against the
// plain matrices that they hold.

import { native } from "@ryanstream/native-kernels";
import { f32, i32, program, type Spec, type Sym, u8 } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as k from "../src/index.js";
import { relativeError } from "./support/golden.js";
import { integers, noise } from "./support/native.js";

const run = { seed: 5, numRuns: 40 };

/** ggml's IQ4_NL. */
const nl4Values = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const float = fc.record({
  format: fc.constantFrom("f32" as const, "bf16" as const, "f16" as const),
});
const integer = fc.record({
  format: fc.constantFrom("int8" as const, "int4" as const),
  group: fc.constantFrom(32, 64, 128),
  zero: fc.boolean(),
});
const table = fc.record({
  format: fc.constant("nl4" as const),
  group: fc.constantFrom(32, 64, 128),
  zero: fc.constant(false),
});
const layout = fc.oneof(float, integer, table);
const n = fc.integer({ min: 1, max: 100 });
const inputs = fc.integer({ min: 1, max: 300 });
const rows = fc.integer({ min: 1, max: 40 });
const seed = fc.integer({ min: 0, max: 2 ** 31 });

async function once<R extends Record<string, Sym>>(
  specs: Record<string, Spec>,
  fn: (x: Record<string, Sym<never>>) => R,
  arrays: Record<string, ArrayBufferView>,
): Promise<{ [K in keyof R]: Float32Array }> {
  using p = program(specs, (x) => fn(x as never));
  return (await p.run(arrays as never)) as never;
}

function matmul(x: Float32Array, w: Float32Array, R: number, N: number): Float64Array {
  const K = x.length / R;
  return Float64Array.from({ length: R * N }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < K; j++) {
      sum += (x[Math.floor(i / N) * K + j] as number) * (w[(i % N) * K + j] as number);
    }
    return sum;
  });
}

it("has the size that the native floor says", () => {
  fc.assert(
    fc.property(layout, fc.nat(200), fc.nat(500), (of, n, k_) => {
      const spec = k.packedWeight({ n, k: k_, ...of });
      const format = k.packedFormats.indexOf(spec.format);
      expect(spec.byteLength).toBe(native().packedBytes(format, n, k_, spec.group, spec.zero));
    }),
    run,
  );
});

describe("packing", () => {
  // Of the largest magnitude: half a step, or a whole one where the signed codes end a step earlier.
  const error = { f32: 0, bf16: 2 ** -8, f16: 2 ** -11, int8: 1 / 128, int4: 1 / 8, nl4: 1 / 4 };

  it("gives the matrix back within the error of its format", () =>
    fc.assert(
      fc.asyncProperty(layout, n, inputs, seed, async (of, n, K, seed) => {
        const spec = k.packedWeight({ n, k: K, ...of });
        const w = noise(seed, n * K);
        const { back } = await once(
          { w: f32(n, K) },
          (x) => ({ back: k.unpackWeight(k.packWeight(x["w"] as never, spec)) }),
          { w },
        );
        const largest = w.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
        const most = Math.max(...back.map((x, i) => Math.abs(x - (w[i] as number))));
        // Scales are f16: another 2^-11 of the value.
        expect(most).toBeLessThanOrEqual(
          largest * (error[spec.format] + (spec.group > 0 ? 2 ** -10 : 0)),
        );
      }),
      run,
    ));

  it("keeps codes, scales and zeros that were chosen elsewhere", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(integer, table), n, inputs, seed, async (of, n, K, seed) => {
        const spec = k.packedWeight({ n, k: K, ...of });
        const groups = Math.ceil(K / spec.group);
        const codes = Uint8Array.from(integers(seed, n * K, spec.format === "int8" ? 256 : 16));
        const halves = (s: number) => noise(s, n * groups).map((x) => Math.round(x * 512) / 256);
        const scales = halves(seed + 1);
        const zeros = halves(seed + 2).map((x) => Math.round(x * 4));
        const { back } = await once(
          { codes: u8(n, K), scales: f32(n, groups), zeros: f32(n, groups) },
          (x) => {
            const offsets = spec.zero ? (x["zeros"] as never) : undefined;
            const packed = k.packCodes(x["codes"] as never, x["scales"] as never, offsets, spec);
            return { back: k.unpackWeight(packed) };
          },
          { codes, scales, zeros },
        );
        const implied = spec.format === "int8" ? 128 : 8;
        back.forEach((x, i) => {
          const group = Math.floor(i / K) * groups + Math.floor((i % K) / spec.group);
          const zero = spec.zero ? (zeros[group] as number) : implied;
          const code = codes[i] as number;
          const value = spec.format === "nl4" ? (nl4Values[code] as number) : code - zero;
          const expected = (scales[group] as number) * value;
          if (Math.abs(x - expected) > 1e-3) expect.fail(`${i}: ${x}, expected ${expected}`);
        });
      }),
      run,
    ));

  it.each(["int4", "nl4"] as const)("refuses a code above 15 for %s", async (format) => {
    const spec = k.packedWeight({ n: 1, k: 32, format });
    using p = program({ codes: u8(1, 32), scales: f32(1, 1) }, (x) =>
      k.unpackWeight(k.packCodes(x.codes, x.scales, undefined, spec)),
    );
    const arrays = { codes: new Uint8Array(32).fill(16), scales: new Float32Array(1) };
    await expect(p.run(arrays)).rejects.toMatchObject({ code: "ERR_VALUE" });
  });
});

describe("linear with a packed weight", () => {
  it("is the product with the matrix that it holds, plus the bias", () =>
    fc.assert(
      fc.asyncProperty(layout, rows, n, inputs, seed, async (of, R, n, K, seed) => {
        const spec = k.packedWeight({ n, k: K, ...of });
        const [x, bias] = [noise(seed + 1, R * K), noise(seed + 2, n)];
        const { y, w } = await once(
          { x: f32(R, K), w: f32(n, K), bias: f32(n) },
          (s) => {
            const packed = k.packWeight(s["w"] as never, spec);
            const y = k.linear(s["x"] as never, packed, { bias: s["bias"] as never });
            return { y, w: k.unpackWeight(packed) };
          },
          { x, w: noise(seed, n * K), bias },
        );
        const expected = matmul(x, w, R, n).map((v, i) => v + (bias[i % n] as number));
        // Integer products round the inputs to 8 bits: a relative error of about 1/250 of a group.
        expect(relativeError(y, expected)).toBeLessThan(spec.group === 0 ? 1e-5 : 0.02);
      }),
      run,
    ));

  it("gives a row the same bits alone and among others", () =>
    fc.assert(
      fc.asyncProperty(layout, rows, n, inputs, seed, async (of, R, n, K, seed) => {
        const spec = k.packedWeight({ n, k: K, ...of });
        const x = noise(seed + 1, R * K);
        const w = noise(seed, n * K);
        const product = (rows: number, from: Float32Array) =>
          once(
            { x: f32(rows, K), w: f32(n, K) },
            (s) => ({ y: k.linear(s["x"] as never, k.packWeight(s["w"] as never, spec)) }),
            { x: from, w },
          );
        const all = (await product(R, x)).y;
        const last = (await product(1, x.slice((R - 1) * K))).y;
        expect([...all.subarray((R - 1) * n)]).toEqual([...last]);
      }),
      run,
    ));
});

it("embeddingPacked gives rows of the matrix, and refuses ids outside", async () => {
  const spec = k.packedWeight({ n: 37, k: 45, format: "int8", group: 32, zero: true });
  using p = program({ w: f32(37, 45), ids: i32(2, 3) }, (x) => {
    const packed = k.packWeight(x.w, spec);
    return { rows: k.embeddingPacked(packed, x.ids), all: k.unpackWeight(packed) };
  });
  const w = noise(1, 37 * 45);
  const ids = Int32Array.of(0, 36, 5, 5, 12, 31);
  const { rows, all } = await p.run({ w, ids });
  const expected = [...ids].flatMap((id) => [...all.subarray(id * 45, (id + 1) * 45)]);
  expect([...rows]).toEqual(expected);
  await expect(p.run({ w, ids: ids.with(2, 37) })).rejects.toMatchObject({ code: "ERR_VALUE" });
});
