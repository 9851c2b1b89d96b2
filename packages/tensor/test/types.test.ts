// What the compiler knows: dtypes of symbols, inputs and results.

import { expectTypeOf, it } from "vitest";
import * as t from "../src/index.js";

it("carries dtypes from specs to symbols and arrays", () => {
  const p = t.program({ ids: t.i32(2), h: t.bf16(2) }, ({ ids, h }) => {
    expectTypeOf(ids).toEqualTypeOf<t.Sym<"i32">>();
    expectTypeOf(t.cast(h, "f32")).toEqualTypeOf<t.Sym<"f32">>();
    return { ids, h, best: t.topK(t.ones(2, 3), 1).values };
  });
  type Inputs = Parameters<typeof p.run>[0];
  expectTypeOf<Inputs["ids"]>().toEqualTypeOf<Int32Array<ArrayBufferLike>>();
  expectTypeOf<Inputs["h"]>().toEqualTypeOf<Uint16Array<ArrayBufferLike>>();
  type Results = Awaited<ReturnType<typeof p.run>>;
  expectTypeOf<Results>().toEqualTypeOf<{
    ids: Int32Array<ArrayBuffer>;
    h: Uint16Array<ArrayBuffer>;
    best: Float32Array<ArrayBuffer>;
  }>();
});

it("gives a single array for a single symbol, and an empty record for none", () => {
  const one = t.program({ x: t.f32(2) }, ({ x }) => x);
  expectTypeOf<Awaited<ReturnType<typeof one.run>>>().toEqualTypeOf<Float32Array<ArrayBuffer>>();
  const none = t.program({ x: t.f32(2) }, () => {});
  expectTypeOf<Awaited<ReturnType<typeof none.run>>>().toEqualTypeOf<Record<never, never>>();
});

it("refuses the wrong dtype where it is written", () => {
  t.program({ ids: t.i32(2), x: t.f32(2) }, ({ ids, x }) => {
    // @ts-expect-error exp takes f32
    const wrong = () => t.exp(ids);
    // @ts-expect-error ids of an embedding are i32
    const swapped = () => t.embedding(t.ones(3, 2), x);
    expectTypeOf(wrong).toBeFunction();
    expectTypeOf(swapped).toBeFunction();
    return x;
  });
  const p = t.program({ x: t.f32(2) }, ({ x }) => ({ x }));
  // @ts-expect-error the input is called x
  const misnamed = () => p.run({ y: new Float32Array(2) });
  // @ts-expect-error the input is a Float32Array
  const mistyped = () => p.run({ x: new Int32Array(2) });
  // @ts-expect-error the result is a Float32Array
  const misread = () => p.run({ x: new Float32Array(2) }, { into: { x: new Int32Array(2) } });
  expectTypeOf([misnamed, mistyped, misread]).toBeArray();
});

it("any program can be passed where a program is wanted", () => {
  const print = (p: t.Program) => p.print();
  expectTypeOf(print(t.program({ x: t.f32(2) }, ({ x }) => x))).toBeString();
  expectTypeOf(print(t.program({ x: t.i32(2) }, ({ x }) => ({ x })))).toBeString();
  expectTypeOf(print(t.program({}, () => {}))).toBeString();
});
