// What a plan says, what is refused, and which layers there are.

import { f32, grad, matmul, mean, mul, parameter, program, scope, tanh } from "@ryanstream/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointError, type CheckpointOptions, SmartCheckpoint } from "../src/index.js";

const weights = Array.from({ length: 4 }, (_, i) => parameter(`w${i}`, f32(32, 32)));
afterAll(() => {
  for (const w of weights) w.dispose();
});

/** Layers of two products with an activation between, under the scopes that are given. */
function chain(scopes: (i: number) => string) {
  return program({ x: f32(64, 32) }, ({ x }) => {
    let h = x;
    for (const [i, w] of weights.entries()) {
      h = scope(scopes(i), () => tanh(matmul(tanh(matmul(h, w)), w)));
    }
    return grad(mean(h), weights)[0] as typeof x;
  });
}
const plain = chain((i) => `layers.${i}`);
const apply = (options: CheckpointOptions, to = plain) => SmartCheckpoint(options).apply(to);

describe("a plan", () => {
  it("adds up, as a table and as data", async () => {
    const { plan } = await apply({ mode: "full" });
    const { layers, cost, heldBytes, before } = plan.toJSON();
    expect(layers.map((l) => l.name)).toEqual(["layers.0", "layers.1", "layers.2", "layers.3"]);
    expect(layers.reduce((n, l) => n + l.cost, 0)).toBe(cost);
    expect(heldBytes).toBeLessThan(before.heldBytes);
    expect(JSON.parse(JSON.stringify(plan))).toMatchObject({ mode: "full", unit: "counted" });
    const lines = String(plan).split("\n");
    expect(lines).toHaveLength(1 + 4 + 1 + 1);
    expect(lines[2]).toMatch(/^layers\.1 .*tanh.*%$/);
    expect(lines[5]).toMatch(/^total /);
  });

  it("costs what its copies cost", async () => {
    const { plan, program: made } = await apply({ mode: "full" });
    const again = made.cost().rows.filter((r) => r.scope.startsWith("recompute"));
    const counted = again.reduce((n, r) => n + r.flops + 8 * (r.bytesRead + r.bytesWritten), 0);
    expect(plan.data.cost).toBe(counted);
  });

  it("leaves the program as it is with none", async () => {
    const { program: made, plan } = await apply({ mode: "none" });
    expect(made.hash).toBe(plain.hash);
    expect(plan.data.layers.every((l) => l.recomputed.length === 0)).toBe(true);
  });

  it("takes one layer for a program that names none, or the caller's own", async () => {
    const unnamed = chain(() => "body");
    expect((await apply({ mode: "full" }, unnamed)).plan.data.layers).toHaveLength(1);
    const blocks = chain((i) => `block${i}`);
    const layer = (name: string) => /^block\d/.exec(name)?.[0];
    expect((await apply({ mode: "full", layer }, blocks)).plan.data.layers).toHaveLength(4);
  });

  it("takes layers whose operations are mixed as one", async () => {
    const mixed = program({ x: f32(64, 32) }, ({ x }) => {
      let [a, b] = [x, x];
      const [w0, w1] = weights as [(typeof weights)[0], (typeof weights)[0]];
      for (let i = 0; i < 3; i++) {
        a = scope("layers.0", () => tanh(matmul(a, w0)));
        b = scope("layers.1", () => tanh(matmul(b, w1)));
      }
      return grad(mean(mul(a, b)), [w0, w1])[0] as typeof x;
    });
    const { plan } = await apply({ mode: "full" }, mixed as never);
    expect(plan.data.layers).toHaveLength(1);
    const budget = plan.data.arenaBytes;
    expect((await apply({ mode: "auto", budget }, mixed as never)).plan.data.isExact).toBe(true);
  });
});

describe("what is refused", () => {
  it("is a budget below what a mode can reach, which it says", async () => {
    const least = await apply({ mode: "auto", budget: 64 }).catch((error) => error);
    expect(least).toBeInstanceOf(CheckpointError);
    expect(least).toMatchObject({ code: "ERR_BUDGET" });
    expect(least.message).toContain(String(least.leastBytes));
    const { plan } = await apply({ mode: "auto", budget: least.leastBytes });
    expect(plan.data.arenaBytes).toBeLessThanOrEqual(least.leastBytes);
    const none = apply({ mode: "none", budget: plain.plan.arena.bytes - 1 });
    await expect(none).rejects.toMatchObject({ leastBytes: plain.plan.arena.bytes });
    await apply({ mode: "none", budget: plain.plan.arena.bytes });
  });

  it.each<[string, object]>([
    ["an unknown mode", { mode: "some" }],
    ["auto without a budget", { mode: "auto" }],
    ["half a byte", { mode: "auto", budget: 100.5 }],
    ["no bytes", { mode: "auto", budget: 0 }],
  ])("is %s", (_, options) => {
    expect(() => SmartCheckpoint(options as CheckpointOptions)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  });

  it("is a program without a gradient", async () => {
    const forward = program({ x: f32(4) }, ({ x }) => tanh(x));
    const made = SmartCheckpoint({ mode: "full" }).apply(forward);
    await expect(made).rejects.toMatchObject({ code: "ERR_NO_BACKWARD" });
  });

  it("is no run at all to time", async () => {
    const timed = SmartCheckpoint({ mode: "full" }).apply(plain, undefined, { repeats: 0 });
    await expect(timed).rejects.toMatchObject({ code: "ERR_OPTION" });
  });

  it("is a sample while the caller's signal is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const x = new Float32Array(64 * 32);
    const timed = SmartCheckpoint({ mode: "full" }).apply(plain, { x }, { signal });
    await expect(timed).rejects.toThrow("enough");
  });
});
