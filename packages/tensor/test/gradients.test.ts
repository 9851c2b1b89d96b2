// Every adjoint against central differences of the reference interpreter.

import { describe, expect, it, vi } from "vitest";
import * as t from "../src/index.js";
import { binaryKinds } from "../src/operations/binary.js";
import { unaryKinds } from "../src/operations/unary.js";
import { checkGradient } from "./support/gradient-check.js";
import { interpret } from "./support/reference.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const { f32, i32 } = t;

describe("unary", () => {
  const functions: Record<string, (x: t.Sym<"f32">) => t.Sym<"f32">> = {
    ...(t as never as Record<string, (x: t.Sym<"f32">) => t.Sym<"f32">>),
    gelu_erf: t.geluErf,
  };
  it.each(unaryKinds)("%s", (kind) => {
    const positive = ["log", "sqrt", "rsqrt", "reciprocal"].includes(kind);
    const range = positive ? { low: 0.2, high: 2 } : { low: -2, high: 2 };
    checkGradient(
      { x: f32(3, 5) },
      ({ x }) => (functions[kind] as typeof t.exp)(x as never),
      range,
    );
  });
});

describe("binary, with each side broadcast", () => {
  const functions: Record<string, typeof t.add> = {
    ...(t as never as Record<string, typeof t.add>),
    less_equal: t.lessEqual,
  };
  const shapes = [
    [f32(2, 3), f32(2, 3)],
    [f32(2, 3), f32(3)],
    [f32(1, 3), f32(2, 1)],
    [f32(), f32(2, 3)],
    [f32(2, 1, 3), f32(4, 1)],
  ] as const;
  it.each(binaryKinds)("%s", (kind) => {
    const fn = functions[kind] as typeof t.add;
    for (const [i, [a, b]] of shapes.entries()) {
      const options = { low: 0.3, high: 2, seed: 10 * i + 1 };
      checkGradient({ a, b }, ({ a, b }) => fn(a as never, b as never), options);
    }
    checkGradient({ x: f32(4) }, ({ x }) => fn(x as never, 1.5), { low: 0.3, high: 2 });
    checkGradient({ x: f32(4) }, ({ x }) => fn(1.5, x as never), { low: 0.3, high: 2 });
  });
});

describe("pow where a factor of its derivative is no number", () => {
  // As PyTorch 2 has it: pow_backward and pow_backward_exponent in its FunctionsManual.
  const bases = [0, 0, 0, 0, 0, 2, 2, -3];
  const exponents = [0, 1, 2, 3, 0.5, 0, 3, 0];
  const byBase = [0, 1, 0, 0, Number.POSITIVE_INFINITY, 0, 12, 0];
  const byExponent = [0, 0, 0, 0, 0, Math.LN2, 8 * Math.LN2, Number.NaN];

  it("by the base and by the exponent, both symbols", () => {
    const p = t.program({ a: f32(8), b: f32(8) }, ({ a, b }) => {
      const [da, db] = t.grad(t.sum(t.pow(a, b)), [a, b]);
      return { da: da as t.Sym, db: db as t.Sym };
    });
    const { da, db } = interpret(p, { a: bases, b: exponents });
    expect([...(da as Float64Array)]).toEqual(byBase);
    expect([...(db as Float64Array)]).toEqual(byExponent);
  });

  it("by the base, the exponent a number; by the exponent, the base a number", () => {
    for (const [i, base] of bases.entries()) {
      const exponent = exponents[i] as number;
      const p = t.program({ a: f32(1), b: f32(1) }, ({ a, b }) => {
        const [da] = t.grad(t.sum(t.pow(a, exponent)), [a]);
        const [db] = t.grad(t.sum(t.pow(base, b)), [b]);
        return { da: da as t.Sym, db: db as t.Sym };
      });
      const { da, db } = interpret(p, { a: [base], b: [exponent] });
      expect([da?.[0], db?.[0]]).toEqual([byBase[i], byExponent[i]]);
    }
  });

  it("on the kernels too", async () => {
    using p = t.program({ a: f32(8), b: f32(8) }, ({ a, b }) => {
      const [da, db] = t.grad(t.sum(t.pow(a, b)), [a, b]);
      return { da: da as t.Sym<"f32">, db: db as t.Sym<"f32"> };
    });
    const { da, db } = await p.run({
      a: Float32Array.from(bases),
      b: Float32Array.from(exponents),
    });
    for (const [i, expected] of byBase.entries()) {
      expect(da[i]).toBeCloseTo(expected, 5);
      if (Number.isNaN(byExponent[i])) expect(db[i]).toBeNaN();
      else expect(db[i]).toBeCloseTo(byExponent[i] as number, 5);
    }
  });
});

