import { expect, it } from "vitest";
import * as t from "../src/index.js";

it("reads like code, with types, places, scopes and names", () => {
  const rows = t.dim("rows", { max: 8 });
  const w = t.parameter("w", t.f32(16, 4));
  const seen = t.state("seen", t.f32());
  const p = t.program({ x: t.f32(rows, 4) }, ({ x }) => {
    const y = t.scope("layers.0", () => t.named("up", t.matmul(x, w, { transB: true })));
    t.assign(seen, t.add(seen, t.sum(y)));
    return { flat: t.reshape(y, [-1]) };
  });
  expect(p.print().replace(/program \w+/, "program #")).toMatchInlineSnapshot(`
    "program # (rows: 1..8)
      input %x: f32[rows,4] @512+128
      parameter w: f32[16,4]
      state seen: f32[] (updated)
      %3: f32[rows,16] @0+512 = matmul(%x, w) {transB}  // layers.0.up
      %4: f32[] @512+64 = sum(%3) {axes=[0,1]}
      %5: f32[] @576+64 = add(seen, %4)
      %6: f32[] = assign(&seen, %5)
      %7: f32[16*rows] = reshape(%3)
      return { flat: %7 }
    arena 640 bytes, at least 640 live at once"
  `);
});

it("tells the same program in the same words", () => {
  const build = () => t.program({ x: t.f32(3) }, ({ x }) => t.exp(x)).print();
  expect(build()).toBe(build());
});
