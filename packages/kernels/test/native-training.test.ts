// The kernels that training is made of, forward and backward, on odd shapes,
// against the reference interpreter in double precision.

import { f32, grad, i32, mul, program, type Spec, type Sym, sum } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as k from "../src/index.js";
import { type Arrays, expectNative, integers, noise } from "./support/native.js";

const run = { seed: 31, numRuns: 25 };

/** Draws sizes, and a seed for the values. */
function sizes<T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record({ ...shape, seed: fc.integer({ min: 0, max: 2 ** 31 }) }) as fc.Arbitrary<
    T & { seed: number }
  >;
}

/** A program with the value of `fn`, and its gradient by every f32 input but the weighting. */
function differentiated(
  specs: Record<string, Spec>,
  result: Spec,
  fn: (x: Record<string, Sym<never>>) => Sym<"f32">,
) {
  return program({ ...specs, weighting: result }, (x) => {
    const y = fn(x as never);
    const wrt = Object.keys(specs).filter((name) => specs[name]?.dtype === "f32");
    const gradients = grad(
      sum(mul(y, x["weighting"] as Sym<"f32">)),
      wrt.map((name) => x[name as never] as Sym),
    );
    return { y, ...Object.fromEntries(wrt.map((name, i) => [`d${name}`, gradients[i] as Sym])) };
  });
}

function values(specs: Record<string, Spec>, seed: number, integer: Arrays = {}): Arrays {
  const count = (spec: Spec) => spec.shape.reduce<number>((n, s) => n * (s as number), 1);
  const of = (name: string, i: number) =>
    integer[name] ?? noise(seed + 7919 * i, count(specs[name] as Spec));
  return Object.fromEntries(Object.keys(specs).map((name, i) => [name, of(name, i)]));
}

/** Runs value and gradients natively, and compares. */
async function check(
  specs: Record<string, Spec>,
  result: Spec,
  fn: (x: Record<string, Sym<never>>) => Sym<"f32">,
  seed: number,
  integer: Arrays = {},
  tolerance?: number,
): Promise<void> {
  const all = values({ ...specs, weighting: result }, seed, integer);
  await expectNative(differentiated(specs, result, fn) as never, all, tolerance);
}

const small = fc.integer({ min: 0, max: 40 });
const width = fc.integer({ min: 1, max: 70 });