describe("reductions", () => {
  it.each(["sum", "mean", "max", "min"] as const)("%s over each set of axes", (kind) => {
    const reduce = { sum: t.sum, mean: t.mean, max: t.max, min: t.min }[kind];
    for (const axes of [undefined, 0, 1, -1, [0, 2], [0, 1, 2]]) {
      for (const keepDims of [false, true]) {
        const options = axes === undefined ? { keepDims } : { axes, keepDims };
        checkGradient({ x: f32(2, 3, 4) }, ({ x }) => reduce(x as never, options));
      }
    }
  });

  it("mean over symbolic axes divides by their size in the run", () => {
    const [B, T] = [t.dim("B", { max: 4 }), t.dim("T", { max: 6 })];
    const dims = { B: 3, T: 5 };
    checkGradient({ x: f32(B, T, 2) }, ({ x }) => t.mean(x as never), { dims });
    checkGradient({ x: f32(B.times(T), 2) }, ({ x }) => t.mean(x as never, { axes: 0 }), { dims });
    checkGradient({ x: f32(T.minus(1)) }, ({ x }) => t.mean(x as never), { dims });
  });
});

describe("layout", () => {
  it.each<[string, (x: t.Sym<"f32">) => t.Sym<"f32">]>([
    ["reshape", (x) => t.reshape(x, [4, -1])],
    ["permute", (x) => t.permute(x, [2, 0, 1])],
    ["transpose", (x) => t.transpose(x)],
    ["slice", (x) => t.slice(x, {}, { start: 1 }, { start: 1, step: 2 })],
    ["slice of a slice", (x) => t.slice(t.slice(x, {}, { start: 1 }), {}, { count: 1 })],
    ["broadcastTo", (x) => t.broadcastTo(t.sum(x, { axes: 1, keepDims: true }), [5, 2, 3, 4])],
    ["concat", (x) => t.concat([x, t.mul(x, 2), t.slice(x, {}, { count: 1 })], 1)],
    ["cast", (x) => t.cast(t.cast(x, "bf16"), "f32")],
  ])("%s", (_, fn) => {
    checkGradient({ x: f32(2, 3, 4) }, ({ x }) => fn(x as never));
  });

  it("where", () => {
    checkGradient({ a: f32(2, 3), b: f32(3) }, ({ a, b }) =>
      t.where(t.less(a as never, b as never), t.square(a as never), b as never),
    );
  });
});

describe("products", () => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("matmul, transposed %s and %s", (transA, transB) => {
    const flip = (m: number, n: number, swap: boolean) => (swap ? [n, m] : [m, n]);
    const a = flip(2, 3, transA);
    const b = flip(3, 4, transB);
    const fn = (x: Record<string, t.Sym<never>>) =>
      t.matmul(x["a"] as never, x["b"] as never, { transA, transB });
    checkGradient({ a: f32(...a), b: f32(...b) }, fn);
    checkGradient({ a: f32(2, 2, ...a), b: f32(2, 2, ...b) }, fn);
  });

  it("a stack of matrices times one matrix", () => {
    checkGradient({ a: f32(2, 3, 4), b: f32(5, 4) }, ({ a, b }) =>
      t.matmul(a as never, b as never, { transB: true }),
    );
  });

  it("embedding adds up rows that are picked twice", () => {
    checkGradient(
      { table: f32(5, 3), ids: i32(2, 2) },
      ({ table, ids }) => t.embedding(table as never, ids as never),
      { fixed: { ids: [1, 4, 1, 0] } },
    );
  });
});

