// Steps of every optimizer against PyTorch's own, in f64.

import { readFileSync } from "node:fs";
import { f32, type Operand, type Parameter, parameter, program } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import { adamw, clipByGlobalNorm, muon, type Optimizer } from "../src/index.js";

interface Case {
  readonly parameters: readonly (readonly number[])[];
  readonly norms: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL("golden/optimizers.json", import.meta.url), "utf8"),
) as {
  readonly shapes: readonly (readonly [number, number])[];
  readonly steps: number;
  readonly cases: Readonly<Record<string, Case>>;
};

const wave = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * seed + 0.37 * i + 0.011 * i * i));
const rateOf = (step: number) => 0.02 / (1 + step);

/** The parameters after all steps, and what was clipped on the way. */
async function run(make: (parameters: readonly Parameter<"f32">[]) => Optimizer, clip?: number) {
  const { shapes, steps } = golden;
  const parameters = shapes.map((shape, i) =>
    parameter(`p${i}`, f32(...shape), { init: wave(i, shape[0] * shape[1]) }),
  );
  using optimizer = make(parameters);
  const names = shapes.map((_, i) => `g${i}`);
  const specs = Object.fromEntries(
    names.map((name, i) => [name, f32(...(shapes[i] as [number, number]))]),
  );
  using step = program({ rate: f32(1), ...specs }, ({ rate, ...inputs }) => {
    const gradients = names.map(
      (name) => (inputs as Record<string, Operand<"f32">>)[name] as Operand<"f32">,
    );
    const clipped = clip === undefined ? undefined : clipByGlobalNorm(gradients, clip);
    optimizer.update(clipped?.gradients ?? gradients, rate as Operand<"f32">);
    return clipped === undefined ? {} : { norm: clipped.norm };
  });
  const norms: number[] = [];
  for (let t = 0; t < steps; t++) {
    const arrays = Object.fromEntries(
      shapes.map(([rows, columns], i) => [`g${i}`, wave(100 * (t + 1) + i, rows * columns)]),
    );
    const result = (await step.run({ rate: Float32Array.of(rateOf(t)), ...arrays } as never)) as {
      readonly norm?: Float32Array;
    };
    if (result.norm) norms.push(result.norm[0] as number);
  }
  const values = parameters.map((p) => [...p.read()]);
  for (const p of parameters) p.dispose();
  return { values, norms };
}

describe("as PyTorch", () => {
  it.each<[string, (parameters: readonly Parameter<"f32">[]) => Optimizer, number?]>([
    ["muon", (p) => muon(p)],
    ["muon plain", (p) => muon(p, { nesterov: false, weightDecay: 0, momentum: 0.8 })],
    ["muon rms", (p) => muon(p, { adjust: "rms", steps: 3 })],
    ["adamw", (p) => adamw(p, { betas: [0.9, 0.95], weightDecay: 0.1 })],
    ["adamw clipped", (p) => adamw(p, { weightDecay: 0 }), 2.5],
  ])("%s", async (name, make, clip) => {
    const { values, norms } = await run(make, clip);
    const expected = golden.cases[name] as Case;
    for (const [i, found] of values.entries()) {
      const wanted = expected.parameters[i] as readonly number[];
      const scale = Math.max(...wanted.map(Math.abs));
      for (const [j, x] of found.entries()) {
        expect(Math.abs(x - (wanted[j] as number)), `p${i}[${j}]`).toBeLessThan(1e-5 * scale);
      }
    }
    expect(norms).toHaveLength(expected.norms.length);
    for (const [t, norm] of norms.entries()) {
      expect(norm / (expected.norms[t] as number)).toBeCloseTo(1, 5);
    }
  });
});
