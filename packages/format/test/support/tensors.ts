// Random tensors of every type that a format can hold.

import fc from "fast-check";
import { type DType, dtypes, type TensorInput } from "../../src/index.js";
import { product } from "../../src/tensor-info.js";

export const SEED = 20261126;

export const typesOf = (format: "safetensors" | "gguf"): DType[] =>
  (Object.keys(dtypes) as DType[]).filter((name) =>
    format === "gguf" ? dtypes[name].ggml !== undefined : dtypes[name].safetensors,
  );

/** A number of bytes that has one meaning for each seed; not random enough to matter. */
export function someBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export interface Sample extends TensorInput {
  readonly data: Uint8Array;
}

export function sampleOf(name: string, dtype: DType, shape: readonly number[], seed = 1): Sample {
  const { block, blockBytes } = dtypes[dtype];
  const length = ((product(shape) ?? 0) / block) * blockBytes;
  return { name, dtype, shape, data: someBytes(length, seed) };
}

/** Up to eight tensors: scalars, empty ones, names of all scripts. */
export function samples(format: "safetensors" | "gguf"): fc.Arbitrary<Sample[]> {
  const name = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 0, maxLength: 6 }),
    fc.constantFrom("__proto__", "toString", "a.b", "", "層.0", '"\\', "\u0000", "😀"),
  );
  const one = fc
    .record({
      name,
      dtype: fc.constantFrom(...typesOf(format)),
      outer: fc.array(fc.nat(3), { maxLength: 3 }),
      width: fc.nat(3),
      isScalar: fc.boolean(),
      seed: fc.nat(),
    })
    .map(({ name, dtype, outer, width, isScalar, seed }) => {
      const { block } = dtypes[dtype];
      const shape = isScalar && block === 1 ? [] : [...outer, width * block];
      return sampleOf(name, dtype, shape, seed);
    });
  return fc.uniqueArray(one, { selector: ({ name }) => name, maxLength: 8 });
}

/** The same tensor with its data in another form. */
export function inForm(sample: Sample, form: number): TensorInput {
  const { data } = sample;
  const half = data.length >> 1;
  const parts = [data.subarray(0, half), new Uint8Array(0), data.subarray(half)];
  async function* later() {
    for (const part of parts) {
      await undefined;
      yield part;
    }
  }
  const forms: TensorInput["data"][] = [data, parts, later(), () => data, () => later()];
  return { ...sample, data: forms[form % forms.length] as TensorInput["data"] };
}
