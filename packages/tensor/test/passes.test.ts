// Passes change how a program is computed, never what.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as t from "../src/index.js";
import { interpret } from "./support/reference.js";
import { fusedSin, sgd } from "./support/test-operations.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const x4 = { x: t.f32(4) };
const operations = (p: { graph: t.Graph }) => p.graph.nodes.map((n) => n.operation);

describe("dead code", () => {
  it("goes, with the inputs that only it read staying declared", () => {
    const p = t.program({ x: t.f32(4), y: t.f32(4) }, ({ x, y }) => {
      t.exp(t.mul(y, 2));
      return t.neg(x);
    });
    expect(operations(p)).toEqual(["neg"]);
    expect(p.graph.inputs.map((i) => i.name)).toEqual(["x", "y"]);
  });

  it("stays when it writes state", () => {
    const s = t.state("s", t.f32(4));
    const p = t.program(x4, ({ x }) => {
      t.assign(s, t.exp(x));
    });
    expect(operations(p)).toEqual(["exp", "assign"]);
  });
});

describe("equal operations", () => {
  it("run once, also under another scope and at the end of equal chains", () => {
    const p = t.program(x4, ({ x }) => {
      const a = t.scope("a", () => t.neg(t.exp(t.mul(x, 2))));
      const b = t.scope("b", () => t.neg(t.exp(t.mul(x, 2))));
      return t.add(a, b);
    });
    expect(operations(p)).toEqual(["mul_scalar", "exp", "neg", "add"]);
  });

  it("are told apart by attributes, even by the sign of zero", () => {
    const p = t.program(x4, ({ x }) => ({
      a: t.mul(x, 0),
      b: t.mul(x, -0),
      c: t.ones(4),
      d: t.ones(2, 2),
    }));
    expect(operations(p)).toEqual(["mul_scalar", "mul_scalar", "fill", "fill"]);
  });

  it("are not merged when a slot changed in between", () => {
    const s = t.state("s", t.f32(4));
    const p = t.program(x4, ({ x }) => {
      const before = t.exp(s);
      t.assign(s, x);
      return { before, after: t.exp(s) };
    });
    expect(operations(p)).toEqual(["exp", "assign", "exp"]);
  });
});

describe("a symbol keeps the content that its slot had", () => {
  it("through assignments, aliases, operations and outputs, in any order", () => {
    // A random walk over a slot, beside the same walk with plain arrays.
    type Step = "read" | "assign" | "use" | "alias";
    const step = fc.constantFrom<Step>("read", "assign", "use", "alias");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const s = t.state("s", t.f32(4));
        let expected: number[][] = [];
        const p = t.program(x4, ({ x }) => {
          let content = [1, 2, 3, 4];
          expected = [];
          const held: [t.Sym<"f32">, number[]][] = [[x, [5, 6, 7, 8]]];
          const outputs: Record<string, t.Sym> = {};
          for (const [i, what] of steps.entries()) {
            const [sym, value] = held[(i * 7) % held.length] as (typeof held)[0];
            if (what === "read") held.push([t.reshape(s, [4]), content]);
            if (what === "assign") {
              t.assign(s, sym);
              content = value;
            }
            if (what === "use")
              held.push([t.add(sym, s), value.map((v, k) => v + (content[k] as number))]);
            if (what === "alias") held.push([t.reshape(t.reshape(sym, [2, 2]), [4]), value]);
          }
          for (const [i, [sym, value]] of held.entries()) {
            outputs[`o${i}`] = sym;
            expected.push(value);
          }
          return outputs;
        });
        const slots = { s: Float64Array.of(1, 2, 3, 4) };
        const found = interpret(p, { x: [5, 6, 7, 8] }, {}, slots);
        expect(expected.map((_, i) => [...(found[`o${i}`] as Float64Array)])).toEqual(expected);
      }),
      { seed: 20260103, numRuns: 300 },
    );
  });

  it("which costs a copy only where the old content is read later", () => {
    const [s, x] = [t.state("s", t.f32(4)), t.f32(4)];
    const swap = t.program({ x }, ({ x }) => {
      const old = t.add(s, 0);
      t.assign(s, x);
      return old;
    });
    expect(operations(swap)).not.toContain("copy");
    const late = t.program({ x }, ({ x }) => {
      const old = t.reshape(s, [2, 2]);
      t.assign(s, x);
      return old;
    });
    expect(operations(late)).toEqual(["reshape", "copy", "assign"]);
  });

  it("also where an operation would read the slot that it writes", () => {
    const w = t.parameter("w", t.f32(4));
    const m = t.state("m", t.f32(4));
    const p = t.program({}, () => {
      t.emit(sgd, [w], { rate: 0.1 }, [w, m]);
    });
    expect(operations(p)).toEqual(["copy", "test.sgd"]);
    const [copy, update] = p.graph.nodes as [t.GraphNode, t.GraphNode];
    expect(update.inputs).toEqual(copy.outputs);
    expect(p.plan.writable).toEqual([true, true]);
  });
});

