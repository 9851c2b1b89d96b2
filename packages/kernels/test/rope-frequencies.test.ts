// Scaled frequencies against formulas written apart from ours (the branches of
// Meta's code, the equations of the YaRN paper) and against known values.

import { TensorError } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RopeFrequencyOptions, ropeFrequencies } from "../src/index.js";

const seed = 20240611;

function plain(headDim: number, base: number): number[] {
  return Array.from({ length: headDim / 2 }, (_, i) =>
    Math.exp((-2 * i * Math.log(base)) / headDim),
  );
}

function expectClose(found: Float32Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, e] of expected.entries()) {
    expect(Math.abs((found[i] as number) / e - 1), `frequency ${i}`).toBeLessThan(2e-7); // f32
  }
}

const setting = {
  headDim: fc.integer({ min: 1, max: 128 }).map((n) => 2 * n),
  base: fc.double({ min: 100, max: 1e6, noNaN: true }),
  factor: fc.double({ min: 1, max: 64, noNaN: true }),
  originalLength: fc.integer({ min: 256, max: 65536 }),
};

describe("plain and linear", () => {
  it("is a geometric series from 1", () => {
    fc.assert(
      fc.property(setting.headDim, setting.base, (headDim, base) => {
        const { frequencies, scale } = ropeFrequencies({ headDim, base });
        expectClose(frequencies, plain(headDim, base));
        expect(scale).toBe(1);
      }),
      { seed },
    );
  });

  it("divides every frequency by a linear factor", () => {
    const scaling = { type: "linear", factor: 4 } as const;
    const { frequencies } = ropeFrequencies({ headDim: 64, scaling });
    expectClose(
      frequencies,
      plain(64, 10000).map((f) => f / 4),
    );
  });
});

describe("Llama 3", () => {
  // The three branches on wavelengths, as in llama-models' apply_scaling.
  const reference = (f: number, factor: number, length: number) => {
    const wavelength = (2 * Math.PI) / f;
    if (wavelength < length / 4) return f;
    if (wavelength > length) return f / factor;
    const smooth = (length / wavelength - 1) / (4 - 1);
    return ((1 - smooth) * f) / factor + smooth * f;
  };

  it("follows the reference's branches", () => {
    fc.assert(
      fc.property(fc.record(setting), ({ headDim, base, factor, originalLength }) => {
        const scaling = { type: "llama3", factor, originalLength } as const;
        const { frequencies, scale } = ropeFrequencies({ headDim, base, scaling });
        expectClose(
          frequencies,
          plain(headDim, base).map((f) => reference(f, factor, originalLength)),
        );
        expect(scale).toBe(1);
      }),
      { seed },
    );
  });

  it("leaves the first 29 pairs of Llama 3.1 alone and slows the last 29 down by 8", () => {
    const base = 500000;
    const scaling = { type: "llama3", factor: 8, originalLength: 8192 } as const;
    const ratio = [...ropeFrequencies({ headDim: 128, base, scaling }).frequencies].map(
      (f, i) => f / (plain(128, base)[i] as number),
    );
    expect(ratio.filter((r) => Math.abs(r - 1) < 1e-6).length).toBe(29);
    expect(ratio.filter((r) => Math.abs(r - 1 / 8) < 1e-6).length).toBe(29);
    const faster = ratio.slice(1).filter((r, i) => r > (ratio[i] as number) + 1e-6);
    expect(faster).toEqual([]);
  });
});

describe("YaRN", () => {
  it("blends by rotations as equations 17 to 20 of the paper say", () => {
    fc.assert(
      fc.property(fc.record(setting), ({ headDim, base, factor, originalLength }) => {
        const scaling = { type: "yarn", factor, originalLength, ramp: "rotations" } as const;
        const { frequencies } = ropeFrequencies({ headDim, base, scaling });
        const expected = plain(headDim, base).map((f) => {
          const r = originalLength / ((2 * Math.PI) / f);
          const gamma = r < 1 ? 0 : r > 32 ? 1 : (r - 1) / 31;
          return ((1 - gamma) * f) / factor + gamma * f;
        });
        expectClose(frequencies, expected);
      }),
      { seed },
    );
  });

  it("blends over dimensions between the pairs that turn 32 times and once", () => {
    // Qwen2.5: head 128, base 1e6, 32768 positions. 32 turns fall on pair 23.6, one turn on pair 39.6.
    const scaling = { type: "yarn", factor: 4, originalLength: 32768 } as const;
    const { frequencies } = ropeFrequencies({ headDim: 128, base: 1e6, scaling });
    const slowed = plain(128, 1e6).map((f, i) => f / (frequencies[i] as number));
    const weight = (i: number) => Math.min(1, Math.max(0, (i - 23) / (40 - 23)));
    for (const [i, s] of slowed.entries()) {
      expect(1 / s, `pair ${i}`).toBeCloseTo(1 - weight(i) + weight(i) / 4, 6);
    }
    expect(slowed.filter((s) => Math.abs(s - 1) < 1e-6).length).toBe(24);
    expect(slowed.filter((s) => Math.abs(s - 4) < 1e-5).length).toBe(24);
  });

  it("meets both ends of the paper's blend whatever it is linear in", () => {
    const scaling = { type: "yarn", factor: 16, originalLength: 4096 } as const;
    const options: RopeFrequencyOptions = { headDim: 128 };
    const [a, b] = (["dimension", "rotations"] as const).map(
      (ramp) => ropeFrequencies({ ...options, scaling: { ...scaling, ramp } }).frequencies,
    ) as [Float32Array, Float32Array];
    expect(a[0]).toBe(b[0]);
    expect(a.at(-1)).toBe(b.at(-1));
    expect(a[32]).not.toBe(b[32]);
  });

  it("scales attention by 0.1 ln(s) + 1, or as it is told", () => {
    const of = (extra: object) =>
      ropeFrequencies({
        headDim: 64,
        scaling: { type: "yarn", factor: 40, originalLength: 4096, ...extra },
      }).scale;
    expect(of({})).toBeCloseTo(1.368888, 6);
    expect(of({ attentionFactor: 1.25 })).toBe(1.25);
    expect(of({ mscale: 1, mscaleAll: 1 })).toBe(1); // DeepSeek-V2
    expect(of({ mscale: 0.8, mscaleAll: 1 })).toBeCloseTo(1.29511 / 1.368888, 5);
  });
});

it.each<[string, object]>([
  ["an odd head", { headDim: 63 }],
  ["no head", { headDim: 0 }],
  ["a base of 1", { headDim: 64, base: 1 }],
  ["a factor below 1", { headDim: 64, scaling: { type: "linear", factor: 0.5 } }],
  ["an unknown scaling", { headDim: 64, scaling: { type: "dynamic", factor: 2 } }],
  ["no original length", { headDim: 64, scaling: { type: "yarn", factor: 2, originalLength: 0 } }],
  [
    "crossed factors",
    {
      headDim: 64,
      scaling: { type: "llama3", factor: 2, originalLength: 8192, lowFactor: 4, highFactor: 1 },
    },
  ],
])("refuses %s", (_, options) => {
  const call = () => ropeFrequencies(options as RopeFrequencyOptions);
  expect(call).toThrow(TensorError);
  expect(call).toThrow(expect.objectContaining({ code: "ERR_ATTRIBUTE" }));
});
