// Which arrays a dtype takes: the same ones wherever arrays are given.

import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";
import * as t from "../src/index.js";

const elsewhere = (code: string) => runInNewContext(code) as never;
const doubled = t.program({ x: t.f32(2) }, ({ x }) => t.mul(x, 2));
const bytes = t.program({ b: t.u8(3) }, ({ b }) => b);
const slot = t.state("s", t.f32(2));
afterAll(() => {
  doubled.dispose();
  bytes.dispose();
  slot.dispose();
});

describe("an array of another realm is what it says", () => {
  const array = elsewhere("new Float32Array([1, 2])");

  it("as input and as result", async () => {
    expect([...(await doubled.run({ x: array }))]).toEqual([2, 4]);
    const into = elsewhere("new Float32Array(2)");
    expect(await doubled.run({ x: array }, { into })).toBe(into);
    expect([...(into as Float32Array)]).toEqual([2, 4]);
  });

  it("in a slot and a constant", () => {
    slot.write(array);
    expect([...(slot.read(elsewhere("new Float32Array(2)")) as Float32Array)]).toEqual([1, 2]);
    expect(t.constant(array).dtype).toBe("f32");
  });
});

it("a subclass is what it extends: a Buffer holds u8", async () => {
  expect([...(await bytes.run({ b: Buffer.from([1, 2, 3]) }))]).toEqual([1, 2, 3]);
});

it("bf16 and f16 are bits in a Uint16Array, as input and as result", async () => {
  using p = t.program({ b: t.bf16(2), h: t.f16(2) }, ({ b, h }) => ({
    numbers: t.concat([t.cast(b, "f32"), t.cast(h, "f32")], 0),
    bits: t.cast(t.mul(t.cast(b, "f32"), 2), "bf16"),
  }));
  const found = await p.run({
    b: Uint16Array.of(0x3f80, 0xc000),
    h: Uint16Array.of(0x3c00, 0xc000),
  });
  expect([...found.numbers]).toEqual([1, -2, 1, -2]);
  expect(found.bits).toEqual(Uint16Array.of(0x4000, 0xc080));
});

describe("anything else is refused, and named as what it is", () => {
  class Impostor {
    readonly length = 2;
    readonly [Symbol.toStringTag] = "Float32Array";
  }
  it.each<[string, unknown, RegExp]>([
    ["an impostor", new Impostor(), /expected a?.*Float32Array/],
    ["other elements of another realm", elsewhere("new Float64Array(2)"), /found Float64Array/],
    ["a list", [1, 2], /found Array/],
    ["an object of no class", Object.create(null), /found an object/],
    ["a DataView", new DataView(new ArrayBuffer(8)), /found DataView/],
    ["null", null, /found null/],
  ])("%s", async (_, value, message) => {
    const refusal = (code: string) =>
      expect.objectContaining({ code, message: expect.stringMatching(message) });
    await expect(doubled.run({ x: value as never })).rejects.toEqual(refusal("ERR_INPUT"));
    expect(() => slot.write(value as never)).toThrow(refusal("ERR_INPUT"));
    if (value === null) return; // no array at all: the program makes one
    const x = Float32Array.of(1, 2);
    const run = doubled.run({ x }, { into: value as never });
    await expect(run).rejects.toEqual(refusal("ERR_OUTPUT"));
  });
});
