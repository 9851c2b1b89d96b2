// The JSON form keeps everything but weights, and refuses what it can't trust.

import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import * as t from "../src/index.js";
import { randomProgram } from "./support/random-program.js";
import { interpret } from "./support/reference.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const T = t.dim("T", { min: 2, max: 9 });

function example() {
  const w = t.parameter("w", t.f32(3, 2));
  const s = t.state("s", t.f32(3));
  const p = t.program({ x: t.f32(T, 2), n: t.f32(T.minus(1)) }, ({ x, n }) => {
    const y = t.scope("layer", () => t.named("out", t.matmul(x, w, { transB: true })));
    const c = t.constant(Float32Array.of(1, 2, 3));
    t.assign(s, t.sum(y, { axes: 0 }));
    return { y: t.add(y, c), n: t.broadcastTo(t.sum(n), [T.times(2)]) };
  });
  return { p, slots: { w, s } };
}

it("a program read back has the same hash, text and results", () => {
  const { p, slots } = example();
  const copy = t.Program.fromJSON(JSON.stringify(p), slots);
  expect(copy.hash).toBe(p.hash);
  expect(copy.print()).toBe(p.print());
  const contents = () => ({ w: Float64Array.of(1, 2, 3, 4, 5, 6), s: new Float64Array(3) });
  const inputs = { x: [1, 2, 3, 4, 5, 6], n: [7, 8] };
  expect(interpret(copy, inputs, { T: 3 }, contents())).toEqual(
    interpret(p, inputs, { T: 3 }, contents()),
  );
});

it("numbers that JSON has no word for come back", () => {
  for (const c of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0]) {
    const p = t.program({ x: t.f32(2) }, ({ x }) => t.where(x, x, t.full([2], c)));
    const copy = t.Program.fromJSON(JSON.parse(JSON.stringify(p)));
    expect(copy.graph.nodes[0]?.attrs["c"]).toBe(c);
    expect(copy.hash).toBe(p.hash);
    expect(p.hash).not.toBe(
      t.program({ x: t.f32(2) }, ({ x }) => t.where(x, x, t.full([2], 0))).hash,
    );
  }
});

it("a graph numbered in another way has the same hash", () => {
  const p = t.program({ x: t.f32(2) }, ({ x }) => t.exp(t.mul(x, 2)));
  const other = (id: number) => [5, 3, 1][id] as number;
  const [input] = p.graph.inputs;
  const graph: t.Graph = {
    ...p.graph,
    values: Array.from({ length: 6 }, () => p.graph.values[0] as t.TensorType),
    inputs: [{ name: input?.name as string, value: other(0) }],
    nodes: p.graph.nodes.map((n) => ({
      ...n,
      inputs: n.inputs.map(other),
      outputs: n.outputs.map(other),
    })),
    outputs: p.graph.outputs.map((o) => ({ ...o, value: other(o.value) })),
  };
  expect(new t.Program(graph).hash).toBe(p.hash);
});

it("holds for programs at random", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 30 }), (seed, length) => {
      const { program } = randomProgram(seed, length);
      expect(t.Program.fromJSON(JSON.parse(JSON.stringify(program))).hash).toBe(program.hash);
    }),
    { seed: 20260104, numRuns: 50 },
  );
});

it("the form of a small program is pinned: a change of it needs a new version", () => {
  const rows = t.dim("rows", { max: 4 });
  const p = t.program({ x: t.f32(rows, 2) }, ({ x }) => t.mul(x, 2));
  expect(JSON.parse(JSON.stringify(p))).toEqual({
    format: "ryanstream-program",
    version: 1,
    dims: [{ name: "rows", min: 1, max: 4 }],
    values: [
      { dtype: "f32", shape: [[[1, 0]], 2] },
      { dtype: "f32", shape: [[[1, 0]], 2] },
    ],
    inputs: [{ name: "x", value: 0 }],
    slots: [],
    constants: [],
    nodes: [
      {
        operation: "mul_scalar",
        inputs: [0],
        outputs: [1],
        attrs: { c: 2, swapped: false },
        scope: "",
      },
    ],
    outputs: [{ name: "result", value: 1 }],
    single: true,
    names: [],
  });
});

