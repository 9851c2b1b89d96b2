// Recomputation changes when values are made and how long they live, never what they are.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as t from "../src/index.js";
import { randomTraining } from "./support/random-training.js";
import { interpret, type Tensor } from "./support/reference.js";
import { kernels } from "./support/reference-kernels.js";

const isCopy = (n: t.GraphNode) => n.scope === "recompute" || n.scope.startsWith("recompute.");
const operations = (p: { graph: t.Graph }) => p.graph.nodes.map((n) => n.operation);

/** Everything that a run leaves: its results and the parameters. */
function after({ program, parameters, inputs }: ReturnType<typeof randomTraining>) {
  const slots = Object.fromEntries(
    parameters.map((p, i) => [
      p.name,
      Float64Array.from({ length: p.length }, (_, k) => Math.sin(k + i) / 2),
    ]),
  );
  return { results: interpret(program, inputs, {}, slots), slots };
}

/** The values of the forward pass that an operation makes. */
function forwardValues(graph: t.Graph): number[] {
  const backward = t.backwardNodes(graph);
  return graph.nodes.filter((n) => !backward.has(n)).flatMap((n) => n.outputs);
}

describe("recompute", () => {
  it("gives the same bits whatever is dropped, with parameters updated in the step", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.boolean(), (seed, mask, updated) => {
        const training = randomTraining(seed, { layers: 3, operations: 4, updated });
        const { graph } = training.program;
        const dropped = new Set(
          forwardValues(graph).filter((id) => ((mask * 2654435761 + id * 40503) >> 7) % 2 === 0),
        );
        const program = new t.Program(t.recompute(graph, dropped));
        expect(after({ ...training, program })).toEqual(after(training));
        for (const p of training.parameters) p.dispose();
      }),
      { seed: 41, numRuns: 100 },
    );
  });

  it("leaves a graph of which nothing is dropped as it is", () => {
    const { program, parameters } = randomTraining(3, { layers: 2, operations: 3 });
    expect(t.recompute(program.graph, new Set())).toBe(program.graph);
    expect(new t.Program(t.recompute(program.graph, new Set([1e9]))).hash).toBe(program.hash);
    for (const p of parameters) p.dispose();
  });

  it("runs a copy right before the operation of the backward pass that needs it first", () => {
    const { program, parameters } = randomTraining(5, { layers: 3, operations: 4 });
    const made = new t.Program(t.recompute(program.graph, new Set(forwardValues(program.graph))));
    const { nodes } = made.graph;
    const backward = t.backwardNodes(made.graph);
    expect(nodes.some(isCopy)).toBe(true);
    for (const [i, node] of nodes.entries()) {
      if (!isCopy(node)) continue;
      const rest = nodes.slice(i + 1);
      const user = rest.findIndex((n) => n.inputs.some((id) => node.outputs.includes(id)));
      // In between are other copies that the same operation waits for.
      expect(rest.slice(0, user).every(isCopy)).toBe(true);
      const next = rest.find((n) => !isCopy(n)) as t.GraphNode;
      expect(backward.has(next)).toBe(true);
    }
    for (const p of parameters) p.dispose();
  });

  it("makes the arena of a deep chain as small as one link of it", () => {
    const w = t.parameter("w", t.f32(64, 64));
    const rows = 256;
    const p = t.program({ x: t.f32(rows, 64) }, ({ x }) => {
      let h: t.Sym<"f32"> = x;
      for (let i = 0; i < 16; i++) h = t.tanh(t.matmul(t.silu(h), w));
      return t.grad(t.mean(h), [w])[0] as t.Sym<"f32">;
    });
    const links = p.graph.nodes.filter((n) => n.operation === "silu");
    const slim = new t.Program(t.recompute(p.graph, new Set(links.flatMap((n) => n.outputs))));
    const bytes = rows * 64 * 4;
    const saved = p.plan.arena.lowerBoundBytes - slim.plan.arena.lowerBoundBytes;
    expect(saved).toBeGreaterThan(14 * bytes);
    w.dispose();
  });

  it("reads a parameter before the step overwrites it, without a copy of it", () => {
    const w = t.parameter("w", t.f32(4));
    const p = t.program({ x: t.f32(4) }, ({ x }) => {
      const a = t.exp(t.add(x, w));
      const [first] = t.grad(t.sum(t.mul(w, x)), [w]) as [t.Sym<"f32">];
      t.assign(w, t.sub(w, first));
      return t.grad(t.sum(t.square(a)), [x])[0] as t.Sym<"f32">;
    });
    const forward = forwardValues(p.graph);
    const made = new t.Program(t.recompute(p.graph, new Set(forward)));
    expect(operations(made)).not.toContain("copy");
    const run = (program: t.Program) => {
      const slots = { w: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
      return { ...interpret(program, { x: [1, 2, 3, 4] }, {}, slots), ...slots };
    };
    expect(run(made as never)).toEqual(run(p as never));
    w.dispose();
  });

  it("reads the graph's own results where they are", () => {
    const p = t.program({ x: t.f32(8) }, ({ x }) => {
      const y = t.exp(x);
      return { y, dx: t.grad(t.sum(t.square(y)), [x])[0] as t.Sym<"f32"> };
    });
    const made = new t.Program(t.recompute(p.graph, new Set(forwardValues(p.graph))));
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(interpret(made, { x })).toEqual(interpret(p, { x }));
  });
});

