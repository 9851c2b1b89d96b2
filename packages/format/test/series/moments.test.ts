import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds, StreamReader, StreamWriter } from "../../src/series/code-streams.js";
import type { Dims } from "../../src/series/factors.js";
import { putFirstMoment, takeFirstMoment } from "../../src/series/first-moment.js";
import { putSecondMoment, takeSecondMoment } from "../../src/series/second-moment.js";
import { anyFloats, dims, floatsFrom, gradientSquares, rmsOf } from "./support/states.js";

const parameters = { seed: 7, numRuns: 30 };

function secondBack(values: Float32Array, size: Dims, parts: number) {
  const streams = new StreamWriter();
  const stored = putSecondMoment(streams, values, size, parts);
  const { blob } = streams.finish();
  const reader = new StreamReader(blob, 8 * values.length + 1024);
  const back = takeSecondMoment(reader, size);
  reader.finish();
  return { stored, back, blob };
}

function firstBack(values: Float32Array, size: Dims, step: number, squares?: Float32Array) {
  const streams = new StreamWriter();
  const second = squares && putSecondMoment(streams, squares, size, 2);
  const stored = putFirstMoment(streams, values, size, step, second);
  const { blob, byKind } = streams.finish();
  const reader = new StreamReader(blob, 8 * values.length + 1024);
  const again = squares && takeSecondMoment(reader, size);
  const back = takeFirstMoment(reader, size, again);
  reader.finish();
  return { stored, back, byKind, second };
}

describe("second moments", () => {
  it("stay positive where they are, zero where they are, and within half a step of the grid", () => {
    fc.assert(
      fc.property(dims, fc.constantFrom(1, 2, 4, 8), fc.integer(), (size, parts, seed) => {
        const values = gradientSquares(size, seed);
        const { stored, back } = secondBack(values, size, parts);
        expect(back.values).toEqual(stored.values);
        for (const [i, value] of values.entries()) {
          const found = back.values[i] as number;
          if (value === 0) expect(found).toBe(0);
          else {
            expect(found).toBeGreaterThan(0);
            const octaves = Math.abs(Math.log2(found / value));
            expect(octaves).toBeLessThanOrEqual(0.5 / parts + 1e-6);
          }
        }
      }),
      parameters,
    );
  });

  it("come back to the bit where they are no positive numbers of float32's range", () => {
    fc.assert(
      fc.property(anyFloats, (values) => {
        const { back } = secondBack(values, { rows: 1, columns: values.length }, 1);
        for (const [i, value] of values.entries()) {
          const found = back.values[i] as number;
          if (!(value > 0 && value < Infinity)) expect(Object.is(found, value)).toBe(true);
          else expect(found).toBeGreaterThan(0);
        }
      }),
      parameters,
    );
  });

  it("take 1.9 bits an element of a product of rows and columns, an octave a step", () => {
    const size = { rows: 256, columns: 256 };
    const { blob } = secondBack(gradientSquares(size, 3, { zeros: false }), size, 1);
    expect((8 * blob.length) / 65_536).toBeLessThan(1.9);
  });
});

describe("first moments", () => {
  it("are within half a step of their scale, with second moments and without", () => {
    fc.assert(
      fc.property(
        dims,
        fc.constantFrom(0.25, 1, 1.5),
        fc.boolean(),
        fc.integer(),
        (size, step, has, seed) => {
          const squares = gradientSquares(size, seed);
          const noise = floatsFrom(seed + 1, squares.length);
          const values = squares.map((v, i) => Math.sqrt(v) * (noise[i] as number));
          const { stored, back, second } = firstBack(values, size, step, has ? squares : undefined);
          expect(back.values).toEqual(stored.values);
          if (second === undefined) return;
          const scaled = values.map((x, i) => x / Math.sqrt(second.values[i] || 1));
          const unit = step * rmsOf(scaled.filter((_, i) => (second.values[i] as number) > 0));
          for (const [i, value] of values.entries()) {
            const scale = Math.sqrt(second.values[i] as number);
            // The middle of a step lies up to half of one beside its code.
            const most = unit * scale * 1.0001 + 1e-40;
            expect(Math.abs((back.values[i] as number) - value)).toBeLessThanOrEqual(most);
          }
        },
      ),
      parameters,
    );
  });

  it("lose a small share of their power at the default step, and take 1.7 bits", () => {
    const size = { rows: 128, columns: 256 };
    const squares = gradientSquares(size, 5, { zeros: false });
    const noise = floatsFrom(6, squares.length);
    const values = squares.map((v, i) => Math.sqrt(v) * (noise[i] as number));
    const { back, byKind } = firstBack(values, size, 1.5, squares);
    const errors = values.map(
      (x, i) => (x - (back.values[i] as number)) / Math.sqrt(squares[i] as number),
    );
    expect(rmsOf(errors) / rmsOf(noise)).toBeLessThan(0.42);
    expect((8 * (byKind.get(kinds.first) ?? 0)) / values.length).toBeLessThan(1.7);
  });

  it("come back whatever they hold, what is no number to the bit", () => {
    fc.assert(
      fc.property(anyFloats, fc.boolean(), (values, has) => {
        const size = { rows: 1, columns: values.length };
        const squares = has ? values.map(Math.abs) : undefined;
        const { stored, back } = firstBack(values, size, 1, squares);
        expect(back.values).toEqual(stored.values);
        for (const [i, value] of values.entries()) {
          if (!Number.isFinite(value)) expect(back.values[i]).toBe(value);
          else expect(Number.isFinite(back.values[i])).toBe(true);
        }
      }),
      parameters,
    );
  });

  it("aren't lost where second moments are zero", () => {
    const { back } = firstBack(
      Float32Array.of(1e-30, 0, -2),
      { rows: 1, columns: 3 },
      1.5,
      new Float32Array(3),
    );
    expect([...back.values]).toEqual([Math.fround(1e-30), 0, -2]);
  });
});