it.each([
  ["softmax", t.softmax],
  ["logSoftmax", t.logSoftmax],
] as const)("%s", (_, fn) => {
  checkGradient({ x: f32(3, 4) }, ({ x }) => fn(x as never), { low: -3, high: 3 });
});

it("gradients of gradients, where adjoints are primitives", () => {
  checkGradient({ x: f32(3), y: f32(3) }, ({ x, y }) => {
    const inner = t.sum(t.mul(t.exp(t.mul(x as never, y as never)), t.sin(x as never)));
    const [dx] = t.grad(inner, [x as never]);
    return dx as t.Sym<"f32">;
  });
});

it("adds up the gradients of a value that is used many times", () => {
  checkGradient({ x: f32(2, 2) }, ({ x }) => {
    const y = t.matmul(x as never, x as never);
    return t.add(t.mul(y, x as never), t.add(y, x as never));
  });
});

it("a two-layer network with embedding, normalisation and cross-entropy", () => {
  const rows = t.dim("rows", { max: 8 });
  const specs = {
    table: f32(7, 4),
    w1: f32(6, 4),
    w2: f32(7, 6),
    ids: i32(rows),
    targets: f32(rows, 7),
  };
  checkGradient(
    specs,
    (s) => {
      const x = t.embedding(s["table"] as never, s["ids"] as never);
      const scale = t.rsqrt(t.add(t.mean(t.square(x), { axes: -1, keepDims: true }), 1e-5));
      const h = t.silu(t.matmul(t.mul(x, scale), s["w1"] as never, { transB: true }));
      const logits = t.matmul(h, s["w2"] as never, { transB: true });
      return t.mean(t.neg(t.sum(t.mul(t.logSoftmax(logits), s["targets"] as never), { axes: -1 })));
    },
    { dims: { rows: 3 }, fixed: { ids: [0, 6, 2] } },
  );
});

describe("what has no gradient", () => {
  it("is refused by the name of the operation and its scope", () => {
    const build = () =>
      t.program({ x: f32(2, 4) }, ({ x }) => {
        const { values } = t.scope("head", () => t.topK(x, 2));
        return t.grad(t.sum(values), [x])[0] as t.Sym<"f32">;
      });
    expect(build).toThrow(
      expect.objectContaining({
        code: "ERR_NOT_DIFFERENTIABLE",
        message: expect.stringContaining("top_k in head"),
      }),
    );
  });

  it("is passed by when it isn't on the way to what is asked for", () => {
    checkGradient(
      { x: f32(2, 4), y: f32(2, 4) },
      ({ x, y }) => t.add(t.square(x as never), t.sum(t.topK(y as never, 2).values)),
      { fixed: { y: [1, 2, 3, 4, 5, 6, 7, 8] } },
    );
  });

  it("stopGradient makes a constant of what it is given", () => {
    const p = t.program({ x: f32(2) }, ({ x }) => {
      const loss = t.sum(t.mul(t.stopGradient(x), x));
      return t.grad(loss, [x])[0] as t.Sym<"f32">;
    });
    expect(interpret(p, { x: [3, -5] })["result"]).toEqual(Float64Array.of(3, -5));
  });

  it("is an error for a loss that doesn't depend on it, or zeros on request", () => {
    const build = (options?: t.GradOptions) =>
      t.program({ x: f32(2), y: f32(3) }, ({ x, y }) => {
        const [, dy] = t.grad(t.sum(x), [x, y], options);
        return dy as t.Sym<"f32">;
      });
    expect(() => build()).toThrow(expect.objectContaining({ code: "ERR_NOT_CONNECTED" }));
    expect(build({ unconnected: "zeros" }).print()).toContain("fill");
  });

  it("is an error for a loss of many elements", () => {
    const build = () =>
      t.program({ x: f32(2) }, ({ x }) => t.grad(t.square(x), [x])[0] as t.Sym<"f32">);
    expect(build).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  });
});