describe("the order of a slot's versions", () => {
  const s = t.state("s", t.f32(1), { init: 5 });
  afterAll(() => s.dispose());
  const read = t.program({ x: t.f32(1) }, ({ x }) => {
    const old = t.neg(s);
    t.assign(s, x);
    return old;
  });

  it("holds where a reader comes after the update: it reads the content of before", async () => {
    const json = JSON.parse(JSON.stringify(read));
    json.nodes.reverse();
    using loaded = t.Program.fromJSON(json, { s });
    const found = (await loaded.run({ x: Float32Array.of(1) })) as unknown;
    expect(found).toEqual(Float32Array.of(-5));
    expect([...s.read()]).toEqual([1]);
  });

  it("holds in a graph that a pass made, and its text is stable", () => {
    const reversed = new t.Program({ ...read.graph, nodes: read.graph.nodes.toReversed() });
    const found = interpret(reversed, { x: [1] }, {}, { s: Float64Array.of(5) });
    expect([...(found["result"] as Float64Array)]).toEqual([-5]);
    expect(new t.Program(reversed.graph).hash).toBe(reversed.hash);
    expect(t.Program.fromJSON(reversed.toJSON(), { s }).hash).toBe(reversed.hash);
  });

  const twice = t.program({ x: t.f32(1) }, ({ x }) => {
    t.assign(s, x);
    t.assign(s, t.exp(x));
  });
  const slot = twice.graph.slots[0]?.value as number;
  const input = twice.graph.inputs[0]?.value as number;
  const last = twice.graph.nodes.findLastIndex((n) => n.operation === "assign");

  it.each([
    ["an old version", slot],
    ["what is no slot", input],
  ])("is refused where %s is updated", (_, id) => {
    const nodes = twice.graph.nodes.map((n, i) => (i === last ? { ...n, updates: [id] } : n));
    const graph = { ...twice.graph, nodes };
    expect(() => new t.Program(graph)).toThrow(expect.objectContaining({ code: "ERR_GRAPH" }));
    const json = { ...twice.toJSON(), nodes: JSON.parse(JSON.stringify(nodes)) };
    expect(() => t.Program.fromJSON(json, { s })).toThrow(
      expect.objectContaining({ code: "ERR_JSON", message: expect.stringContaining(`${id}`) }),
    );
  });

  it("is refused where a slot is listed twice", () => {
    const slots = [...twice.graph.slots, ...twice.graph.slots];
    expect(() => new t.Program({ ...twice.graph, slots })).toThrow(/two slots are called "s"/);
  });
});

describe("what is refused", () => {
  const load = (change: (json: never) => void) => () => {
    const { p, slots } = example();
    const json = JSON.parse(JSON.stringify(p));
    change(json as never);
    return t.Program.fromJSON(json, slots);
  };
  // biome-ignore lint/suspicious/noExplicitAny: the point is to break the type
  it.each<[string, string, (json: any) => void]>([
    ["another format", "ERR_JSON", (j) => (j.format = "other")],
    ["another version", "ERR_JSON", (j) => (j.version = 99)],
    ["a list that is missing", "ERR_JSON", (j) => delete j.nodes],
    ["an unknown dtype", "ERR_JSON", (j) => (j.values[0].dtype = "f64")],
    ["an unknown operation", "ERR_UNKNOWN_OPERATION", (j) => (j.nodes[0].operation = "nope")],
    ["a value used before it is defined", "ERR_JSON", (j) => (j.nodes[0].inputs = [9, 9])],
    ["a value defined twice", "ERR_JSON", (j) => (j.nodes[1].outputs = j.nodes[0].outputs)],
    ["a wrong output type", "ERR_JSON", (j) => (j.values[j.nodes[0].outputs[0]].shape = [1])],
    ["inputs that don't fit", "ERR_SHAPE", (j) => (j.nodes[0].attrs.transB = false)],
    ["a dim that doesn't exist", "ERR_JSON", (j) => (j.values[0].shape[0] = [[1, 7]])],
    ["a negative size", "ERR_SHAPE", (j) => (j.values[0].shape[1] = -2)],
    ["a constant of the wrong size", "ERR_SHAPE", (j) => (j.constants[0].base64 = "AAAA")],
    ["a slot that nobody gave", "ERR_SLOT_UNBOUND", (j) => (j.slots[0].name = "other")],
    [
      "a slot named as a property of every object",
      "ERR_SLOT_UNBOUND",
      (j) => (j.slots[0].name = "toString"),
    ],
  ])("%s", (_, code, change) => {
    expect(load(change as never)).toThrow(expect.objectContaining({ code }));
  });

  it("a slot of another type", () => {
    const { p, slots } = example();
    const other = { ...slots, w: t.parameter("w", t.f32(2, 3)) };
    expect(() => t.Program.fromJSON(p.toJSON(), other)).toThrow(
      /expected f32\[3,2\], found f32\[2,3\]/,
    );
  });

  it("anything else with an error of ours, never another", () => {
    const junk = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.string(),
      fc.constant([]),
      fc.constant({}),
    );
    const { p, slots } = example();
    const text = JSON.stringify(p);
    const paths: (string | number)[][] = [];
    const walk = (part: unknown, path: (string | number)[]) => {
      paths.push(path);
      if (typeof part !== "object" || part === null) return;
      for (const [key, value] of Object.entries(part)) walk(value, [...path, key]);
    };
    walk(JSON.parse(text), []);
    fc.assert(
      fc.property(fc.constantFrom(...paths.slice(1)), junk, (path, value) => {
        const json = JSON.parse(text);
        const parent = path.slice(0, -1).reduce((part, key) => part[key], json);
        parent[path.at(-1) as string] = value;
        try {
          t.Program.fromJSON(json, slots);
        } catch (error) {
          expect(error).toBeInstanceOf(t.TensorError);
        }
      }),
      { seed: 20260106, numRuns: 1000 },
    );
  });

  it("text that isn't JSON", () => {
    expect(() => t.Program.fromJSON("{")).toThrow(expect.objectContaining({ code: "ERR_JSON" }));
  });
});