describe("natively, on odd shapes", () => {
  it("rmsNorm", () =>
    fc.assert(
      fc.asyncProperty(sizes({ rows: small, width }), ({ rows, width, seed }) =>
        check(
          { x: f32(rows, width), w: f32(width) },
          f32(rows, width),
          (x) => k.rmsNorm(x["x"] as never, x["w"] as never),
          seed,
          {},
          1e-5, // a row of one element has a gradient that cancels
        ),
      ),
      run,
    ));

  it("addRmsNorm, both results", () =>
    fc.assert(
      fc.asyncProperty(sizes({ rows: small, width }), ({ rows, width, seed }) => {
        const shape = f32(rows, width);
        return check(
          { x: shape, residual: shape, w: f32(width) },
          shape,
          (x) => {
            const added = k.addRmsNorm(x["x"] as never, x["residual"] as never, x["w"] as never);
            return mul(added.sum, added.normalised);
          },
          seed,
          {},
          1e-5,
        );
      }),
      run,
    ));

  it("rope, both layouts, both directions", () => {
    const shape = {
      rows: small,
      heads: fc.integer({ min: 1, max: 5 }),
      pairs: fc.integer({ min: 1, max: 20 }),
      rest: fc.integer({ min: 0, max: 9 }),
      interleaved: fc.boolean(),
      inverse: fc.boolean(),
    };
    return fc.assert(
      fc.asyncProperty(sizes(shape), ({ rows, heads, pairs, rest, interleaved, inverse, seed }) => {
        const x = f32(rows, heads, 2 * pairs + rest);
        const frequencies = k.ropeFrequencies({ headDim: 2 * pairs });
        return check(
          { x, positions: i32(rows) },
          x,
          (s) =>
            k.rope(s["x"] as never, k.ropeTable(s["positions"] as never, frequencies), {
              interleaved,
              inverse,
            }),
          seed,
          { positions: integers(seed, rows, 5000) },
        );
      }),
      run,
    );
  });

  it("fusedAttention: causal or not, windows, segments, grouped heads", () => {
    const shape = {
      B: fc.integer({ min: 1, max: 2 }),
      T: fc.integer({ min: 1, max: 90 }),
      more: fc.integer({ min: 0, max: 20 }),
      G: fc.integer({ min: 1, max: 2 }),
      group: fc.integer({ min: 1, max: 3 }),
      D: fc.integer({ min: 1, max: 35 }),
      E: fc.integer({ min: 1, max: 35 }),
      causal: fc.boolean(),
      window: fc.constantFrom(0, 1, 5, 17, 64),
      segmented: fc.boolean(),
    };
    return fc.assert(
      fc.asyncProperty(
        sizes(shape),
        ({ B, T, more, G, group, D, E, causal, window, segmented, seed }) => {
          const S = causal || segmented ? T : T + more;
          const specs = { q: f32(B, T, G * group, D), k: f32(B, S, G, D), v: f32(B, S, G, E) };
          const options = causal ? { window } : { causal };
          return check(
            segmented ? { ...specs, segments: i32(B, S) } : specs,
            f32(B, T, G * group, E),
            (x) => {
              const segments = segmented ? (x["segments"] as never) : undefined;
              return k.fusedAttention(x["q"] as never, x["k"] as never, x["v"] as never, {
                ...options,
                segments,
              });
            },
            seed,
            { segments: integers(seed, B * S, 3).toSorted() },
            1e-5,
          );
        },
      ),
      run,
    );
  });

  it("fusedAttention of some queries, the batch as segments of one row", () => {
    const shape = {
      sequences: fc.integer({ min: 1, max: 3 }),
      length: fc.integer({ min: 1, max: 60 }),
      queries: fc.integer({ min: 1, max: 30 }),
      group: fc.integer({ min: 1, max: 3 }),
      window: fc.constantFrom(0, 7),
    };
    return fc.assert(
      fc.asyncProperty(sizes(shape), ({ sequences, length, queries, group, window, seed }) => {
        const S = sequences * length;
        const specs = { q: f32(1, queries, 2 * group, 9), k: f32(1, S, 2, 9), v: f32(1, S, 2, 5) };
        return check(
          { ...specs, segments: i32(1, S), positions: i32(1, queries) },
          f32(1, queries, 2 * group, 5),
          (x) =>
            k.fusedAttention(x["q"] as never, x["k"] as never, x["v"] as never, {
              segments: x["segments"] as never,
              positions: x["positions"] as never,
              window,
            }),
          seed,
          {
            segments: Int32Array.from({ length: S }, (_, i) => Math.floor(i / length)),
            positions: integers(seed, queries, S),
          },
          1e-5,
        );
      }),
      run,
    );
  });

  it("a query at position -1 gives zeros and has no gradient", async () => {
    const specs = { q: f32(1, 2, 1, 4), k: f32(1, 5, 1, 4), v: f32(1, 5, 1, 4) };
    const values = { q: noise(1, 8), k: noise(2, 20), v: noise(3, 20), weighting: noise(4, 8) };
    using p = differentiated({ ...specs, positions: i32(1, 2) }, f32(1, 2, 1, 4), (x) =>
      k.fusedAttention(x["q"] as never, x["k"] as never, x["v"] as never, {
        positions: x["positions"] as never,
      }),
    );
    const positions = Int32Array.of(3, -1);
    const found: Record<string, Float32Array> = await p.run({ ...values, positions } as never);
    expect([...(found["y"]?.subarray(4) ?? [])]).toEqual([0, 0, 0, 0]);
    expect([...(found["dq"]?.subarray(4) ?? [])]).toEqual([0, 0, 0, 0]);
    const outside = p.run({ ...values, positions: Int32Array.of(0, 5) } as never);
    await expect(outside).rejects.toMatchObject({ code: "ERR_VALUE" });
  });

  it("fusedFFN, gated by silu, after a norm", () => {
    const shape = { rows: small, width, hidden: fc.integer({ min: 1, max: 90 }) };
    return fc.assert(
      fc.asyncProperty(sizes(shape), ({ rows, width, hidden, seed }) =>
        check(
          {
            x: f32(rows, width),
            gate: f32(hidden, width),
            up: f32(hidden, width),
            down: f32(width, hidden),
            norm: f32(width),
          },
          f32(rows, width),
          (x) =>
            k.fusedFFN(
              x["x"] as never,
              { gate: x["gate"] as never, up: x["up"] as never, down: x["down"] as never },
              { norm: x["norm"] as never },
            ),
          seed,
          {},
          1e-5,
        ),
      ),
      run,
    );
  });

  it("losses, with and without logits in memory, some targets ignored", () => {
    const shape = {
      rows: fc.integer({ min: 1, max: 70 }),
      width,
      vocab: fc.integer({ min: 1, max: 150 }),
      reduction: fc.constantFrom("mean" as const, "sum" as const),
    };
    return fc.assert(
      fc.asyncProperty(sizes(shape), async ({ rows, width, vocab, reduction, seed }) => {
        const targets = integers(seed, rows, vocab).map((t, i) => (i % 3 === 1 ? -100 : t));
        const options = { reduction };
        await check(
          { x: f32(rows, width), w: f32(vocab, width), targets: i32(rows) },
          f32(),
          (x) =>
            k.linearCrossEntropy(x["x"] as never, x["w"] as never, x["targets"] as never, options),
          seed,
          { targets },
          1e-5,
        );
        await check(
          { logits: f32(rows, vocab), targets: i32(rows) },
          f32(),
          (x) => k.crossEntropy(x["logits"] as never, x["targets"] as never, options),
          seed,
          { targets },
          1e-5,
        );
      }),
      run,
    );
  });
});
