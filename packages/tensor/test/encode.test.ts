// The words that the executor gets: one program word by word, and what can't be sent.

import { expect, it } from "vitest";
import { encode } from "../src/encode.js";
import * as t from "../src/index.js";

const kernels = ["copy", "binary", "reduce"];

it("writes a program word by word", () => {
  const n = t.dim("n", { min: 2, max: 5 });
  const s = t.state("s", t.f32());
  const p = t.program({ x: t.f32(n, 3) }, ({ x }) => {
    const y = t.add(x, t.constant(Float32Array.of(1, 2, 3)));
    t.assign(s, t.sum(y));
    return t.reshape(y, [n.times(3)]);
  });
  const n1 = [1, 1, 1, 0]; // one term: 1 * dim 0
  const three = [1, 3, 0]; // one term: 3, of no dim
  expect([...encode(p.graph, p.plan, kernels)]).toEqual(
    [
      [0x52535031, 1],
      [1, 2, 5], // dims
      [1, 12], // constants
      [1, 1], // slots: written
      [p.plan.arena.bytes, 7],
      [0, 2, n1, three, 1, 0, offset(p, 0), 64], // x: input 0
      [0, 0, 2, 0], // s
      [0, 1, three, 3, 0], // the constant
      [0, 2, n1, three, 0, offset(p, 3), 64], // y
      [0, 0, 0, offset(p, 4), 64], // its sum
      [0, 0, 2, 0], // s, assigned
      [0, 1, 1, 3, 1, 0, 0, offset(p, 3), 64], // y under another shape
      [3],
      [1, 2, 0, 2, 1, 3, 1, 0], // add
      [2, 1, 3, 1, 4, 4, 0, 0, 0, 1], // reduce: sum, no keepDims, axes 0 and 1
      [0, 1, 4, 1, 5, 0], // copy into the slot
      [1, 6],
    ].flat(3),
  );
});

function offset(p: { plan: t.Plan }, value: number): number {
  return (p.plan.storage[value] as { offset: number }).offset;
}

it("names the kernel that a build lacks, and the operation and scope that want it", () => {
  const p = t.program({ x: t.f32(2) }, ({ x }) => t.scope("head", () => t.exp(x)));
  expect(() => encode(p.graph, p.plan, kernels)).toThrow(
    expect.objectContaining({
      code: "ERR_UNKNOWN_OPERATION",
      message: expect.stringContaining('exp in head runs on the kernel "unary"'),
    }),
  );
});
