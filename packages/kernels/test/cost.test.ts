// What program.cost() says of the other operations: each count against a formula,
// and the savings of a decoder's step against the same step without them.

import { dim, f32, grad, i32, parameter, program, type Sym } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import * as k from "../src/index.js";
import { decoderWeights, tenMillion } from "./support/decoder.js";
import { everywhere, wherePositions } from "./support/training.js";

describe("the head", () => {
  const R = dim("R", { max: 64 });
  const specs = { x: f32(R, 8), w: f32(100, 8), targets: i32(R) };
  const one = 2 * 10 * 100 * 8;

  it("is one product forward, at the rows that have a loss", () => {
    const loss = program(specs, (x) =>
      k.linearCrossEntropy(x.x, x.w, x.targets, { reduction: "none" }),
    );
    const { rows } = loss.cost({ R: 10 }, { lossShare: 0.6 });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ operation: "linear_cross_entropy", denseFlops: one });
    expect(rows[0]?.flops).toBeCloseTo(0.6 * one);
  });

  it("is three products with gradients, and the forward operation is gone", () => {
    const training = program(specs, (x) => {
      const loss = k.linearCrossEntropy(x.x, x.w, x.targets);
      const [dx, dw] = grad(loss, [x.x, x.w]) as [Sym<"f32">, Sym<"f32">];
      return { loss, dx, dw };
    });
    const names = training.graph.nodes.map((n) => n.operation);
    expect(names).not.toContain("linear_cross_entropy");
    const row = training.cost({ R: 10 }).rows.find((r) => r.operation.endsWith("entropy_grad"));
    expect(row).toMatchObject({ flops: 3 * one, denseFlops: 3 * one });
  });
});

describe("packed weights", () => {
  it.each([
    ["f32", 1, 0],
    ["bf16", 1 / 2, 0],
    ["int8", 34 / 128, 0],
    ["int4", 18 / 128, 0],
    ["int4", 20 / 128, 1],
    ["nl4", 18 / 128, 0],
  ] as const)("%s are read once: %f of f32's bytes", (format, share, zero) => {
    const spec = k.packedWeight({ n: 64, k: 256, format, zero: zero === 1 });
    const w = parameter("w", spec.type);
    const product = program({ x: f32(3, 256) }, ({ x }) => k.linear(x, { spec, bytes: w }));
    const cost = product.cost();
    expect(cost.flops).toBe(2 * 3 * 64 * 256);
    expect(cost.bytesRead).toBe(64 * 256 * 4 * share + 3 * 256 * 4);
    w.dispose();
  });
});

it("paged attention reads the context once for each sequence", () => {
  const options = {
    layers: 1,
    heads: 2,
    headDim: 16,
    pages: 8,
    pageSize: 16,
    sequences: 4,
    maxPages: 4,
  };
  using cache = k.pagedCache("kv", { ...options, dtype: "bf16" });
  const step = program({ q: f32(3, 4, 16), seq: i32(3), pos: i32(3), table: cache.table }, (x) =>
    k.pagedAttention(x.q, cache.layers[0] as k.KvPages, x),
  );
  const cost = step.cost({}, { contextLength: 20 });
  expect(cost.flops).toBe(2 * 3 * 4 * (32 * 16 + 20 * 16));
  expect(cost.bytesRead).toBe(3 * 4 * 16 * 4 + 3 * 20 * 2 * 32 * 2);
});

describe("a decoder's training step", () => {
  const config = tenMillion;
  const [batch, time] = [8, 256];
  const weights = decoderWeights(config);
  const full = everywhere(weights, config, batch, time);
  const facts = { segmentLength: time };

  it("has the floating point operations of its matrices, six for each weight and token", () => {
    const matrices = [...weights.values()].filter(
      (p) => p.shape.length !== 1 && p.name !== "embedding",
    );
    const count = matrices.reduce((n, p) => n + p.length, 0);
    const products = full
      .cost()
      .rows.filter((r) => r.operation === "matmul" || r.operation.startsWith("linear_"));
    const flops = products.reduce((n, r) => n + r.flops, 0);
    expect(flops).toBe(6 * count * batch * time);
  });

  it("saves the masked half of attention, and the head where there is no loss", () => {
    const attention = full.cost().rows.filter((r) => r.operation.startsWith("attention"));
    const [flops, dense] = [attention.map((r) => r.flops), attention.map((r) => r.denseFlops)];
    const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);
    expect(sum(flops) / sum(dense)).toBeGreaterThan(0.5);
    expect(sum(flops) / sum(dense)).toBeLessThan(0.68); // five products for the dense four backward
    const head = 6 * config.vocab * config.width * batch * time;
    expect(full.cost().flops - full.cost({}, { lossShare: 0.6 }).flops).toBeCloseTo(0.4 * head, -3);
  });

  it("saves queries, feed-forward and output of the last layer where there is no loss", () => {
    const kept = 0.6 * batch * time;
    const some = wherePositions(weights, config, batch, time, Math.round(kept));
    const saved = full.cost({}, { lossShare: 0.6 }).flops - some.cost({}, facts).flops;
    const { width, heads, head_dim, hidden } = config;
    const last = 6 * (2 * width * heads * head_dim + 3 * width * hidden) * (batch * time - kept);
    expect(saved).toBeGreaterThan(last); // and attention of these queries
    expect(saved).toBeLessThan(1.15 * last);
  });
});
