// The order of an epoch: every item once, and the same one for the same key for ever.

import fc from "fast-check";
import { expect, it } from "vitest";
import { permutation } from "../src/order/permutation.js";

const settings = { seed: 20261126, numRuns: 200 };
const key = fc.record({ seed: fc.maxSafeNat(), epoch: fc.nat(2 ** 32 - 1) });
const all = (size: number, order: (place: number) => number) =>
  Array.from({ length: size }, (_, place) => order(place));

/** The same network, written again with big integers. */
function reference(size: number, seed: number, epoch: number, place: number): number {
  const word = (value: bigint) => value & 0xffffffffn;
  const mix = (value: bigint) => {
    let x = word(value);
    x = word((x ^ (x >> 16n)) * 0x85ebca6bn);
    x = word((x ^ (x >> 13n)) * 0xc2b2ae35n);
    return x ^ (x >> 16n);
  };
  const bits = Math.max(8, (size - 1).toString(2).length);
  const low = BigInt(Math.floor(bits / 2));
  let value = BigInt(place);
  do {
    let [left, right] = [value >> low, value % (1n << low)];
    let [leftBits, rightBits] = [BigInt(bits) - low, low];
    for (let round = 0n; round < 8n; round++) {
      let key = word((round + 1n) * 0x9e3779b9n);
      for (const part of [word(BigInt(seed)), BigInt(seed) >> 32n, BigInt(epoch)]) {
        key = mix(key ^ mix(part + round));
      }
      [left, right] = [right, left ^ (mix(right ^ key) % (1n << leftBits))];
      [leftBits, rightBits] = [rightBits, leftBits];
    }
    value = (left << low) | right;
  } while (value >= size);
  return Number(value);
}

it("is a bijection for every size and key", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), key, (size, key) => {
      const seen = new Set(all(size, permutation(size, key)));
      expect(seen.size).toBe(size);
      expect(Math.max(...seen)).toBe(size - 1);
      expect(Math.min(...seen)).toBe(0);
    }),
    settings,
  );
});

it("equals the network by its definition, up to 2^32 items", () => {
  const sized = fc
    .oneof(
      fc.integer({ min: 1, max: 2 ** 32 }),
      fc.nat(32).chain((bits) => fc.constantFrom(2 ** bits, Math.min(2 ** bits + 1, 2 ** 32))),
    )
    .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  fc.assert(
    fc.property(sized, key, ([size, place], { seed, epoch }) => {
      const found = permutation(size, { seed, epoch })(place);
      expect(found).toBe(reference(size, seed, epoch, place));
    }),
    { ...settings, numRuns: 2000 },
  );
});

it("never changes between versions", () => {
  expect(all(10, permutation(10, { seed: 1, epoch: 0 }))).toEqual([5, 9, 3, 1, 6, 0, 8, 7, 4, 2]);
  expect(all(10, permutation(10, { seed: 1, epoch: 1 }))).toEqual([2, 1, 8, 7, 9, 5, 3, 4, 0, 6]);
});

it("puts every item everywhere equally often over the epochs", () => {
  const size = 20;
  const epochs = 8000;
  const counts = new Float64Array(size * size);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(size, { seed: 5, epoch });
    for (let place = 0; place < size; place++) {
      const cell = place * size + order(place);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  const expected = epochs / size;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // (size - 1)^2 degrees of freedom: mean 361, standard deviation 27.
  expect(chi).toBeGreaterThan(361 - 5 * 27);
  expect(chi).toBeLessThan(361 + 5 * 27);
});

it("keeps no two neighbours together more often than chance", () => {
  const size = 100_000;
  const order = permutation(size, { seed: 9, epoch: 3 });
  let neighbours = 0;
  for (let place = 1; place < size; place++) {
    if (Math.abs(order(place) - order(place - 1)) === 1) neighbours++;
  }
  expect(neighbours).toBeLessThan(12); // 2 are expected
});

it("refuses what isn't a size, a seed or a place", () => {
  const wrong = [
    () => permutation(0, { seed: 1, epoch: 0 }),
    () => permutation(2 ** 32 + 1, { seed: 1, epoch: 0 }),
    () => permutation(5, { seed: -1, epoch: 0 }),
    () => permutation(5, { seed: 0.5, epoch: 0 }),
    () => permutation(5, { seed: 1, epoch: 2 ** 32 }),
    () => permutation(5, { seed: 1, epoch: 0 })(5),
  ];
  for (const call of wrong) expect(call).toThrow(expect.objectContaining({ code: "ERR_ARGUMENT" }));
});
