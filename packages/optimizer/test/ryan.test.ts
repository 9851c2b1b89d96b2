// Ryan-Optimizer in a program that trains: what it remembers, what it reads out, and what it refuses.

import {
  add,
  f32,
  grad,
  matmul,
  type Parameter,
  parameter,
  program,
  relu,
  square,
  sub,
  sum,
} from "@ryanstream/tensor";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  loadState,
  momentumFor,
  type RyanOptimizerOptions,
  ryanOptimizer,
  saveState,
} from "../src/index.js";

const wave = (count: number, seed: number, scale = 1) =>
  Float32Array.from(
    { length: count },
    (_, i) => scale * Math.sin(seed * 3 + 0.7 * i + 0.05 * i * i),
  );

const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
});

const shapes: readonly (readonly [string, ...number[]])[] = [
  ["layers.0.up", 6, 8],
  ["layers.0.down", 8, 6],
  ["layers.1.up", 6, 8],
  ["layers.1.down", 8, 6],
  ["layers.1.gain", 6],
  ["head", 6, 3],
];
const rateOf = (t: number, steps: number) =>
  0.02 * Math.max(0, Math.min(1, (steps - t) / steps + 0.3));
const small = { steps: 20, stepFlops: Infinity };

/** Two layers with a gain and a head, and their training step. */
function setup(options: RyanOptimizerOptions) {
  const parameters = shapes.map(([name, ...shape], seed) =>
    parameter(name, f32(...shape), {
      init: wave(
        shape.reduce((a, b) => a * b),
        seed,
        0.4,
      ),
    }),
  );
  const optimizer = ryanOptimizer(parameters, options);
  const at = (i: number) => parameters[i] as Parameter<"f32">;
  const specs = { x: f32(4, 6), y: f32(4, 3), rate: f32(1) };
  const step = program(specs, ({ x, y, rate }) => {
    const h = add(x, matmul(relu(matmul(x, at(0))), at(1)));
    const k = add(h, matmul(relu(matmul(h, at(2))), at(3)));
    const out = matmul(add(k, at(4)), at(5));
    const loss = sum(square(sub(out, y)));
    optimizer.update(grad(loss, parameters), rate);
    return { loss };
  });
  open.push(step, optimizer, ...parameters);
  const run = async (t: number) => {
    const rate = Float32Array.of(rateOf(t, options.steps));
    const batch = { x: wave(24, 10 + (t % 4)), y: wave(12, 50 + (t % 4)), rate };
    return (await step.run(batch)).loss[0] as number;
  };
  const bits = () => parameters.map((p) => new Uint32Array(Float32Array.from(p.read()).buffer));
  return { parameters, optimizer, step, run, bits };
}

const bitsOf = (values: Iterable<Float32Array>) =>
  [...values].map((x) => new Uint32Array(Float32Array.from(x).buffer));

describe("a state", () => {
  const setting = fc.record({
    stop: fc.integer({ min: 0, max: 14 }),
    turns: fc.boolean(),
    lookAhead: fc.oneof(fc.constant(false as const), fc.record({ from: fc.constantFrom(0, 0.2) })),
    tail: fc.oneof(
      fc.constant(false as const),
      fc.record({ from: fc.constantFrom(0.4, 0.5, 0.7) }),
    ),
  });

  it("goes on to the same bits from any step, in every phase", async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ stop, turns, lookAhead, tail }) => {
        const limit = turns ? { stepFlops: 200_000, share: 0.03 } : { stepFlops: Infinity };
        const options = { steps: 12, lookAhead, tail, cautious: turns, ...limit };
        const whole = setup(options);
        if (turns) expect(whole.optimizer.plan.matrices[0]?.period).toBeGreaterThan(1);
        const first = setup(options);
        for (let t = 0; t < 15; t++) await whole.run(t);
        for (let t = 0; t < stop; t++) await first.run(t);
        const saved = saveState(first.optimizer);
        const second = setup(options);
        for (const [i, p] of second.parameters.entries()) {
          p.write((first.parameters[i] as Parameter<"f32">).read());
        }
        loadState(second.optimizer, saved);
        expect(second.optimizer.taken).toBe(stop);
        for (let t = stop; t < 15; t++) await second.run(t);
        expect(second.bits()).toEqual(whole.bits());
        expect(saveState(second.optimizer)).toEqual(saveState(whole.optimizer));
        expect(bitsOf(second.optimizer.averaged().values())).toEqual(
          bitsOf(whole.optimizer.averaged().values()),
        );
        for (const each of open.splice(0)) each.dispose();
      }),
      { numRuns: 16, seed: 1 },
    );
  }, 120_000);

  it("of a run of another length is never taken for what it isn't", async () => {
    for (const [before, taken, after] of [
      [40, 15, 16], // looked ahead, is in the tail now
      [16, 14, 60], // was averaged, looks ahead now
    ] as const) {
      const options = { stepFlops: Infinity, lookAhead: {}, tail: { blend: 1, keep: 0 } };
      const first = setup({ ...options, steps: before });
      for (let t = 0; t < taken; t++) await first.run(0);
      const second = setup({ ...options, steps: after });
      for (const [i, p] of second.parameters.entries()) {
        p.write((first.parameters[i] as Parameter<"f32">).read());
      }
      loadState(second.optimizer, saveState(first.optimizer));
      // The read-out is the newest weights alone, or nothing but the weights.
      expect(bitsOf(second.optimizer.averaged().values())).toEqual(second.bits());
      await second.run(0);
      expect(bitsOf(second.optimizer.averaged().values())).toEqual(second.bits());
      const size = (name: string) => {
        const held = second.optimizer.states.find((each) => each.name === name);
        return Math.hypot(...(held?.read() ?? []));
      };
      const weights = Math.hypot(...(second.parameters[0] as Parameter<"f32">).read());
      const shared = size("ryan.shared.layers.0.up");
      if (after > before) expect(shared).toBeLessThan(0.1 * weights);
      else expect(shared).toBeCloseTo(weights, 5);
    }
  });

  it("is 8 bytes a parameter, 4 a row, and some numbers", () => {
    const { optimizer, parameters } = setup(small);
    const bytes = optimizer.states.reduce((all, each) => all + each.byteLength, 0);
    const numbers = parameters.reduce((all, p) => all + p.length, 0);
    const rows = 6 + 8 + 6 + 8;
    expect(bytes).toBe(8 * numbers + 4 * rows + 4 * 4 + 4);
  });

  it("is 4 bytes a matrix parameter without look-ahead and tail", () => {
    const { optimizer } = setup({ ...small, lookAhead: false, tail: false });
    const bytes = optimizer.states.reduce((all, each) => all + each.byteLength, 0);
    expect(bytes).toBe(4 * 4 * 48 + 8 * (6 + 18) + 4 * 28 + 4 * 4 + 4);
  });
});

