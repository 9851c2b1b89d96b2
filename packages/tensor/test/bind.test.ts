// Dims are found from the lengths of arrays, or asked for, and always checked.

import { describe, expect, it } from "vitest";
import { Binder } from "../src/bind.js";
import * as t from "../src/index.js";

const B = t.dim("B", { max: 4 });
const T = t.dim("T", { min: 2, max: 16 });
const code = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

function binder(specs: Record<string, t.Spec>): Binder {
  return new Binder(t.program(specs, (s) => s as never).graph);
}

function solve(
  specs: Record<string, t.Spec>,
  lengths: Record<string, number>,
  dims?: Record<string, number>,
) {
  const bound = binder(specs);
  const arrays = Object.entries(lengths).map(([name, n]) => [name, new Float32Array(n)]);
  bound.bind(Object.fromEntries(arrays), dims);
  return Object.fromEntries(bound.dims.map((d, i) => [d.name, bound.values[i]]));
}

describe("solving", () => {
  it("takes a dim from an array in which all else is known", () => {
    expect(solve({ x: t.f32(T, 3) }, { x: 15 })).toEqual({ T: 5 });
    expect(solve({ x: t.f32(B, T), y: t.f32(T) }, { x: 15, y: 5 })).toEqual({ B: 3, T: 5 });
    expect(solve({ x: t.f32(B, T.minus(1)), y: t.f32(B) }, { x: 12, y: 3 })).toEqual({
      B: 3,
      T: 5,
    });
    expect(solve({ x: t.f32(T.times(2).plus(3)) }, { x: 13 })).toEqual({ T: 5 });
  });

  it("asks for dims that lengths don't tell, and takes what is given", () => {
    expect(() => solve({ x: t.f32(B, T) }, { x: 12 })).toThrow(
      code("ERR_DIM_UNBOUND", /B and T.*dims: \{ B: …, T: … \}/),
    );
    expect(solve({ x: t.f32(B, T) }, { x: 12 }, { T: 4 })).toEqual({ B: 3, T: 4 });
    expect(() => solve({ x: t.f32(T, T) }, { x: 9 })).toThrow(code("ERR_DIM_UNBOUND", /T/));
    expect(solve({ x: t.f32(T, T) }, { x: 9 }, { T: 3 })).toEqual({ T: 3 });
  });

  it("can't tell a dim from an array that another dim made empty", () => {
    const Z = t.dim("Z", { min: 0, max: 4 });
    const specs = { x: t.f32(Z, T), z: t.f32(Z) };
    expect(() => solve(specs, { x: 0, z: 0 })).toThrow(code("ERR_DIM_UNBOUND", /T/));
    expect(solve(specs, { x: 0, z: 0 }, { T: 2 })).toEqual({ Z: 0, T: 2 });
  });
});

describe("refusing", () => {
  it("a dim outside its range, listing what is allowed", () => {
    expect(() => solve({ x: t.f32(B, T), y: t.f32(T) }, { x: 51, y: 17 })).toThrow(
      code("ERR_DIM_RANGE", /T is 17: allowed are B from 1 to 4, T from 2 to 16/),
    );
    expect(() => solve({ x: t.f32(T) }, { x: 1 })).toThrow(code("ERR_DIM_RANGE"));
    expect(() => solve({ x: t.f32(T) }, { x: 5 }, { T: 99 })).toThrow(code("ERR_DIM_RANGE"));
    expect(() => solve({ x: t.f32(T) }, { x: 5 }, { T: 2.5 })).toThrow(code("ERR_DIM_RANGE"));
  });

  it("arrays whose lengths disagree", () => {
    const specs = { x: t.f32(T, 3), y: t.f32(T) };
    expect(() => solve(specs, { x: 15, y: 4 })).toThrow(
      code("ERR_SHAPE", /input y is f32\[T\] with T=5: expected 5 elements, found 4/),
    );
    expect(() => solve({ x: t.f32(T, 3) }, { x: 14 })).toThrow(code("ERR_SHAPE", /input x/));
    expect(() => solve({ x: t.f32(2, 3) }, { x: 5 })).toThrow(
      code("ERR_SHAPE", /expected 6 elements/),
    );
  });

  it("arrays that are missing, unknown, or of another type", () => {
    const x = { x: t.f32(2) };
    expect(() => binder(x).bind({})).toThrow(
      code("ERR_INPUT", /x: expected a Float32Array.*undefined/),
    );
    expect(() => binder(x).bind({ x: new Float64Array(2) })).toThrow(
      code("ERR_INPUT", /found Float64Array/),
    );
    expect(() => binder(x).bind({ x: [1, 2] })).toThrow(code("ERR_INPUT", /found Array/));
    expect(() => binder(x).bind({ x: null })).toThrow(code("ERR_INPUT", /found null/));
    expect(() => binder(x).bind({ x: new Float32Array(2), z: 1 })).toThrow(
      code("ERR_INPUT", /called z/),
    );
    const half = binder({ h: t.bf16(2) });
    expect(() => half.bind({ h: new Float32Array(2) })).toThrow(code("ERR_INPUT", /Uint16Array/));
    half.bind({ h: new Uint16Array(2) });
  });

  it("dims that don't exist", () => {
    expect(() => solve({ x: t.f32(T) }, { x: 5 }, { rows: 5 })).toThrow(
      code("ERR_DIM_UNBOUND", /rows/),
    );
  });
});
