import { expect, it } from "vitest";
import * as t from "../src/index.js";

const rows = t.dim("rows", { max: 10 });

const causal = t.defineOperation<{ kept: string }>({
  name: "test.causal",
  infer: ([x]) => [x as t.TensorType],
  cost: ({ inputs, facts }) => {
    const denseFlops = 100 * (inputs[0]?.elements ?? 0);
    return { flops: denseFlops * t.numberFact(facts, "share", 0.5), denseFlops, bytesRead: 7 };
  },
});

function build() {
  const w = t.parameter("w", t.bf16(5, 3));
  return t.program({ x: t.f32(rows, 3) }, ({ x }) => {
    const y = t.scope("up", () => t.matmul(x, w, { transB: true }));
    return t.emit(causal, [t.reshape(y, [-1])], { kept: "half" })[0] as t.Sym<"f32">;
  });
}

it("itemises operations and bytes at concrete sizes", () => {
  const cost = build().cost({ rows: 4 });
  expect(cost.rows).toEqual([
    {
      operation: "matmul",
      scope: "up",
      flops: 120,
      denseFlops: 120,
      bytesRead: 48 + 30,
      bytesWritten: 80,
    },
    {
      operation: "test.causal",
      scope: "",
      flops: 1000,
      denseFlops: 2000,
      bytesRead: 7,
      bytesWritten: 80,
    },
  ]);
  expect(cost).toMatchObject({ flops: 1120, denseFlops: 2120, bytesRead: 85, bytesWritten: 160 });
  expect(cost.savedShare).toBeCloseTo(1000 / 2120);
  expect(String(cost)).toMatch(/matmul +up +120 +120 +78 +80\n[\s\S]*total[\s\S]*47\.2% of dense/);
});

it("takes dims that aren't given at their maximum, and facts about the data", () => {
  expect(build().cost().rows[0]?.flops).toBe(300);
  expect(build().cost({ rows: 4 }, { share: 0.1 }).rows[1]?.flops).toBe(200);
});

it("refuses dims that don't exist", () => {
  expect(() => build().cost({ T: 3 })).toThrow(/no dim is called T; there are rows/);
});
