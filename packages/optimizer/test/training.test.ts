// Optimizers in a program that trains: groups, states that resume, and what is refused.

import {
  add,
  f32,
  grad,
  matmul,
  mul,
  type Operand,
  type Parameter,
  parameter,
  program,
  square,
  sub,
  sum,
} from "@ryanstream/tensor";
import { afterEach, describe, expect, it } from "vitest";
import {
  adamw,
  clipByGlobalNorm,
  loadState,
  muon,
  type Optimizer,
  parameterGroups,
  saveState,
} from "../src/index.js";

const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 3 + 0.7 * i + 0.05 * i * i));

const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
});

/** A model `x w + b` and its training step with a mix of optimizers. */
function setup(make: (w: Parameter<"f32">, b: Parameter<"f32">) => Optimizer) {
  const w = parameter("w", f32(6, 3), { init: wave(18, 1) });
  const b = parameter("b", f32(3), { init: wave(3, 2) });
  const optimizer = make(w, b);
  const specs = { x: f32(4, 6), y: f32(4, 3), rate: f32(1) };
  const step = program(specs, ({ x, y, rate }) => {
    const loss = sum(square(sub(add(matmul(x, w), b), y)));
    optimizer.update(grad(loss, [...optimizer.parameters]), rate);
    return { loss };
  });
  open.push(step, optimizer, w, b);
  const run = async (t: number) => {
    const batch = { x: wave(24, 10 + t), y: wave(12, 50 + t), rate: Float32Array.of(0.01) };
    return (await step.run(batch)).loss[0] as number;
  };
  return { w, b, optimizer, run, bits: () => [...bitsOf(w), ...bitsOf(b)] };
}

const bitsOf = (p: Parameter<"f32">) => new Uint32Array(Float32Array.from(p.read()).buffer);

const mixed = (w: Parameter<"f32">, b: Parameter<"f32">) =>
  parameterGroups([
    { optimizer: muon([w], { weightDecay: 0.01 }), rate: 2 },
    { optimizer: adamw([b], { weightDecay: 0 }) },
  ]);

it("a loss goes down", async () => {
  const { run } = setup(mixed);
  const first = await run(0);
  for (let t = 0; t < 200; t++) await run(0);
  expect(await run(0)).toBeLessThan(0.2 * first);
});

it("groups do what their optimizers do, each at its share of the rate", async () => {
  const together = setup(mixed);
  for (let t = 0; t < 5; t++) await together.run(t);
  const alone = setup((w, b) => {
    const [one, other] = [muon([w], { weightDecay: 0.01 }), adamw([b], { weightDecay: 0 })];
    const dispose = () => {
      one.dispose();
      other.dispose();
    };
    return {
      parameters: [w, b],
      states: [...one.states, ...other.states],
      update: ([gw, gb], rate) => [
        ...one.update([gw as Operand<"f32">], mul(rate as Operand<"f32">, 2)),
        ...other.update([gb as Operand<"f32">], rate),
      ],
      dispose,
      [Symbol.dispose]: dispose,
    };
  });
  for (let t = 0; t < 5; t++) await alone.run(t);
  expect(together.bits()).toEqual(alone.bits());
});

describe("a state", () => {
  it("goes on to the same bits in another run", async () => {
    const whole = setup(mixed);
    for (let t = 0; t < 9; t++) await whole.run(t);
    const first = setup(mixed);
    for (let t = 0; t < 4; t++) await first.run(t);
    const saved = saveState(first.optimizer);
    const second = setup(mixed);
    second.w.write(first.w.read());
    second.b.write(first.b.read());
    loadState(second.optimizer, saved);
    for (let t = 4; t < 9; t++) await second.run(t);
    expect(second.bits()).toEqual(whole.bits());
    expect(saveState(second.optimizer)).toEqual(saveState(whole.optimizer));
  });

  it("is written whole or not at all", async () => {
    const { optimizer, run } = setup(mixed);
    await run(0);
    const saved = saveState(optimizer);
    const zeroed = new Map([...saved].map(([name, bytes]) => [name, new Uint8Array(bytes.length)]));
    const [last = ""] = [...saved.keys()].slice(-1);
    const without = new Map([...zeroed].filter(([name]) => name !== last));
    const short = new Map([...zeroed, [last, new Uint8Array(1)]] as const);
    const more = new Map([...zeroed, ["other", new Uint8Array(1)]] as const);
    for (const wrong of [without, short, more]) {
      const error = expect.objectContaining({ code: "ERR_INPUT" });
      expect(() => loadState(optimizer, wrong)).toThrow(error);
      expect(saveState(optimizer)).toEqual(saved);
    }
  });
});

