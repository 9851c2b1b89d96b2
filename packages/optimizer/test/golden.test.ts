// Steps of every optimizer against PyTorch's own, in f64, and of Ryan-Optimizer against its sources.

import { readFileSync } from "node:fs";
import { f32, type Operand, type Parameter, parameter, program } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import {
  adamw,
  clipByGlobalNorm,
  muon,
  type Optimizer,
  planOrthogonalization,
  quintic,
  type RyanOptimizer,
  type RyanOptimizerOptions,
  ryanOptimizer,
} from "../src/index.js";

interface Case {
  readonly shapes: readonly (readonly [number, number])[];
  readonly averaged: readonly (readonly number[])[];
  readonly parameters: readonly (readonly number[])[];
  readonly norms: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL("golden/optimizers.json", import.meta.url), "utf8"),
) as {
  readonly steps: number;
  readonly cases: Readonly<Record<string, Case>>;
};

const wave = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * seed + 0.37 * i + 0.011 * i * i));
const rateOf = (step: number) => 0.02 / (1 + step);

/** The parameters after all steps, and what was clipped on the way. */
async function run(
  { shapes }: Case,
  make: (parameters: readonly Parameter<"f32">[]) => Optimizer,
  clip?: number,
) {
  const { steps } = golden;
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
  const averaged = isRyan(optimizer) ? [...optimizer.averaged().values()].map((x) => [...x]) : [];
  for (const p of parameters) p.dispose();
  return { values, averaged, norms };
}

const isRyan = (optimizer: Optimizer): optimizer is RyanOptimizer => "averaged" in optimizer;

function expectClose(found: readonly number[][], expected: Case["parameters"]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, values] of found.entries()) {
    const wanted = expected[i] as readonly number[];
    const scale = Math.max(...wanted.map(Math.abs));
    for (const [j, x] of values.entries()) {
      expect(Math.abs(x - (wanted[j] as number)), `p${i}[${j}]`).toBeLessThan(1e-5 * scale);
    }
  }
}

const steps = golden.steps;
const lookAhead = { from: 1 / steps, to: 7 / steps, keep: 0.8, strength: 0.5 };
const tail = { from: 8 / steps, keep: 0.6, blend: 0.7 };

const ryan =
  (options: Partial<RyanOptimizerOptions>, matrices = 3) =>
  (parameters: readonly Parameter<"f32">[]) =>
    ryanOptimizer(parameters, {
      steps,
      stepFlops: Infinity,
      cautious: true,
      momentum: 0.95,
      hidden: (p) => parameters.indexOf(p) < matrices,
      ...options,
    });

/** Just enough for one of each shape to be orthogonalised in a step. */
function oneOfEach(parameters: readonly Parameter<"f32">[]) {
  const { matrices } = planOrthogonalization(parameters, { stepFlops: Infinity, iterations: 3 });
  const sides = new Map(matrices.map((m) => [m.rows * m.columns, m.flops]));
  return { stepFlops: [...sides.values()].reduce((a, b) => a + b), share: 0.5 };
}

describe("as PyTorch", () => {
  it.each<[string, (parameters: readonly Parameter<"f32">[]) => Optimizer, number?]>([
    ["muon", (p) => muon(p)],
    ["muon plain", (p) => muon(p, { nesterov: false, weightDecay: 0, momentum: 0.8 })],
    ["muon rms", (p) => muon(p, { adjust: "rms", steps: 3 })],
    ["adamw", (p) => adamw(p, { betas: [0.9, 0.95], weightDecay: 0.1 })],
    ["adamw clipped", (p) => adamw(p, { weightDecay: 0 }), 2.5],
  ])("%s", async (name, make, clip) => {
    const expected = golden.cases[name] as Case;
    const { values, norms } = await run(expected, make, clip);
    expectClose(values, expected.parameters);
    expect(norms).toHaveLength(expected.norms.length);
    for (const [t, norm] of norms.entries()) {
      expect(norm / (expected.norms[t] as number)).toBeCloseTo(1, 5);
    }
  });
});

describe("as its sources", () => {
  it.each<[string, (parameters: readonly Parameter<"f32">[]) => RyanOptimizer]>([
    ["ryan bare", ryan({ lookAhead: false, tail: false, coefficients: quintic }, 4)],
    ["ryan", ryan({ lookAhead, tail })],
    ["ryan early", ryan({ lookAhead: { ...lookAhead, to: 1 }, tail: false, iterations: 4 })],
    [
      "ryan turns",
      (p) => ryan({ ...oneOfEach(p), weightDecay: 0.3, lookAhead: false, tail }, 5)(p),
    ],
    ["ryan rows", ryan({ share: 0, cautious: false, lookAhead: false, tail: false }, 5)],
  ])("%s", async (name, make) => {
    const expected = golden.cases[name] as Case;
    const { values, averaged } = await run(expected, make);
    expectClose(values, expected.parameters);
    expectClose(averaged, expected.averaged);
  });
});
