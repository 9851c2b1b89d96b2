import { describe, expect, it } from "vitest";
import { philox, Random } from "../src/random.js";

describe("philox", () => {
  // Known answers of the authors' library Random123, kat_vectors, philox4x32 10.
  it("gives the published values", () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    expect(
      philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });
});

describe("Random", () => {
  it("reaches both ends of a range and stays within", () => {
    const random = new Random(1, 0, 0);
    const seen = new Set(Array.from({ length: 1000 }, () => random.int(-1, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it("gives other streams for other seeds, indices and lanes, also above 32 bits", () => {
    const streams = [
      [1, 0, 0],
      [2, 0, 0],
      [1, 1, 0],
      [1, 0, 1],
      [1 + 2 ** 32, 0, 0],
      [1, 2 ** 32, 0],
    ] as const;
    const first = streams.map(([seed, index, lane]) => new Random(seed, index, lane).uniform());
    expect(new Set(first).size).toBe(streams.length);
  });

  it("samples without repeating", () => {
    const values = Array.from({ length: 20 }, (_, i) => i);
    expect(new Set(new Random(1, 2, 3).sample(values, 20)).size).toBe(20);
  });
});
