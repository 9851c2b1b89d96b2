// A function is traced twice and must do the same both times, synchronously.

import { describe, expect, it } from "vitest";
import * as t from "../src/index.js";

const code = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const specs = { x: t.f32(4) };

describe("an impure function is refused", () => {
  it("when a number changes, by the first operation that differs", () => {
    let calls = 0;
    const build = () => t.program(specs, ({ x }) => t.mul(t.exp(x), calls++));
    expect(build).toThrow(code("ERR_TRACE_IMPURE", /operation 1 is mul_scalar.*c=0.*c=1/));
  });

  it("when it does more the second time", () => {
    let calls = 0;
    const build = () => t.program(specs, ({ x }) => (calls++ === 0 ? t.exp(x) : t.neg(t.exp(x))));
    expect(build).toThrow(code("ERR_TRACE_IMPURE", /the second adds neg/));
  });

  it("when it makes a parameter anew each time", () => {
    const build = () => t.program(specs, ({ x }) => t.add(x, t.parameter("w", t.f32(4))));
    expect(build).toThrow(code("ERR_TRACE_IMPURE", /parameter "w" is made anew/));
  });

  it("when a constant has other content", () => {
    let calls = 0;
    const build = () => t.program(specs, ({ x }) => t.add(x, t.constant(Float32Array.of(calls++))));
    expect(build).toThrow(code("ERR_TRACE_IMPURE", /other content/));
  });

  it("but not for what is dead code anyway", () => {
    let calls = 0;
    const built = t.program(specs, ({ x }) => {
      t.mul(x, calls++);
      return t.exp(x);
    });
    expect(built.graph.nodes).toHaveLength(1);
  });
});

describe("a traced function is synchronous and stands alone", () => {
  it("not async", () => {
    const build = () => t.program(specs, (async ({ x }: never) => x) as never);
    expect(build).toThrow(code("ERR_TRACE_ASYNC"));
  });

  it("not returning a promise", () => {
    const build = () => t.program(specs, (() => Promise.reject(new Error("late"))) as never);
    expect(build).toThrow(code("ERR_TRACE_ASYNC"));
  });

  it("not tracing another program", () => {
    const build = () => t.program(specs, () => t.program(specs, ({ x }) => x) as never);
    expect(build).toThrow(code("ERR_TRACE_NESTED"));
  });

  it("and leaves no trace open when it throws", () => {
    const build = () =>
      t.program(specs, () => {
        throw new RangeError("mine");
      });
    expect(build).toThrow(RangeError);
    expect(t.program(specs, ({ x }) => x).graph.outputs).toHaveLength(1);
  });

  it("returns symbols, in a record or alone", () => {
    expect(() => t.program(specs, () => 3 as never)).toThrow(code("ERR_OUTPUT"));
    expect(() => t.program(specs, () => ({ y: 3 }) as never)).toThrow(code("ERR_INPUT"));
  });
});

it("two slots, dims or values of one name are refused", () => {
  const [a, b] = [t.parameter("w", t.f32(4)), t.state("w", t.f32(4))];
  expect(() => t.program({}, () => t.add(a, b))).toThrow(code("ERR_DUPLICATE_NAME", /"w"/));
  const [m, n] = [t.dim("n", { max: 2 }), t.dim("n", { max: 3 })];
  const sizes = { m: t.f32(m), n: t.f32(n) };
  expect(() => t.program(sizes, (s) => ({ m: s.m, n: s.n }))).toThrow(
    code("ERR_DUPLICATE_NAME", /"n"/),
  );
  const twice = () => t.program(specs, ({ x }) => t.named("h", t.add(t.named("h", t.exp(x)), 1)));
  expect(twice).toThrow(code("ERR_DUPLICATE_NAME", /"h"/));
});

it("the same function gives the same hash, another function another", () => {
  const build = (c: number) => t.program(specs, ({ x }) => t.mul(t.exp(x), c)).hash;
  expect(build(2)).toBe(build(2));
  expect(build(2)).not.toBe(build(3));
});