describe("clipping", () => {
  const clip = async (values: readonly number[], maxNorm: number) => {
    using step = program({ g: f32(values.length) }, ({ g }) => {
      const { gradients, norm } = clipByGlobalNorm([g, mul(g, 2)], maxNorm);
      return { one: gradients[0] as Operand<"f32">, two: gradients[1] as Operand<"f32">, norm };
    });
    const { one, two, norm } = (await step.run({
      g: Float32Array.from(values),
    })) as unknown as Record<string, Float32Array>;
    return { one: [...(one as Float32Array)], two: [...(two as Float32Array)], norm: norm?.[0] };
  };

  it("leaves short gradients as they are, to the bit", async () => {
    const { one, two, norm } = await clip([0.3, -0.4], 5);
    expect(one).toEqual([...Float32Array.of(0.3, -0.4)]);
    expect(two).toEqual([...Float32Array.of(0.6, -0.8)]);
    expect(norm).toBeCloseTo(0.5 * Math.sqrt(5), 6);
  });

  it("shortens long ones to the limit, zeros stay, and NaN spreads", async () => {
    const { one, two } = await clip([3, -4], 1);
    expect(Math.hypot(...one, ...two)).toBeCloseTo(1, 5);
    expect((one[0] as number) / (one[1] as number)).toBeCloseTo(-0.75, 6);
    expect((await clip([0, 0], 1)).one).toEqual([0, 0]);
    expect((await clip([Number.NaN, 1], 1)).one).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("refused are", () => {
  const matrix = () => {
    const p = parameter(`m${open.length}`, f32(2, 2));
    open.push(p);
    return p;
  };
  const owned = (optimizer: Optimizer) => {
    open.push(optimizer);
    return optimizer;
  };

  it.each<[string, string, () => unknown]>([
    ["a vector for Muon", "ERR_SHAPE", () => muon([parameter("v", f32(3))])],
    ["a momentum of 1", "ERR_ATTRIBUTE", () => muon([matrix()], { momentum: 1 })],
    ["a decay below 0", "ERR_ATTRIBUTE", () => muon([matrix()], { weightDecay: -1 })],
    ["an unknown adjustment", "ERR_ATTRIBUTE", () => muon([matrix()], { adjust: "x" as never })],
    [
      "a rate below 0",
      "ERR_ATTRIBUTE",
      () => parameterGroups([{ optimizer: owned(adamw([matrix()])), rate: -1 }]),
    ],
    [
      "a parameter in two groups",
      "ERR_INPUT",
      () => {
        const p = matrix();
        const [one, two] = [owned(adamw([p])), owned(muon([p]))];
        return parameterGroups([{ optimizer: one }, { optimizer: two }]);
      },
    ],
    [
      "two states of one name",
      "ERR_INPUT",
      () => {
        const of = (p: Parameter<"f32">) => ({ optimizer: owned(adamw([p])) });
        return parameterGroups([of(parameter("a", f32(1))), of(parameter("a", f32(1)))]);
      },
    ],
    ["a wrong number of gradients", "ERR_INPUT", () => owned(muon([matrix()])).update([], 1)],
    ["no gradients to clip", "ERR_INPUT", () => clipByGlobalNorm([], 1)],
    ["a limit that is no number", "ERR_ATTRIBUTE", () => clipByGlobalNorm([matrix()], Number.NaN)],
  ])("%s", (_, code, make) => {
    expect(make).toThrow(expect.objectContaining({ name: "TensorError", code }));
  });
});
