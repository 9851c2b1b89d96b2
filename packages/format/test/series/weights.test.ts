import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamReader, StreamWriter } from "../../src/series/code-streams.js";
import { factorsOf } from "../../src/series/factors.js";
import { classesOf, stepsOf } from "../../src/series/sensitivity.js";
import {
  type Place,
  putAverage,
  putKeyframeWeights,
  putLinkWeights,
  takeAverage,
  takeKeyframeWeights,
  takeLinkWeights,
} from "../../src/series/weights.js";
import { anyFloats, dims, floatsFrom, rmsOf } from "./support/states.js";

const parameters = { seed: 8, numRuns: 30 };
const flat = (size: Place["dims"]): Place => ({
  dims: size,
  classes: classesOf(size, undefined, 1),
});

function keyframe(values: Float32Array, place: Place, step: number) {
  const streams = new StreamWriter();
  const stored = putKeyframeWeights(streams, values, place, step);
  const reader = new StreamReader(streams.finish().blob, 8 * values.length + 1024);
  const back = takeKeyframeWeights(reader, place);
  reader.finish();
  expect(back).toEqual(stored.values);
  return stored;
}

function link(values: Float32Array, base: Float32Array, place: Place, step: number) {
  const streams = new StreamWriter();
  const stored = putLinkWeights(streams, values, base, place, step);
  const { blob } = streams.finish();
  const reader = new StreamReader(blob, 8 * values.length + 1024);
  expect(takeLinkWeights(reader, base, place)).toEqual(stored.values);
  reader.finish();
  return { ...stored, bytes: blob.length };
}

describe("weights", () => {
  it("of a keyframe are within half a step, small ones exact", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 40, 80), fc.integer(), (rows, seed) => {
        const place = flat({ rows, columns: 64 });
        const values = floatsFrom(seed, rows * 64, 0.02);
        const { values: stored, unit } = keyframe(values, place, 1 / 32);
        if (rows < 64) expect(stored).toEqual(values);
        else expect(unit).toBeCloseTo(rmsOf(values) / 32, 9);
        for (const [i, value] of values.entries()) {
          expect(Math.abs((stored[i] as number) - value)).toBeLessThanOrEqual(unit / 2 + 1e-9);
        }
      }),
      parameters,
    );
  });

  it("of a link are within half a step of their class", () => {
    fc.assert(
      fc.property(dims, fc.integer(), (size, seed) => {
        const length = size.rows * size.columns;
        const exponents = floatsFrom(seed + 2, length, 3).map(Math.round);
        const classes = classesOf(
          size,
          factorsOf(size, (i) => exponents[i]),
          1,
        );
        const base = floatsFrom(seed, length, 0.02);
        const change = floatsFrom(seed + 1, length, 0.003);
        const values = base.map((x, i) => x + (change[i] as number));
        const { values: stored, unit } = link(values, base, { dims: size, classes }, 0.3);
        const steps = stepsOf(unit);
        for (const [i, value] of values.entries()) {
          const most = (steps[classes[i] as number] as number) / 2 + 1e-8;
          expect(Math.abs((stored[i] as number) - value)).toBeLessThanOrEqual(most);
        }
      }),
      parameters,
    );
  });

  it("don't drift away over links, and come near when they stand still", () => {
    const place = flat({ rows: 64, columns: 64 });
    let values = floatsFrom(1, 4096, 0.02);
    let { values: stored } = keyframe(values, place, 1 / 32);
    const errorOf = () => rmsOf(values.map((x, i) => x - (stored[i] as number)));
    for (let i = 0; i < 20; i++) {
      const change = floatsFrom(i + 2, 4096, 0.002);
      values = values.map((x, j) => x + (change[j] as number));
      stored = link(values, stored, place, 0.3).values;
      expect(errorOf()).toBeLessThan(0.002 * 0.3 * 0.32);
    }
    for (let i = 0; i < 4; i++) stored = link(values, stored, place, 0.3).values;
    expect(errorOf()).toBeLessThan(1e-6);
  });

  it("that stay the same take next to nothing", () => {
    const place = flat({ rows: 64, columns: 64 });
    const values = floatsFrom(1, 4096);
    expect(link(values, values, place, 0.3).bytes).toBeLessThan(64);
  });

  it("come back whatever they hold, what is no number to the bit", () => {
    fc.assert(
      fc.property(anyFloats, anyFloats, (values, other) => {
        const place = flat({ rows: 1, columns: values.length });
        const base = values.map((_, i) => other[i] ?? 0);
        expect(keyframe(values, place, 1 / 32).values).toEqual(values);
        const { values: stored } = link(values, base, place, 0.3);
        for (const [i, value] of values.entries()) {
          if (!Number.isFinite(value)) expect(stored[i]).toBe(value);
        }
      }),
      parameters,
    );
  });
});

describe("averages", () => {
  it("are stored by what they differ from the weights by, or as they are", () => {
    const place = flat({ rows: 64, columns: 64 });
    const weights = keyframe(floatsFrom(1, 4096, 0.02), place, 1 / 32);
    const apart = floatsFrom(2, 4096, 0.001);
    const ofWeights = weights.values.map((x, i) => x + (apart[i] as number));
    const ofSteps = floatsFrom(3, 4096, 0.0001);
    for (const [values, deviation, most] of [
      [ofWeights, 0.001, Math.max(0.29 * weights.unit, 0.3 * 0.001)],
      [ofSteps, 0.0001, 0.5 * 0.0001],
    ] as const) {
      const streams = new StreamWriter();
      putAverage(streams, values, weights, place, 1.5);
      const { blob } = streams.finish();
      const reader = new StreamReader(blob, 8 * 4096 + 1024);
      const back = takeAverage(reader, weights.values, place);
      reader.finish();
      expect(rmsOf(values.map((x, i) => x - (back[i] as number)))).toBeLessThan(most);
      expect((8 * blob.length) / 4096).toBeLessThan(3);
      expect(deviation).toBeGreaterThan(0);
    }
  });
});