describe("an operation with a lighter way to make its outputs again", () => {
  const doubleTanh = t.defineOperation<Record<never, never>>({
    name: "test.double_tanh",
    infer: ([x]) => [x as t.TensorType, x as t.TensorType],
    adjoint: ({ output, cotangent }) => [
      t.mul(t.mul(cotangent(1), t.sub(1, t.square(output(1)))), t.mul(output(0), 2)),
    ],
    remake: () => ({ operation: "tanh", attrs: {}, reads: [{ output: 0 }], makes: [1] }),
  });
  kernels["test.double_tanh"] = ([x]) => {
    const twice = (x as Tensor).data.map((v) => 2 * v);
    return [twice, twice.map(Math.tanh)];
  };
  const build = () =>
    t.program({ x: t.f32(8) }, ({ x }) => {
      const [, y] = t.emit(doubleTanh, [t.exp(x)], {}) as [t.Sym<"f32">, t.Sym<"f32">];
      return t.grad(t.sum(t.square(y)), [x])[0] as t.Sym<"f32">;
    });
  const outputs = (p: t.Program) =>
    (p.graph.nodes.find((n) => n.operation === "test.double_tanh") as t.GraphNode)
      .outputs as readonly [number, number];

  it("uses it where the other outputs are kept", () => {
    const p = build();
    const made = new t.Program(t.recompute(p.graph, new Set([outputs(p as never)[1]])));
    expect(operations(made).filter((o) => o === "test.double_tanh")).toHaveLength(1);
    expect(made.graph.nodes.filter(isCopy).map((n) => n.operation)).toEqual(["tanh"]);
    const x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    expect(interpret(made, { x })).toEqual(interpret(p, { x }));
  });

  it("runs the operation again where they aren't", () => {
    const p = build();
    const made = new t.Program(t.recompute(p.graph, new Set(outputs(p as never))));
    expect(operations(made).filter((o) => o === "test.double_tanh")).toHaveLength(2);
    const x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    expect(interpret(made, { x })).toEqual(interpret(p, { x }));
  });
});

describe("backwardNodes", () => {
  it("are what grad() made and what reads it, updates too", () => {
    const w = t.parameter("w", t.f32(4));
    const count = t.state("count", t.f32(1));
    const p = t.program({ x: t.f32(4) }, ({ x }) => {
      t.assign(count, t.add(count, 1));
      const loss = t.scope("gradual", () => t.sum(t.exp(t.mul(x, w))));
      t.assign(w, t.sub(w, t.grad(loss, [w])[0] as t.Sym<"f32">));
      return loss;
    });
    const backward = t.backwardNodes(p.graph);
    const forward = p.graph.nodes.filter((n) => !backward.has(n)).map((n) => n.operation);
    // The 1 that the gradient starts from depends on nothing.
    expect(forward.toSorted()).toEqual(["add_scalar", "assign", "exp", "fill", "mul", "sum"]);
    w.dispose();
    count.dispose();
  });
});
