// Random numbers by place.

import { describe, expect, it } from "vitest";
import { uniform } from "../../src/index.js";
import { philox4x32, RandomPair } from "../../src/random/philox.js";
import { code } from "../sampling/support.js";

describe("random numbers", () => {
  it("are those of the Philox authors' known answers", () => {
    // kat_vectors of Random123, "philox4x32 10".
    const words = (counter: number[], low: number, high: number) => {
      const found = Uint32Array.from(counter);
      philox4x32(found, low, high);
      return [...found];
    };
    const all = 0xffffffff;
    expect(words([0, 0, 0, 0], 0, 0)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(words([all, all, all, all], all, all)).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(words(pi, 0xa4093822, 0x299f31d0)).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });

  it("lie in the counter and key as in the stack's scheduler", () => {
    // `uniform` of @ryanstream/scheduler gives these.
    const place = { seed: 2 ** 40 + 7, sequence: 1, position: 2, attempt: 3 };
    const words = Uint32Array.of(2, 1, 3, 0);
    philox4x32(words, 7, 2 ** 8);
    const [high = 0, low = 0] = words;
    expect(uniform(place)).toBe(((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53);
  });

  it("are the same for the same place, and others for every other place", () => {
    const place = { seed: 7, sequence: 1, position: 2, attempt: 3 };
    expect(uniform(place)).toBe(uniform({ ...place }));
    const places = [place, { ...place, seed: 7 + 2 ** 32 }, { ...place, seed: 8 }];
    places.push({ ...place, sequence: 0 }, { ...place, position: 3 }, { ...place, attempt: 2 });
    expect(new Set(places.map(uniform)).size).toBe(places.length);
  });

  it("come in pairs that don't depend on each other", () => {
    const pair = new RandomPair();
    const counts = new Array(16).fill(0);
    for (let position = 0; position < 16_000; position++) {
      pair.draw({ seed: 1, sequence: 0, position, attempt: 0 });
      counts[Math.floor(pair.first * 4) * 4 + Math.floor(pair.second * 4)]++;
    }
    // Chi-squared with 15 degrees of freedom: 37.7 is exceeded once in a thousand.
    const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(37.7);
  });

  it("refuse what is no place", () => {
    const place = { seed: 7, sequence: 1, position: 2, attempt: 3 };
    expect(() => uniform({ ...place, seed: 2 ** 53 })).toThrow(code("ERR_ARGUMENT", /seed/));
    expect(() => uniform({ ...place, attempt: -1 })).toThrow(code("ERR_ARGUMENT", /attempt/));
  });
});
