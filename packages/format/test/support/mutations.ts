// Changes of a file's bytes, and what must hold of whatever they leave.

import fc from "fast-check";
import { expect } from "vitest";
import { dequantizable, FormatError, openTensors } from "../../src/index.js";

type Change = (bytes: Uint8Array) => Uint8Array;

/** A few bytes set, numbers made huge, pieces cut out or doubled. */
export function mutations(length: number): fc.Arbitrary<Change> {
  const place = fc.nat(length - 1);
  const setByte = fc.tuple(place, fc.nat(255)).map(
    ([at, value]): Change =>
      (bytes) => {
        const copy = Uint8Array.from(bytes);
        if (at < copy.length) copy[at] = value;
        return copy;
      },
  );
  const huge = fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n);
  const setWord = fc.tuple(place, huge).map(
    ([at, value]): Change =>
      (bytes) => {
        const copy = Uint8Array.from(bytes);
        if (at + 8 <= copy.length) new DataView(copy.buffer).setBigUint64(at, value, true);
        return copy;
      },
  );
  const splice = fc.tuple(place, fc.nat(12), fc.boolean()).map(
    ([at, size, twice]): Change =>
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, at + (twice ? size : 0)),
          bytes.subarray(at + (twice ? 0 : size)),
        ]),
  );
  return fc
    .array(fc.oneof(setByte, setByte, setWord, splice), { minLength: 1, maxLength: 4 })
    .map((changes) => (bytes) => changes.reduce((left, change) => change(left), bytes));
}

/** Either a FormatError, or a source all of whose tensors can be read at the size it says. */
export async function expectRefusedOrRead(path: string): Promise<boolean> {
  try {
    await using source = await openTensors(path);
    let total = 0;
    for (const { name, dtype, elements } of source.tensors.values()) {
      const bytes = await source.read(name);
      total += bytes.length;
      if (dequantizable.includes(dtype)) {
        expect((await source.readF32(name)).length).toBe(elements);
      }
    }
    expect(total).toBeLessThanOrEqual(source.files[0]?.byteLength ?? 0);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
