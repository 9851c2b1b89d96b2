// With packed weights normProjection and fusedFFN are single operations: the bits,
// the gradients and the counts of the separate ones, without what lies between.

import {
  f32,
  grad,
  mean,
  mul,
  program,
  type Spec,
  type Sym,
  slice,
  square,
} from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gated } from "../src/gated.js";
import * as k from "../src/index.js";
import { noise } from "./support/native.js";

const run = { seed: 11, numRuns: 30 };
const eps = 1e-3;

const layout = fc.oneof(
  fc.record({ format: fc.constantFrom("f32" as const, "bf16" as const, "f16" as const) }),
  fc.record({
    format: fc.constantFrom("int8" as const, "int4" as const),
    group: fc.constantFrom(32, 64, 128),
    zero: fc.boolean(),
  }),
  fc.record({ format: fc.constant("nl4" as const), group: fc.constantFrom(32, 64, 128) }),
);
const setting = fc.record({
  of: layout,
  R: fc.integer({ min: 1, max: 60 }),
  K: fc.integer({ min: 1, max: 200 }),
  sizes: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 3 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  biased: fc.boolean(),
  normed: fc.boolean(),
});

type Symbols = Record<string, Sym<"f32">>;
type Build = (x: Symbols) => Record<string, Sym>;
const s = (x: Symbols, name: string) => x[name] as Sym<"f32">;

const shapes = (R: number, K: number, sizes: readonly number[]): Record<string, Spec<"f32">> => ({
  x: f32(R, K),
  norm: f32(K),
  ...Object.fromEntries(sizes.map((n, i) => [`w${i}`, f32(n, K)])),
  ...Object.fromEntries(sizes.map((n, i) => [`b${i}`, f32(n)])),
});

/** Results of the programs on the same noise, as bits. */
async function bitsOf(specs: Record<string, Spec<"f32">>, seed: number, ...builds: Build[]) {
  const arrays = Object.fromEntries(
    Object.entries(specs).map(([name, { shape }], i) => [
      name,
      noise(
        seed + i,
        (shape as number[]).reduce((a, b) => a * b, 1),
      ),
    ]),
  );
  return Promise.all(
    builds.map(async (build) => {
      using p = program(specs, (x) => build(x as Symbols));
      const results = (await p.run(arrays as never)) as Record<string, Float32Array>;
      return Object.values(results).map((y) => [...new Uint32Array(y.slice().buffer)]);
    }),
  );
}

const named = (ys: readonly Sym[]) => Object.fromEntries(ys.map((y, i) => [`y${i}`, y]));

function expectEqual([found, expected]: unknown[]) {
  expect(found).toEqual(expected);
}

describe("normProjection with packed weights", () => {
  it("has the bits of the norm and the products", () =>
    fc.assert(
      fc.asyncProperty(setting, async ({ of, R, K, sizes, seed, biased }) => {
        const weights = (x: Symbols) =>
          sizes.map((n, i) => ({
            weight: k.packWeight(s(x, `w${i}`), k.packedWeight({ n, k: K, ...of })),
            bias: biased ? s(x, `b${i}`) : undefined,
          }));
        expectEqual(
          await bitsOf(
            shapes(R, K, sizes),
            seed,
            (x) => named(k.normProjection(s(x, "x"), weights(x), { norm: s(x, "norm"), eps })),
            (x) => named(k.project(k.rmsNorm(s(x, "x"), s(x, "norm"), { eps }), weights(x))),
          ),
        );
      }),
      run,
    ));

  it("and where they are merged, in whole panels or not", () =>
    fc.assert(
      fc.asyncProperty(setting, async ({ of, R, K, sizes: any, seed, biased, normed }) => {
        const sizes = normed ? any.map((n, i) => (i + 1 < any.length ? 32 * (n % 3) : n)) : any;
        const n = sizes.reduce((a, b) => a + b, 0);
        const merged = (x: Symbols) => ({
          merged: k.packWeight(s(x, "w0"), k.packedWeight({ n, k: K, ...of })),
          sizes,
          bias: biased ? s(x, "b0") : undefined,
        });
        expectEqual(
          await bitsOf(
            shapes(R, K, [n]),
            seed,
            (x) => named(k.normProjection(s(x, "x"), merged(x), { norm: s(x, "norm"), eps })),
            (x) => named(k.project(k.rmsNorm(s(x, "x"), s(x, "norm"), { eps }), merged(x))),
          ),
        );
      }),
      run,
    ));
});