it("a loss goes down in all phases, and with turns", async () => {
  for (const limit of [{}, { stepFlops: 200_000, share: 0.03 }, { share: 0, stepFlops: 1e9 }]) {
    const { run } = setup({
      steps: 200,
      stepFlops: Infinity,
      lookAhead: {},
      cautious: true,
      ...limit,
    });
    const first = await run(0);
    const losses: number[] = [];
    for (let t = 0; t < 200; t++) losses.push(await run(0));
    expect(losses[99]).toBeLessThan(first);
    expect(losses[199]).toBeLessThan(0.2 * first);
  }
});

it("looks ahead, decays cautiously and has the momentum of its length by default", async () => {
  const named = { lookAhead: { from: 0.1 }, cautious: true, momentum: momentumFor(200) };
  const [usual, same, ...others] = await Promise.all(
    [{}, named, { lookAhead: false as const }, { cautious: false }, { momentum: 0.95 }].map(
      async (options) => {
        const { run, bits } = setup({ ...options, steps: 200, stepFlops: Infinity });
        for (let t = 0; t < 60; t++) await run(t);
        return bits();
      },
    ),
  );
  expect(usual).toEqual(same);
  for (const other of others) expect(other).not.toEqual(usual);
});

it.each([
  [1, 0.5],
  [25, 0.5],
  [100, 0.75],
  [2500, 0.95],
  [100_000, 0.95],
])("a run of %i steps has a momentum of %d", (steps, momentum) => {
  expect(momentumFor(steps)).toBeCloseTo(momentum, 12);
});

it("parameters that are no hidden matrices are AdamW's", () => {
  const { optimizer } = setup(small);
  const planned = optimizer.plan.matrices.map(({ name }) => name);
  expect(planned).toEqual(["layers.0.up", "layers.0.down", "layers.1.up", "layers.1.down"]);
  const names = optimizer.states.map(({ name }) => name);
  expect(names).toContain("ryan.adamw.first.head");
  expect(names).toContain("ryan.adamw.first.layers.1.gain");
  expect(names).toContain("ryan.shared.layers.1.up");
  expect(names).not.toContain("ryan.shared.head");
});

it("updates come in the order of the parameters", async () => {
  const parameters = ["embedding", "w", "gain"].map((name, i) =>
    parameter(name, i === 2 ? f32(2) : f32(2, 2 + i), { init: i + 1 }),
  );
  const optimizer = ryanOptimizer(parameters, small);
  using step = program({ x: f32(1) }, () => {
    const updated = optimizer.update(parameters, 0.1);
    return Object.fromEntries(updated.map((u, i) => [`p${i}`, u]));
  });
  open.push(optimizer, ...parameters);
  const result = (await step.run({ x: Float32Array.of(0) })) as Record<string, Float32Array>;
  for (const [i, p] of parameters.entries()) expect(result[`p${i}`]).toEqual(p.read());
});

