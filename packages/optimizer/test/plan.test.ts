import { f32, grad, matmul, parameter, program, relu, square, sum } from "@ryanstream/tensor";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { planOrthogonalization, quintic, ryanOptimizer } from "../src/index.js";

const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
});

const matrices = (...shapes: (readonly [number, number])[]) =>
  shapes.map((shape, i) => ({ name: `m${i}`, shape }));

/** Layers of `width` and `hidden`, over a batch: as much of a model as costs need. */
function layers(width: number, hidden: number, count: number, batch: number) {
  const parameters = Array.from({ length: count }, (_, i) => [
    parameter(`up.${i}`, f32(width, hidden)),
    parameter(`down.${i}`, f32(hidden, width)),
    parameter(`mix.${i}`, f32(width, width)),
  ]).flat();
  open.push(...parameters);
  const gradients = (x: Parameters<typeof matmul>[0]) => {
    let h = x;
    for (let i = 0; i < count; i++) {
      const [up, down, mix] = parameters.slice(3 * i, 3 * i + 3) as [
        (typeof parameters)[0],
        (typeof parameters)[0],
        (typeof parameters)[0],
      ];
      h = matmul(relu(matmul(matmul(h, mix), up)), down);
    }
    return grad(sum(square(h)), parameters);
  };
  const spec = { x: f32(batch, width) };
  const plain = program(spec, ({ x }) =>
    Object.fromEntries(gradients(x).map((g, i) => [`g${i}`, g])),
  );
  open.push(plain);
  return { parameters, gradients, spec, stepFlops: plain.cost().flops };
}