describe("fusedFFN with packed weights", () => {
  it("has the bits of the norm, the products and the unit", () =>
    fc.assert(
      fc.asyncProperty(
        setting,
        fc.constantFrom("swiglu" as const, "geglu" as const, "reglu" as const),
        fc.boolean(),
        async ({ of, R, K, sizes: [size = 1], seed, biased, normed }, activation, merged) => {
          const F = merged ? Math.ceil(size / 32) * 32 : size;
          const pack = (w: Sym<"f32">, n: number) =>
            k.packWeight(w, k.packedWeight({ n, k: K, ...of }));
          const rows = (x: Symbols, name: string, i: number) =>
            slice(s(x, name), { start: i * F, count: F });
          const parts = (x: Symbols, i: number) => ({
            weight: pack(rows(x, "w0", i), F),
            bias: biased ? rows(x, "b0", i) : undefined,
          });
          const down = (x: Symbols) => s(x, "w1");
          const norm = (x: Symbols) => (normed ? s(x, "norm") : undefined);
          const fused = (x: Symbols) => {
            const [gate, up] = [parts(x, 0), parts(x, 1)];
            const both = pack(s(x, "w0"), 2 * F);
            const weights: k.GatedFfnWeights = merged
              ? {
                  gateUp: { merged: both, sizes: [F, F], bias: biased ? s(x, "b0") : undefined },
                  down: down(x),
                }
              : {
                  gate: gate.weight,
                  gateBias: gate.bias,
                  up: up.weight,
                  upBias: up.bias,
                  down: down(x),
                };
            return { y: k.fusedFFN(s(x, "x"), weights, { activation, norm: norm(x), eps }) };
          };
          const separate = (x: Symbols) => {
            const gain = norm(x);
            const h = gain === undefined ? s(x, "x") : k.rmsNorm(s(x, "x"), gain, { eps });
            const [gate, up] = k.project(h, [parts(x, 0), parts(x, 1)]) as [Sym<"f32">, Sym<"f32">];
            return { y: k.linear(gated[activation](gate, up), down(x)) };
          };
          const specs = { ...shapes(R, K, [2 * F]), w1: f32(7, F) };
          expectEqual(await bitsOf(specs, seed, fused, separate));
        },
      ),
      run,
    ));

  const [R, D, F] = [5, 64, 96];
  const specs = {
    x: f32(R, D),
    norm: f32(D),
    gateBias: f32(F),
    gate: f32(F, D),
    up: f32(F, D),
    down: f32(D, F),
  };
  const spec = k.packedWeight({ n: F, k: D, format: "int8" });
  const into = (x: Symbols) => ({
    gate: k.packWeight(s(x, "gate"), spec),
    gateBias: s(x, "gateBias"),
    up: k.packWeight(s(x, "up"), spec),
    down: s(x, "down"),
  });
  const fused = (x: Symbols) => k.fusedFFN(s(x, "x"), into(x), { norm: s(x, "norm"), eps });
  const separate = (x: Symbols) => {
    const { gate, gateBias, up, down } = into(x);
    const h = k.rmsNorm(s(x, "x"), s(x, "norm"), { eps });
    return k.linear(k.swiglu(k.linear(h, gate, { bias: gateBias }), k.linear(h, up)), down);
  };

  it("is one operation up to the second product, and says so", () => {
    using one = program(specs, (x) => fused(x));
    using many = program(specs, (x) => separate(x));
    const names = one.graph.nodes.map((n) => n.operation);
    expect(names.filter((n) => n !== "pack_weight")).toEqual(["linear_glu", "matmul"]);
    expect(one.print()).toMatch(/linear_glu\(.*activation=0, hasNorm/);
    const [a, b] = [one.cost(), many.cost()];
    expect(a.flops).toBe(b.flops);
    // Normalised rows, gate and up: each written once; the first read twice; and one gain's reads are equal.
    const [h, hidden, rstd] = [R * D * 4, R * F * 4, R * 4];
    expect(b.bytesWritten - a.bytesWritten).toBe(h + 2 * hidden + rstd);
    expect(b.bytesRead - a.bytesRead).toBe(2 * h + 2 * hidden);
  });

  it("has the gradients of the separate operations, also through the unit's own", async () => {
    const gradients = (build: (x: Symbols) => Sym<"f32">) => (x: Symbols) => {
      const y = build(x);
      const loss = mean(mul(square(y), y));
      return named(grad(loss, [s(x, "x"), s(x, "norm"), s(x, "gateBias"), s(x, "down")]));
    };
    expectEqual(await bitsOf(specs, 3, gradients(fused), gradients(separate)));
  });
});

it("a norm whose gain leads to its rows too gets the gradient of both ways", async () => {
  const spec = k.packedWeight({ n: 33, k: 20, format: "f32" });
  const of = (fused: boolean) => (x: Symbols) => {
    const norm = s(x, "norm");
    const rows = mul(s(x, "x"), norm);
    const weights = [k.packWeight(s(x, "w0"), spec), k.packWeight(s(x, "w1"), spec)];
    const [a, b] = (
      fused
        ? k.normProjection(rows, weights, { norm, eps })
        : k.project(k.rmsNorm(rows, norm, { eps }), weights)
    ) as [Sym<"f32">, Sym<"f32">];
    return named(grad(mean(mul(square(a), b)), [norm]));
  };
  expectEqual(await bitsOf(shapes(3, 20, [33, 33]), 8, of(true), of(false)));
});
