// AdamW natively against algorithm 2 of Loshchilov & Hutter in double precision.

import { f32, liveHandles, mul, parameter, program } from "@ryanstream/tensor";
import { expect, it } from "vitest";
import { type AdamWOptions, adamw } from "../src/index.js";
import { noise } from "./support/native.js";

interface State {
  readonly p: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

function stepOf(
  { p, m, v }: State,
  g: Float32Array,
  t: number,
  lr: number,
  weightDecay: number,
): void {
  const [b1, b2] = [0.9, 0.95];
  g.forEach((gi, i) => {
    m[i] = b1 * (m[i] as number) + (1 - b1) * gi;
    v[i] = b2 * (v[i] as number) + (1 - b2) * gi * gi;
    const [mHat, vHat] = [(m[i] as number) / (1 - b1 ** t), (v[i] as number) / (1 - b2 ** t)];
    const pi = p[i] as number;
    p[i] = pi - lr * (mHat / (Math.sqrt(vHat) + 1e-8) + weightDecay * pi);
  });
}

it("follows the paper for parameters that decay and ones that don't", async () => {
  const shapes = [[7, 9], [33], [0]];
  const parameters = shapes.map((shape, i) =>
    parameter(`p${i}`, f32(...shape), {
      init: noise(
        i,
        shape.reduce((a, b) => a * b, 1),
      ),
    }),
  );
  const options: AdamWOptions = {
    betas: [0.9, 0.95],
    weightDecay: 0.1,
    decays: (p) => p.shape.length > 1,
  };
  using optimizer = adamw(parameters, options);
  const specs = { rate: f32(1), g0: f32(7, 9), g1: f32(33), g2: f32(0) };
  using step = program(specs, ({ rate, g0, g1, g2 }) => {
    optimizer.update([g0, mul(g1, 1), g2], rate);
  });
  const expected = parameters.map((p): State => {
    const from = Float64Array.from(p.read());
    return { p: from, m: new Float64Array(from.length), v: new Float64Array(from.length) };
  });
  for (let t = 1; t <= 20; t++) {
    const [g0, g1, g2] = [noise(100 + t, 63), noise(200 + t, 33), new Float32Array(0)];
    const lr = 0.01 / t;
    await step.run({ rate: Float32Array.of(lr), g0, g1, g2 });
    [g0, g1, g2].forEach((g, i) => {
      stepOf(expected[i] as State, g, t, Math.fround(lr), i === 0 ? 0.1 : 0);
    });
  }
  expect(optimizer.step.read()[0]).toBe(20);
  for (const [i, p] of parameters.entries()) {
    const { p: reference, v } = expected[i] as State;
    p.read().forEach((x, j) => {
      expect(x).toBeCloseTo(reference[j] as number, 5);
    });
    optimizer.moments[i]?.second.read().forEach((x, j) => {
      expect(x).toBeCloseTo(v[j] as number, 5);
    });
    p.dispose();
  }
});

it("counts steps beyond what an f32 can, to the last of i32, and no further", async () => {
  using p = parameter("p", f32(1), { init: 1 });
  using optimizer = adamw([p]);
  using step = program({ g: f32(1) }, ({ g }) => {
    optimizer.update([g], 0.1);
  });
  const g = new Float32Array(1);
  for (const from of [2 ** 24 - 1, 2 ** 24, 2 ** 31 - 2]) {
    optimizer.step.write(Int32Array.of(from));
    await step.run({ g });
    expect(optimizer.step.read()[0]).toBe(from + 1);
  }
  await expect(step.run({ g })).rejects.toMatchObject({ code: "ERR_VALUE" });
  expect(optimizer.step.read()[0]).toBe(2 ** 31 - 1);
});

it("gives its memory back", async () => {
  const before = liveHandles().buffers;
  const p = parameter("p", f32(4), { init: 1 });
  const optimizer = adamw([p]);
  const step = program({ g: f32(4) }, ({ g }) => {
    optimizer.update([g], 0.1);
  });
  await step.run({ g: new Float32Array(4) });
  expect(liveHandles().buffers).toBe(before + 4); // the parameter, two moments, the step
  step.dispose();
  optimizer.dispose();
  p.dispose();
  expect(liveHandles().buffers).toBe(before);
});

it("refuses gradients that don't fit", () => {
  const p = parameter("p", f32(4));
  using optimizer = adamw([p]);
  const build = (shape: number, count: number) => () =>
    program({ g: f32(shape) }, ({ g }) => {
      optimizer.update(Array(count).fill(g), 0.1);
    });
  expect(build(5, 1)).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  expect(build(4, 2)).toThrow(expect.objectContaining({ code: "ERR_INPUT" }));
  p.dispose();
});
