// From a function to a program: it is called twice on fresh symbols, and both
// traces must be the same, since whatever differs was read from outside.

import { canonicalAttributes } from "./canonical.js";
import { Constant } from "./constant.js";
import { TensorError } from "./errors.js";
import type { Graph, GraphNode } from "./graph.js";
import { graphToJson, hashOf } from "./json.js";
import { simplify } from "./passes/index.js";
import { type InputSpecs, Program, type ResultArrays, type Returned } from "./program.js";
import { Slot } from "./slot.js";
import { Sym } from "./symbol.js";
import { type Operand, Trace, withTrace } from "./trace.js";
import { describeType, type Spec } from "./type.js";

/** The symbols that a traced function gets for its inputs. */
export type InputSymbols<I extends InputSpecs> = {
  readonly [K in keyof I]: I[K] extends Spec<infer D> ? Sym<D> : never;
};

/**
 * Traces `fn` and plans the program that it describes. Nothing native is needed
 * until it runs.
 *
 * @example
 * const rows = dim("rows", { max: 512 });
 * const double = program({ x: f32(rows, 4) }, ({ x }) => mul(x, 2));
 * const y = await double.run({ x: new Float32Array(8) }); // rows = 2
 *
 * @throws {@link TensorError} ERR_TRACE_IMPURE if calling `fn` twice gives two programs.
 */
export function program<I extends InputSpecs, R extends Returned>(
  inputs: I,
  fn: (inputs: InputSymbols<I>) => R,
): Program<I, R> {
  const [first, rawFirst] = trace(inputs, fn);
  const [second, rawSecond] = trace(inputs, fn);
  const sameSlots = first.slots.every((s, i) => s.slot === second.slots[i]?.slot);
  const traced = new Program<I, R>(first);
  if (!sameSlots || traced.hash !== hashOf(graphToJson(second))) {
    throw new TensorError(
      "ERR_TRACE_IMPURE",
      `the function made two different programs when it was traced twice: ${difference(rawFirst, rawSecond)}. ` +
        "It may depend only on its inputs and on things that stay the same",
    );
  }
  return traced;
}

/** Runs a program of no inputs once: eager use, for trying things out and for tests. */
export async function evaluate<R extends Returned>(
  fn: () => R,
  options: { signal?: AbortSignal } = {},
): Promise<ResultArrays<R>> {
  const once = new Program<Record<never, never>, R>(trace({}, fn)[0]);
  try {
    return await once.run({}, options);
  } finally {
    once.dispose();
  }
}

function trace<I extends InputSpecs, R extends Returned>(
  inputs: I,
  fn: (inputs: InputSymbols<I>) => R,
): [simplified: Graph, raw: Graph] {
  if (fn.constructor.name === "AsyncFunction") refuseAsync();
  const open = new Trace();
  withTrace(open, () => {
    const symbols = Object.entries(inputs).map(([name, spec]) => [name, open.addInput(name, spec)]);
    const returned = fn(Object.fromEntries(symbols) as InputSymbols<I>);
    if (typeof (returned as { then?: unknown } | undefined)?.then === "function") {
      Promise.resolve(returned).catch(() => {}); // its own failure would hide this one
      refuseAsync();
    }
    takeOutputs(open, returned);
  });
  return [simplify(open.graph, open.replaced), open.graph];
}

function takeOutputs(open: Trace, returned: Returned): void {
  if (returned === undefined) return;
  if (returned instanceof Sym || returned instanceof Slot || returned instanceof Constant) {
    open.setSingle(true);
    open.addOutput("result", returned);
    return;
  }
  if (typeof returned !== "object" || returned === null) {
    throw new TensorError(
      "ERR_OUTPUT",
      `expected the function to return a symbol or a record of symbols, found ${typeof returned}`,
    );
  }
  for (const [name, value] of Object.entries(returned as Record<string, Operand>)) {
    open.addOutput(name, value);
  }
}

function refuseAsync(): never {
  throw new TensorError(
    "ERR_TRACE_ASYNC",
    "a traced function can't be async: its trace closes when it returns. Await what it needs before program()",
  );
}

function difference(a: Graph, b: Graph): string {
  for (const [i, node] of a.nodes.entries()) {
    const other = b.nodes[i];
    if (other === undefined) return `the second lacks operation ${i}, ${describe(a, node)}`;
    if (describe(a, node) !== describe(b, other)) {
      return `operation ${i} is ${describe(a, node)} and then ${describe(b, other)}`;
    }
  }
  const extra = b.nodes[a.nodes.length];
  if (extra !== undefined) return `the second adds ${describe(b, extra)}`;
  const slot = a.slots.find((s, i) => s.slot !== b.slots[i]?.slot)?.slot;
  if (slot !== undefined)
    return `${slot.kind} "${slot.name}" is made anew each time; make it once, outside`;
  const changed = a.constants.some((c, i) => c.constant.sha256 !== b.constants[i]?.constant.sha256);
  return changed ? "a constant has other content" : "their results have other names or order";
}

function describe(graph: Graph, node: GraphNode): string {
  const types = node.outputs.map((id) => describeType(graph.values[id] as Spec));
  const attrs = canonicalAttributes(node.attrs);
  const call = `${node.operation}(${node.inputs.map((id) => `%${id}`)})${attrs && ` {${attrs}}`}`;
  return `${call}: ${types}${node.scope && ` in ${node.scope}`}`;
}
