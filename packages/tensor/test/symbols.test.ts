// A symbol has no value, and says so; it belongs to the program that made it.

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import * as t from "../src/index.js";

const symbolError = (code: string, ...parts: string[]) =>
  expect.objectContaining({ code, message: expect.stringMatching(parts.join(".*")) });

function traced<R>(fn: (x: t.Sym<"f32">) => R): R {
  let result: R | undefined;
  t.program({ x: t.f32(2, 3) }, ({ x }) => {
    result = fn(x);
    return x;
  });
  return result as R;
}

describe("a symbol has no value", () => {
  it.each<[string, (x: t.Sym) => unknown]>([
    ["number", (x) => +(x as never)],
    ["comparison", (x) => (x as never as number) > 0],
    ["sum", (x) => (x as never as number) + 1],
    ["template", (x) => `${x as never}`],
    ["toString", (x) => x.toString()],
    ["valueOf", (x) => x.valueOf()],
    ["JSON", (x) => JSON.stringify({ x })],
    ["array index", (x) => [1, 2][x as never]],
  ])("as %s", (_, use) => {
    expect(() => traced(use)).toThrow(symbolError("ERR_SYMBOL_VALUE", "%x", "f32\\[2,3\\]"));
  });

  it("and names the operation and scope that it comes from", () => {
    expect(() => traced((x) => t.scope("layers.3", () => +(t.exp(x) as never)))).toThrow(
      symbolError("ERR_SYMBOL_VALUE", "exp in layers.3"),
    );
  });

  it("but can be looked at", () => {
    expect(traced((x) => inspect(x))).toBe("Sym %x: f32[2,3]");
  });
});

describe("a program reads only what it declares", () => {
  it("not a symbol of another program", () => {
    const stolen = traced((x) => x);
    expect(() => traced((x) => t.add(x, stolen))).toThrow(
      symbolError("ERR_FOREIGN_SYMBOL", "another trace"),
    );
  });

  it("not a captured array", () => {
    expect(() => traced((x) => t.add(x, new Float32Array(3) as never))).toThrow(
      symbolError("ERR_INPUT", "Float32Array", "constant\\(\\)"),
    );
  });

  it("not a symbol whose program is complete", () => {
    const late = traced((x) => x);
    expect(() => t.exp(late)).toThrow(symbolError("ERR_NO_TRACE"));
  });
});

describe("operations refuse what they can't take, by name and scope", () => {
  it.each<[string, string, (x: t.Sym<"f32">) => unknown, string]>([
    ["shapes", "ERR_SHAPE", (x) => t.matmul(x, x), "matmul in head: can't multiply f32\\[2,3\\]"],
    ["broadcasting", "ERR_SHAPE", (x) => t.add(x, t.ones(2)), "add in head: .*3 against 2"],
    [
      "dtypes",
      "ERR_DTYPE",
      (x) => t.exp(t.cast(x, "i32") as never),
      "exp in head: expected x of f32",
    ],
    ["reshape", "ERR_SHAPE", (x) => t.reshape(x, [4]), "element counts differ"],
    ["ranges", "ERR_SHAPE", (x) => t.slice(x, { start: 1, count: 2 }), "don't fit in 2"],
    ["axes", "ERR_SHAPE", (x) => t.sum(x, { axes: 2 }), "axis 2 doesn't exist"],
    ["k", "ERR_SHAPE", (x) => t.topK(x, 4), "k from 1 to 3"],
  ])("%s", (_, code, use, message) => {
    expect(() => traced((x) => t.scope("head", () => use(x)))).toThrow(symbolError(code, message));
  });
});

it("an error says where it happened in its stack too, which is what Node prints", () => {
  let caught: unknown;
  try {
    traced((x) => t.scope("head", () => t.matmul(x, x)));
  } catch (error) {
    caught = error;
  }
  expect((caught as Error).stack).toMatch(
    /TensorError: matmul in head: can't[\s\S]*symbols\.test\.ts/,
  );
});

it("a symbolic dim is told from another even where sizes could agree", () => {
  const [B, T] = [t.dim("B", { max: 4 }), t.dim("T", { max: 4 })];
  const specs = { b: t.f32(B), t: t.f32(T) };
  expect(() => t.program(specs, (s) => t.add(s.b, s.t))).toThrow(/B against T/);
});
