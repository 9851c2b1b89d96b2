// A run that is no longer wanted stops between two operations, and its promise
// rejects with exactly what the caller gave as the reason.

import { afterAll, describe, expect, it, vi } from "vitest";
import * as t from "../src/index.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const x = new Float32Array(512 * 512);
const steps = t.state("steps", t.f32(), { init: 0 });
const long = t.program({ x: t.f32(512, 512) }, ({ x }) => {
  let y = x;
  for (let i = 0; i < 400; i++) y = t.mul(t.matmul(y, x), 0.01);
  t.assign(steps, t.add(steps, 1));
  return t.scope("end", () => t.named("y", y));
});
afterAll(() => {
  long.dispose();
  steps.dispose();
});

async function rejection(run: Promise<unknown>): Promise<unknown> {
  try {
    await run;
  } catch (reason) {
    return reason;
  }
  throw new Error("the run was expected to reject");
}

/** Reasons of every kind; an Error whose text looks like one of ours stays as it is. */
const reasons: [string, unknown][] = [
  ["an Error", new Error("operation 0 (matmul): changed my mind")],
  ["a frozen Error", Object.freeze(new RangeError("no"))],
  ["a string", "enough"],
  ["null", null],
  ["an object with our code", { code: "ERR_ABORTED" }],
];

describe("during a run", () => {
  it.each(reasons)("rejects with %s", async (_, reason) => {
    const control = new AbortController();
    const run = long.run({ x }, { signal: control.signal });
    setTimeout(() => control.abort(reason), 5);
    expect(await rejection(run)).toBe(reason);
  });

  it("rejects with the AbortError of a plain abort()", async () => {
    const control = new AbortController();
    const run = long.run({ x }, { signal: control.signal });
    setTimeout(() => control.abort(), 5);
    const reason = await rejection(run);
    expect(reason).toBe(control.signal.reason);
    expect(reason).toMatchObject({ name: "AbortError" });
  });

  it("rejects with the TimeoutError of AbortSignal.timeout", async () => {
    const signal = AbortSignal.timeout(5);
    const reason = await rejection(long.run({ x }, { signal }));
    expect(reason).toBe(signal.reason);
    expect(reason).toMatchObject({ name: "TimeoutError" });
  });

  it("stops a profile and a debug too", async () => {
    for (const watch of [
      (signal: AbortSignal) => long.profile({ x }, { signal }),
      (signal: AbortSignal) => long.debug({ x }, { after: "end.y", signal }),
    ]) {
      const control = new AbortController();
      const run = watch(control.signal);
      setTimeout(() => control.abort(), 5);
      expect(await rejection(run)).toBe(control.signal.reason);
    }
  });

  it("stops the run that is meant, and no other", async () => {
    using short = t.program({ x: t.f32(2) }, ({ x }) => t.neg(x));
    const [first, second] = [new AbortController(), new AbortController()];
    const runs = [
      long.run({ x }, { signal: first.signal }),
      short.run({ x: Float32Array.of(1, 2) }, { signal: second.signal }),
    ] as const;
    setTimeout(() => first.abort(), 5);
    expect(await rejection(runs[0])).toBe(first.signal.reason);
    expect([...(await runs[1])]).toEqual([-1, -2]);
  });
});

describe("before a run", () => {
  it.each(reasons)("rejects with %s and runs nothing", async (_, reason) => {
    const signal = AbortSignal.abort(reason);
    expect(await rejection(long.run({ x }, { signal }))).toBe(reason);
    expect(await rejection(long.profile({ x }, { signal }))).toBe(reason);
    expect(await rejection(long.debug({ x }, { after: "end.y", signal }))).toBe(reason);
    expect(steps.read()[0]).toBe(0);
  });
});

it("after a run changes nothing", async () => {
  using p = t.program({ x: t.f32(2) }, ({ x }) => t.neg(x));
  const control = new AbortController();
  const y = await p.run({ x: Float32Array.of(1, 2) }, { signal: control.signal });
  control.abort();
  expect([...y]).toEqual([-1, -2]);
});
