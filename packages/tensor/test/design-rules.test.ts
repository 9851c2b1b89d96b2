// The rules that the design sets for programs, each by name. The files beside this
// one test each idea in depth; here it can be seen that no rule is without a test.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as t from "../src/index.js";
import { randomProgram } from "./support/random-program.js";
import { interpretAll } from "./support/reference.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const coded = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const rows = t.dim("rows", { max: 8 });
const x = Float32Array.of(1, 2, 3, 4);

describe("tracing", () => {
  it("a symbol has no value: valueOf throws and says so", () => {
    const trace = (use: (s: t.Sym) => unknown) => () =>
      t.program({ x: t.f32(2) }, ({ x }) => {
        use(x);
        return x;
      });
    const refusal = coded("ERR_SYMBOL_VALUE", /%x.*f32\[2\]/);
    expect(trace((s) => s.valueOf())).toThrow(refusal);
    expect(trace((s) => (s as never as number) > 0)).toThrow(refusal);
  });

  it("a program reads only declared inputs, parameters and state: a captured tensor is refused", () => {
    let other: t.Sym<"f32"> | undefined;
    t.program({ x: t.f32(4) }, ({ x }) => {
      other = x;
      return x;
    });
    const capture = (what: unknown) => () =>
      t.program({ x: t.f32(4) }, ({ x }) => t.add(x, what as never));
    expect(capture(x)).toThrow(coded("ERR_INPUT", /Float32Array.*can't capture/));
    expect(capture(other)).toThrow(coded("ERR_FOREIGN_SYMBOL"));
  });

  it("tracing twice must give the same hash, else it throws", () => {
    const trace = (factor: () => number) =>
      t.program({ x: t.f32(4) }, ({ x }) => t.mul(x, factor()));
    expect(trace(() => 2).hash).toBe(trace(() => 2).hash);
    let calls = 0;
    expect(() => trace(() => calls++)).toThrow(coded("ERR_TRACE_IMPURE", /mul_scalar/));
  });
});

describe("running", () => {
  it("a shape outside the declared range throws, lists what is allowed and recompiles nothing", async () => {
    using p = t.program({ x: t.f32(rows) }, ({ x }) => t.neg(x));
    await p.run({ x });
    const compiled = t.liveHandles();
    await expect(p.run({ x: new Float32Array(9) })).rejects.toEqual(
      coded("ERR_DIM_RANGE", /rows is 9: allowed are rows from 1 to 8/),
    );
    await p.run({ x: new Float32Array(8) });
    expect(t.liveHandles()).toEqual(compiled);
  });

  it("results land in memory that the caller owns, and no later run touches it", async () => {
    using p = t.program({ x: t.f32(rows) }, ({ x }) => ({ twice: t.mul(x, 2), same: x }));
    const twice = new Float32Array(4);
    const first = await p.run({ x }, { into: { twice } });
    expect(first.twice).toBe(twice);
    const second = await p.run({ x: new Float32Array(4).fill(9) });
    expect([...twice, ...first.same]).toEqual([2, 4, 6, 8, 1, 2, 3, 4]);
    expect(second.same.buffer).not.toBe(first.same.buffer);
  });

  it("or in named slots, which nothing else uses while they are held", async () => {
    using kept = t.state("kept", t.f32(4));
    {
      using writes = t.program({ x: t.f32(4) }, ({ x }) => {
        t.assign(kept, t.mul(x, 2));
      });
      await writes.run({ x });
    }
    // Neither the end of the program that wrote it, nor others with slots and arenas of their own.
    using other = t.state("other", t.f32(4), { init: 7 });
    using busy = t.program({ x: t.f32(4) }, ({ x }) => {
      t.assign(other, t.exp(t.mul(x, other)));
    });
    for (let i = 0; i < 10; i++) await busy.run({ x });
    expect([...kept.read()]).toEqual([2, 4, 6, 8]);
  });

  it("a symbol taken from a slot keeps its content when the slot is written", async () => {
    using s = t.state("s", t.f32(4), { init: 5 });
    using p = t.program({ x: t.f32(4) }, ({ x }) => {
      const old = t.mul(s, 1);
      t.assign(s, x);
      return { old, now: t.mul(s, 1) };
    });
    const { old, now } = await p.run({ x });
    expect([...old, ...now]).toEqual([5, 5, 5, 5, 1, 2, 3, 4]);
  });

  it("is one call that returns a promise, and the event loop stays free", async () => {
    using p = t.program({ x: t.f32(512, 512) }, ({ x }) => {
      let y = x;
      for (let i = 0; i < 100; i++) y = t.matmul(y, x);
      return y;
    });
    p.compile();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const run = p.run({ x: new Float32Array(512 * 512) });
    expect(run).toBeInstanceOf(Promise);
    await run;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it("evaluate is a one-shot program that leaves nothing", async () => {
    const before = t.liveHandles();
    expect([...(await t.evaluate(() => t.mul(t.constant(x), 2)))]).toEqual([2, 4, 6, 8]);
    const table = t.constant(x, [2, 2]);
    const failing = t.evaluate(() => t.embedding(table, t.constant(Int32Array.of(2))));
    await expect(failing).rejects.toEqual(coded("ERR_VALUE"));
    expect(t.liveHandles()).toEqual(before);
  });
});

describe("memory", () => {
  // V8 collects by what it knows to be in use: handles are a few bytes, 64 MiB behind each are not.
  it.each<[string, (i: number) => t.Slot | t.Program]>([
    [
      "parameters",
      (i) => {
        const w = t.parameter(`w${i}`, t.f32(1 << 24));
        w.buffer;
        return w;
      },
    ],
    ["arenas", (i) => t.program({ x: t.f32(1 << 24) }, ({ x }) => t.add(t.sum(x), i)).compile()],
  ])("of %s is reported to V8, which then collects what is forgotten", async (_, make) => {
    using warnings = vi.spyOn(process, "emitWarning").mockReturnValue(); // kept from the gate
    const before = t.liveHandles();
    const forgotten: WeakRef<ReturnType<typeof make>>[] = [];
    for (let i = 0; i < 200; i++) {
      forgotten.push(new WeakRef(make(i)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { buffers, programs } = t.liveHandles();
    expect(buffers + programs - before.buffers - before.programs).toBeLessThan(100);
    for (const owner of forgotten) owner.deref()?.dispose();
    // Each of them is heard of: disposed of just now, or collected with a warning.
    await vi.waitFor(() => expect(t.liveHandles()).toEqual(before), { timeout: 30_000 });
    expect(warnings).toHaveBeenCalled();
  });

  it("of a run is one arena, whose bytes are known before anything native is made", () => {
    const before = t.liveHandles();
    using p = t.program({ x: t.f32(rows, 64) }, ({ x }) => t.exp(t.mul(x, 2)));
    const planned = p.plan.arena.bytes;
    expect(t.liveHandles()).toEqual(before);
    const { arenaBytes, workspaceBytes } = p.compile().memory;
    expect(arenaBytes).toBe(planned);
    expect(t.liveHandles().programBytes - before.programBytes).toBe(planned + workspaceBytes);
  });

  // tools/leak-gate.ts holds every test file against this; its own test is tools/test/leak-gate.test.mjs.
  it("that nobody disposes of is counted and named, so that a leaked handle fails the tests", () => {
    const before = t.liveHandles();
    const w = t.parameter("forgotten", t.f32(2), { init: 1 });
    w.read();
    const { buffers, names } = t.liveHandles();
    expect(buffers).toBe(before.buffers + 1);
    expect(names).toEqual([...before.names, 'Parameter "forgotten"']);
    w.dispose();
    expect(t.liveHandles()).toEqual(before);
  });

  it("that is owned has Symbol.dispose", () => {
    const w = t.parameter("w", t.f32(2));
    const s = t.state("s", t.f32(2));
    const p = t.program({}, () => t.add(w, s));
    for (const owned of [w, s, p]) {
      owned[Symbol.dispose]();
      expect(owned.disposed).toBe(true);
    }
  });
});

describe("watching", () => {
  it("print() reads like code", () => {
    const w = t.parameter("w", t.f32(4, 4));
    const p = t.program({ x: t.f32(rows, 4) }, ({ x }) =>
      t.scope("layers.3", () => t.named("attention", t.matmul(x, w))),
    );
    const lines = p.print().split("\n");
    expect(lines[0]).toMatch(/^program \w+ \(rows: 1\.\.8\)$/);
    expect(lines.find((line) => line.includes("matmul"))).toMatch(
      /^ {2}%2: f32\[rows,4\] @\d+\+128 = matmul\(%x, w\) {2}\/\/ layers\.3\.attention$/,
    );
    expect(lines.at(-2)).toBe("  return %2");
  });

  it("profile() gives the time of each operation", async () => {
    using p = t.program({ x: t.f32(rows, 64) }, ({ x }) =>
      t.scope("layers.3", () => t.softmax(t.exp(x))),
    );
    const { rows: times, nanoseconds } = await p.profile({ x: new Float32Array(512) });
    expect(times.map(({ operation, scope }) => `${scope}.${operation}`)).toEqual([
      "layers.3.exp",
      "layers.3.softmax",
    ]);
    expect(times.every((row) => row.nanoseconds > 0)).toBe(true);
    expect(times.reduce((sum, row) => sum + row.nanoseconds, 0)).toBe(nanoseconds);
  });

  it("debug({ after: 'layers.3.attention' }) reads it", async () => {
    using p = t.program({ x: t.f32(4) }, ({ x }) =>
      t.neg(t.scope("layers.3", () => t.named("attention", t.mul(x, 3)))),
    );
    expect([...(await p.debug({ x }, { after: "layers.3.attention" }))]).toEqual([3, 6, 9, 12]);
  });

  it("debug reads any intermediate, for programs at random", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const { program, dims, inputs } = randomProgram(seed, 12);
        using held = program;
        const expected = interpretAll(program.graph, inputs, dims, {});
        for (const [id, { data }] of expected.entries()) {
          const found = await held.debug(inputs, { after: `%${id}`, dims });
          expect(found).toHaveLength(data.length);
          for (const [i, value] of data.entries()) {
            if (Number.isNaN(value)) continue;
            const error = Math.abs((found[i] as number) - value) / Math.max(1, Math.abs(value));
            expect(error, `%${id}[${i}] of program ${seed}`).toBeLessThan(1e-4);
          }
        }
      }),
      { seed: 20260107, numRuns: 20 },
    );
  });
});