describe("a plan", () => {
  it("stays below the share for any matrices, in groups that are served evenly", () => {
    const side = fc.integer({ min: 1, max: 4 }).map((x) => x * 8);
    const setting = fc.record({
      shapes: fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 9 }),
      stepFlops: fc.integer({ min: 1, max: 7 }).map((x) => 10 ** x),
      share: fc.double({ min: 0, max: 0.5, noNaN: true }),
      iterations: fc.integer({ min: 1, max: 5 }),
      maxPeriod: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(setting, ({ shapes, ...options }) => {
        const plan = planOrthogonalization(matrices(...shapes), options);
        expect(plan.share).toBeLessThanOrEqual(options.share * (1 + 1e-12));
        expect(plan.flops / (plan.flops + options.stepFlops)).toBeCloseTo(plan.share, 12);
        const total = plan.matrices.reduce((all, m) => all + m.flops, 0);
        expect(total).toBeCloseTo(plan.flops, 3);
        const places = plan.lanes.flatMap(({ members }) => members).sort((a, b) => a - b);
        expect(places).toEqual([...shapes.keys()]);
        for (const [i, m] of plan.matrices.entries()) {
          expect([m.rows, m.columns]).toEqual(shapes[i]);
          expect(m.form === "rows").toBe(m.period === Infinity);
          if (m.period === Infinity) expect(m.flops).toBe(0);
          else expect(m.period).toBeLessThanOrEqual(options.maxPeriod);
          expect(m.iterations).toBeLessThanOrEqual(options.iterations);
        }
        for (const { members, form } of plan.lanes) {
          if (form === "rows") continue;
          const sides = members.map((i) =>
            [...(shapes[i] as number[])].sort((a, b) => a - b).join(),
          );
          expect(new Set(sides).size).toBe(1);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  }, 60_000);

  it("has all iterations in every step where there is no limit", () => {
    const plan = planOrthogonalization(matrices([8, 8], [8, 32]), { stepFlops: Infinity });
    expect(plan.matrices).toMatchObject([
      { form: "plain", iterations: 5, period: 1 },
      { form: "gram", iterations: 5, period: 1 },
    ]);
    expect(plan.share).toBe(0);
  });

  it("gets better as steps get longer, never worse", () => {
    const shapes = matrices([16, 16], [16, 16], [16, 16], [16, 16], [16, 48], [48, 16], [8, 8]);
    let before = 0;
    const seen = new Set<string>();
    for (let exponent = 4; exponent < 9; exponent += 0.1) {
      const plan = planOrthogonalization(shapes, { stepFlops: 10 ** exponent });
      const served = plan.matrices.map(({ iterations, period }) => iterations / period);
      const worst = Math.min(...served);
      expect(worst).toBeGreaterThanOrEqual(before);
      before = worst;
      for (const { iterations, period } of plan.matrices) seen.add(`${iterations}/${period}`);
    }
    expect(before).toBe(5);
    for (const kind of ["0/Infinity", "3/4", "3/2", "3/1", "4/1", "5/1"])
      expect(seen).toContain(kind);
  });

  it("prints itself", () => {
    const shapes = matrices([16, 16], [16, 16], [64, 16]);
    const plan = planOrthogonalization(shapes, { stepFlops: 1e9, coefficients: quintic });
    const text = String(plan);
    expect(text).toMatch(/^matrix +count +form +iterations +period +GFLOP a step +share$/m);
    expect(text).toMatch(/^16x16 +2 +plain +5 +1 +[\d.e-]+ +0\.\d\d%$/m);
    expect(text).toMatch(/^64x16 +1 +gram +5 +1 /m);
    expect(text).toMatch(/^all +3 /m);
    expect(text).toContain("at most 5.00% of the step");
  });

  it.each<[string, string, () => unknown]>([
    ["no operations", "ERR_ATTRIBUTE", () => planOrthogonalization([], { stepFlops: 0 })],
    ["NaN", "ERR_ATTRIBUTE", () => planOrthogonalization([], { stepFlops: Number.NaN })],
    ["all of it", "ERR_ATTRIBUTE", () => planOrthogonalization([], { stepFlops: 1, share: 1 })],
    [
      "more iterations at least than at most",
      "ERR_ATTRIBUTE",
      () => planOrthogonalization([], { stepFlops: 1, iterations: 2, minIterations: 3 }),
    ],
    [
      "half a period",
      "ERR_ATTRIBUTE",
      () => planOrthogonalization([], { stepFlops: 1, maxPeriod: 0.5 }),
    ],
    [
      "a vector",
      "ERR_SHAPE",
      () => planOrthogonalization([{ name: "v", shape: [3] }], { stepFlops: 1 }),
    ],
  ])("refuses %s", (_, code, make) => {
    expect(make).toThrow(expect.objectContaining({ name: "TensorError", code }));
  });
});

describe("the traced program", () => {
  it.each([
    [24, 64, 4, 32],
    [24, 64, 4, 128],
    [24, 64, 2, 1024],
    [48, 48, 3, 64],
    [32, 128, 1, 256],
    [32, 128, 1, 4096],
  ])(
    "of width %i, hidden %i, %i layers, batch %i orthogonalises within the share",
    (width, hidden, count, batch) => {
      const { parameters, gradients, spec, stepFlops } = layers(width, hidden, count, batch);
      for (const share of [0.02, 0.05, 0.2]) {
        using optimizer = ryanOptimizer(parameters, { steps: 10, stepFlops, share });
        using step = program(spec, ({ x }) => {
          optimizer.update(gradients(x), 0.01);
        });
        const { rows, flops } = step.cost();
        const counted = rows
          .filter(({ scope }) => scope.includes("orthogonalize"))
          .reduce((all, row) => all + row.flops, 0);
        expect(counted / flops).toBeLessThan(share);
        const { plan } = optimizer;
        expect(counted).toBeLessThanOrEqual(plan.flops);
        expect(counted).toBeGreaterThanOrEqual(0.97 * plan.flops);
        // No product is hidden elsewhere in the optimizer.
        const products = (of: typeof rows) =>
          of.filter(({ operation }) => operation === "matmul").length;
        const inModel = products(rows.filter(({ scope }) => !scope.includes("ryan")));
        const plain = 9 * count - 1;
        expect(inModel).toBe(plain);
      }
    },
  );
});