describe("stretched copies", () => {
  const B = t.dim("B", { max: 4 });

  it("are not made for operations that stretch by themselves", () => {
    const p = t.program({ x: t.f32(B, 3), v: t.f32(3) }, ({ x, v }) => {
      const wide = t.broadcastTo(t.broadcastTo(v, [1, 3]), [B, 3]);
      return t.where(t.less(x, wide), wide, t.mul(wide, x));
    });
    expect(operations(p)).toEqual(["less", "mul", "where"]);
    const found = interpret(p, { x: [1, 5, 3, 4, 0, 6], v: [2, 3, 4] }, { B: 2 });
    expect([...(found["result"] as Float64Array)]).toEqual([2, 15, 4, 8, 3, 24]);
  });

  it("are made where nothing else gives the shape", () => {
    const p = t.program({ v: t.f32(1, 3) }, ({ v }) => {
      const wide = t.broadcastTo(v, [4, 3]);
      return { squared: t.mul(wide, wide), wide: t.exp(wide) };
    });
    expect(operations(p)).toContain("broadcast_to");
    const { squared } = interpret(p, { v: [1, 2, 3] });
    expect([...(squared as Float64Array)]).toEqual([1, 4, 9, 1, 4, 9, 1, 4, 9, 1, 4, 9]);
  });
});

describe("updates in place", () => {
  it("run as soon as their gradient is there, which then needs no memory to the end", () => {
    const layers = Array.from({ length: 8 }, (_, i) => ({
      w: t.parameter(`w${i}`, t.f32(64, 64)),
      m: t.state(`m${i}`, t.f32(64, 64)),
    }));
    const build = (update: boolean) =>
      t.program({ x: t.f32(4, 64) }, ({ x }) => {
        const y = layers.reduce((h, { w }) => t.tanh(t.matmul(h, w)), x);
        const gradients = t.grad(
          t.mean(y),
          layers.map((l) => l.w),
        );
        if (!update) return Object.fromEntries(gradients.map((g, i) => [`g${i}`, g]));
        for (const [i, { w, m }] of layers.entries()) {
          t.emit(sgd, [gradients[i] as t.Sym], { rate: 0.1 }, [w, m]);
        }
        return {};
      });
    const updated = build(true);
    const at = updated.graph.nodes.map((n) => n.operation === "test.sgd");
    expect(at.filter(Boolean)).toHaveLength(8);
    expect(at.indexOf(true)).toBeLessThan(at.length - 8);
    const gradientBytes = 64 * 64 * 4;
    expect(build(false).plan.arena.bytes).toBeGreaterThan(8 * gradientBytes);
    expect(updated.plan.arena.bytes).toBeLessThan(3 * gradientBytes);
  });

  it("wait for the last reader of the old content", () => {
    const w = t.parameter("w", t.f32(4));
    const p = t.program(x4, ({ x }) => {
      const old = t.reshape(w, [2, 2]);
      const a = t.exp(x);
      const b = t.mul(t.neg(a), t.reshape(old, [4]));
      t.assign(w, a);
      return b;
    });
    expect(operations(p).filter((o) => o !== "reshape")).toEqual(["exp", "neg", "mul", "assign"]);
  });
});

describe("an adjoint that repeats the forward operation", () => {
  it("replaces it, for the loss and whatever else reads it", () => {
    const p = t.program(x4, ({ x }) => {
      const y = t.emit(fusedSin, [x], {})[0] as t.Sym<"f32">;
      const loss = t.mean(y);
      return { y, loss, dx: t.grad(loss, [x])[0] as t.Sym<"f32"> };
    });
    expect(operations(p)).not.toContain("test.sin");
    expect(operations(p).filter((o) => o === "test.sin_grad")).toHaveLength(1);
    const at = [0.1, 0.2, 0.3, 0.4];
    const found = interpret(p, { x: at });
    expect([...(found["y"] as Float64Array)]).toEqual(at.map(Math.sin));
    expect(found["loss"]?.[0]).toBeCloseTo(at.reduce((n, v) => n + Math.sin(v), 0) / 4, 12);
    for (const [i, v] of at.entries()) expect(found["dx"]?.[i]).toBeCloseTo(Math.cos(v) / 4, 12);
  });

  it("stays beside it where the gradient depends on the old value", () => {
    const p = t.program(x4, ({ x }) => {
      const loss = t.sum(t.exp(t.emit(fusedSin, [x], {})[0] as t.Sym<"f32">));
      return { loss, dx: t.grad(loss, [x])[0] as t.Sym<"f32"> };
    });
    expect(operations(p)).toContain("test.sin");
    const found = interpret(p, { x: [1, 2, 3, 4] });
    for (const [i, v] of [1, 2, 3, 4].entries()) {
      expect(found["dx"]?.[i]).toBeCloseTo(Math.exp(Math.sin(v)) * Math.cos(v), 10);
    }
  });
});
