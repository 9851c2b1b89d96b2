// Every adjoint against central differences of the reference interpreter, in
// double precision, so that 1e-6 separates right from wrong.

import { f32, i32, type Sym } from "@ryanstream/tensor";
import { describe, it } from "vitest";
import { checkGradient } from "../../tensor/test/support/gradient-check.js";
import * as k from "../src/index.js";
import "./support/reference-fused.js";

/** Symbols by the names of their specs. */
type Symbols = Record<string, Sym<never>>;

function s(x: Symbols, name: string): Sym<never> {
  return x[name] as Sym<never>;
}

describe("norms", () => {
  it.each([[[3, 5]], [[2, 2, 4]], [[1, 1]], [[7]]])("rmsNorm of %j", (shape) => {
    checkGradient({ x: f32(...shape), w: f32(shape.at(-1) as number) }, (x) =>
      k.rmsNorm(s(x, "x"), s(x, "w"), { eps: 0.01 }),
    );
  });

  const specs = { x: f32(3, 4), residual: f32(3, 4), w: f32(4) };
  it.each<[string, (added: k.AddedNorm) => Sym<"f32">]>([
    ["both results", ({ sum, normalised }) => k.swiglu(sum, normalised)],
    ["the norm alone", ({ normalised }) => normalised],
    ["the sum alone", ({ sum }) => sum],
  ])("addRmsNorm, %s", (_, use) => {
    const options = { fixed: {} };
    const fn = (x: Symbols) =>
      use(k.addRmsNorm(s(x, "x"), s(x, "residual"), s(x, "w"), { eps: 0.1 }));
    if (_ !== "the sum alone") return checkGradient(specs, fn, options);
    checkGradient(specs, fn, { fixed: { w: [1, 2, 3, 4] } });
  });
});

describe("rope", () => {
  const frequencies = k.ropeFrequencies({ headDim: 4, base: 100 });
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("interleaved %s, inverse %s, dimensions beyond the rotated ones", (interleaved, inverse) => {
    checkGradient(
      { x: f32(3, 2, 5), positions: i32(3) },
      (x) =>
        k.rope(s(x, "x"), k.ropeTable(s(x, "positions"), { ...frequencies, scale: 1.5 }), {
          interleaved,
          inverse,
        }),
      { fixed: { positions: [0, 3, 11] } },
    );
  });
});

describe("fusedAttention", () => {
  const shapes = { q: f32(2, 5, 4, 3), k: f32(2, 5, 2, 3), v: f32(2, 5, 2, 2) };
  const attend = (x: Symbols, options?: k.AttentionOptions) =>
    k.fusedAttention(s(x, "q"), s(x, "k"), s(x, "v"), options);

  it("causal, grouped heads, values of another width", () => {
    checkGradient(shapes, (x) => attend(x));
  });
  it("without a mask, more keys than queries, another scale", () => {
    checkGradient({ ...shapes, q: f32(2, 3, 4, 3) }, (x) => attend(x, { causal: false, scale: 2 }));
  });
  it("with a window", () => {
    checkGradient(shapes, (x) => attend(x, { window: 2 }));
  });
  it("with segments", () => {
    const fixed = { segments: [0, 0, 1, 1, 1, 5, 5, 5, 5, 7] };
    checkGradient(
      { ...shapes, segments: i32(2, 5) },
      (x) => attend(x, { segments: s(x, "segments") }),
      {
        fixed,
      },
    );
  });
  it("with positions: some queries only", () => {
    checkGradient(
      { ...shapes, q: f32(2, 2, 4, 3), positions: i32(2, 2) },
      (x) => attend(x, { positions: s(x, "positions"), window: 3 }),
      { fixed: { positions: [1, 4, 0, 3] } },
    );
  });
  it("with positions and segments: the batch as one row", () => {
    checkGradient(
      {
        q: f32(1, 3, 2, 2),
        k: f32(1, 6, 1, 2),
        v: f32(1, 6, 1, 2),
        positions: i32(1, 3),
        segments: i32(1, 6),
      },
      (x) => attend(x, { positions: s(x, "positions"), segments: s(x, "segments") }),
      { fixed: { positions: [2, 3, 5], segments: [0, 0, 0, 1, 1, 1] } },
    );
  });
});

describe("feed-forward", () => {
  const specs = { x: f32(3, 4), gate: f32(5, 4), up: f32(5, 4), down: f32(4, 5), norm: f32(4) };
  it.each(["swiglu", "geglu"] as const)("%s with a norm before it", (activation) => {
    checkGradient(specs, (x) =>
      k.fusedFFN(
        s(x, "x"),
        { gate: s(x, "gate"), up: s(x, "up"), down: s(x, "down") },
        { activation, norm: s(x, "norm"), eps: 0.1 },
      ),
    );
  });
  it.each(["gelu", "gelu-erf", "relu2"] as const)("%s with biases", (activation) => {
    const { gate, norm, ...plain } = specs;
    checkGradient({ ...plain, upBias: f32(5), downBias: f32(4) }, (x) =>
      k.fusedFFN(
        s(x, "x"),
        { up: s(x, "up"), down: s(x, "down"), upBias: s(x, "upBias"), downBias: s(x, "downBias") },
        { activation },
      ),
    );
  });
  it("gate and up held as one matrix", () => {
    checkGradient({ x: f32(2, 3, 4), both: f32(10, 4), down: f32(4, 5) }, (x) =>
      k.fusedFFN(s(x, "x"), {
        gateUp: { merged: s(x, "both"), sizes: [5, 5] },
        down: s(x, "down"),
      }),
    );
  });
});

it("normProjection, merged with a bias", () => {
  checkGradient({ x: f32(3, 4), qkv: f32(9, 4), bias: f32(9), norm: f32(4) }, (x) => {
    const weights = { merged: s(x, "qkv"), sizes: [4, 4, 1], bias: s(x, "bias") };
    const [q, key] = k.normProjection(s(x, "x"), weights, { norm: s(x, "norm"), eps: 0.1 });
    return k.swiglu(q as Sym<"f32">, key as Sym<"f32">);
  });
});

describe("losses", () => {
  const specs = { x: f32(2, 3, 4), w: f32(5, 4), targets: i32(2, 3) };
  const fixed = { targets: [0, -100, 4, 2, 2, -100] };
  const all = { targets: [-100, -100, -100, -100, -100, -100] };

  it.each(["mean", "sum", "none"] as const)("linearCrossEntropy, %s", (reduction) => {
    const fn = (x: Symbols) =>
      k.linearCrossEntropy(s(x, "x"), s(x, "w"), s(x, "targets"), { reduction });
    checkGradient(specs, fn, { fixed });
    checkGradient(specs, fn, { fixed: all });
  });
  it.each(["mean", "sum", "none"] as const)("crossEntropy, %s", (reduction) => {
    checkGradient(
      { logits: f32(2, 3, 5), targets: i32(2, 3) },
      (x) => k.crossEntropy(s(x, "logits"), s(x, "targets"), { reduction }),
      { fixed },
    );
  });
  it("a mean over a count that is given, another ignored id", () => {
    const options = { count: 7, ignoreIndex: 4 };
    checkGradient(
      specs,
      (x) => k.linearCrossEntropy(s(x, "x"), s(x, "w"), s(x, "targets"), options),
      { fixed: { targets: [0, 1, 4, 2, 2, 3] } },
    );
  });
});