describe("averaged weights", () => {
  const tail = { from: 0.5, keep: 0.5, blend: 0.5 };
  const options = { steps: 8, stepFlops: Infinity, lookAhead: false as const, tail };

  it("are the weights before the tail, and from there a blend with their average", async () => {
    const { optimizer, parameters, run } = setup(options);
    let average: Float32Array | undefined;
    for (let t = 0; t < 10; t++) {
      await run(t);
      const [own] = parameters as [Parameter<"f32">];
      const now = Float32Array.from(own.read());
      if (t === 4) average = now.slice();
      else if (t > 4) average = average?.map((a, i) => 0.5 * a + 0.5 * (now[i] as number));
      const found = optimizer.averaged();
      expect([...found.keys()]).toEqual(parameters);
      const wanted = now.map((w, i) => 0.5 * w + 0.5 * (average?.[i] ?? w));
      for (const [i, x] of (found.get(own) as Float32Array).entries()) {
        expect(x).toBeCloseTo(wanted[i] as number, 6);
      }
      for (const p of parameters.slice(4)) expect(found.get(p)).toEqual(p.read());
    }
  });

  it("are in place for a while, and then the weights are as they were, to the bit", async () => {
    const { optimizer, run, bits } = setup(options);
    const twin = setup(options);
    for (let t = 0; t < 8; t++) {
      await run(t);
      await twin.run(t);
      const [before, averaged] = [bits(), bitsOf(optimizer.averaged().values())];
      {
        using _ = optimizer.useAveraged();
        expect(bits()).toEqual(averaged);
        if (t > 4) expect(bits()).not.toEqual(before);
      }
      expect(bits()).toEqual(before);
    }
    expect(bits()).toEqual(twin.bits());
    expect(saveState(optimizer)).toEqual(saveState(twin.optimizer));
  });

  it("refuse a checkpoint, a second use and a step while they are in place", async () => {
    const { optimizer, run, bits } = setup(options);
    for (let t = 0; t < 8; t++) await run(t);
    const before = bits();
    const error = expect.objectContaining({ name: "TensorError", code: "ERR_INPUT" });
    const use = optimizer.useAveraged();
    expect(() => saveState(optimizer)).toThrow(error);
    expect(() => optimizer.averaged()).toThrow(error);
    expect(() => optimizer.useAveraged()).toThrow(error);
    await run(8);
    expect(() => use[Symbol.dispose]()).toThrow(error);
    expect(bits().slice(0, 4)).toEqual(before.slice(0, 4));
    use[Symbol.dispose]();
    expect(saveState(optimizer).size).toBeGreaterThan(0);
  });
});

describe("refused are", () => {
  const matrix = () => {
    const p = parameter(`m${open.length}`, f32(2, 2));
    open.push(p);
    return p;
  };
  it.each<[string, string, Partial<RyanOptimizerOptions>]>([
    ["no steps", "ERR_ATTRIBUTE", { steps: 0 }],
    ["no count of operations", "ERR_ATTRIBUTE", { stepFlops: undefined as never }],
    ["a momentum of 1", "ERR_ATTRIBUTE", { momentum: 1 }],
    ["rows that forget nothing", "ERR_ATTRIBUTE", { rowDecay: 1 }],
    ["a decay below 0", "ERR_ATTRIBUTE", { weightDecay: -1 }],
    ["no step length", "ERR_ATTRIBUTE", { updateRms: Number.NaN }],
    ["a look-ahead that ends before it begins", "ERR_ATTRIBUTE", { lookAhead: { from: 0.9 } }],
    [
      "a look-ahead into the tail",
      "ERR_ATTRIBUTE",
      { lookAhead: { to: 0.8 }, tail: { from: 0.7 } },
    ],
    ["a strength of 1", "ERR_ATTRIBUTE", { lookAhead: { strength: 1 } }],
    ["a tail after the end", "ERR_ATTRIBUTE", { tail: { from: 1.5 } }],
    ["a blend above 1", "ERR_ATTRIBUTE", { tail: { blend: 2 } }],
    ["a rate below 0", "ERR_ATTRIBUTE", { adamw: { rate: -1 } }],
    ["a wrong set of coefficients", "ERR_ATTRIBUTE", { coefficients: [1, 2] as never }],
    ["a share of all", "ERR_ATTRIBUTE", { share: 1 }],
  ])("%s", (_, code, options) => {
    const make = () => ryanOptimizer([matrix()], { ...small, ...options });
    expect(make).toThrow(expect.objectContaining({ name: "TensorError", code }));
  });

  it("a vector that is called hidden, and a wrong number of gradients", () => {
    const vector = parameter("v", f32(3));
    open.push(vector);
    const all = { ...small, hidden: () => true };
    const error = (code: string) => expect.objectContaining({ name: "TensorError", code });
    expect(() => ryanOptimizer([vector], all)).toThrow(error("ERR_SHAPE"));
    const optimizer = ryanOptimizer([matrix()], small);
    open.push(optimizer);
    expect(() => optimizer.update([], 1)).toThrow(error("ERR_INPUT"));
  });
});
