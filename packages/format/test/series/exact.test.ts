import fc from "fast-check";
import { expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { FormatError } from "../../src/errors.js";
import { decodeExact, encodeExact } from "../../src/series/exact.js";
import { floatsFrom } from "./support/states.js";

const types: readonly DType[] = ["F32", "BF16", "F16", "I32", "U8", "I16", "I64", "F64"];

it("gives back every bit, with a base and without", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.uint8Array({ maxLength: 600 }),
      fc.uint8Array({ minLength: 600, maxLength: 600 }),
      fc.boolean(),
      (dtype, all, other, near) => {
        const bytes = all.subarray(0, all.length - (all.length % 8));
        const base = near
          ? bytes.map((x, i) => (i % 4 === 0 ? x ^ 3 : x))
          : other.subarray(0, bytes.length);
        for (const before of [undefined, base]) {
          const coded = encodeExact(bytes, dtype, before);
          expect(decodeExact(coded, dtype, bytes.length, before)).toEqual(Uint8Array.from(bytes));
        }
      },
    ),
    { seed: 9, numRuns: 200 },
  );
});

it("is smaller the less has changed", () => {
  const before = floatsFrom(1, 20_000, 0.02);
  const noise = floatsFrom(2, 20_000, 0.0001);
  const after = before.map((x, i) => x + (noise[i] as number));
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer);
  const alone = encodeExact(bytes(after), "F32").length;
  const apart = encodeExact(bytes(after), "F32", bytes(before)).length;
  expect(apart).toBeLessThan(0.85 * alone);
  expect(alone).toBeLessThan(80_000);
});

it("refuses differences from nothing", () => {
  const before = floatsFrom(1, 2000);
  const bytes = new Uint8Array(before.map((x) => x * 1.0001).buffer);
  const coded = encodeExact(bytes, "F32", new Uint8Array(before.buffer));
  expect(coded[0]).toBe(1);
  expect(() => decodeExact(coded, "F32", 8000)).toThrow(FormatError);
  expect(() => decodeExact(Uint8Array.of(2, ...coded.subarray(1)), "F32", 8000)).toThrow(
    FormatError,
  );
});
