// Makes values of the forward pass a second time in the backward pass instead of
// holding them from the one to the other. The copies of operations give the same
// bits, each right before the first operation that needs it, so that what is
// made again lives as short as it can.

import type { Graph, GraphNode } from "../graph.js";
import { findOperation } from "../operation.js";
import type { TensorType } from "../type.js";
import { backwardNodes } from "./backward.js";

/**
 * A graph whose backward pass reads values computed again.
 *
 * @param dropped values of the forward pass that the backward pass may not read from memory. What is made again
 *   from others reads those, and these too are made again if they are dropped, else they are held until then. An
 *   alias goes with what it is an alias of.
 */
export function recompute(graph: Graph, dropped: ReadonlySet<number>): Graph {
  if (dropped.size === 0) return graph;
  const backward = backwardNodes(graph);
  const again = new Again(graph, dropped, backward);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (!backward.has(node)) {
      nodes.push(node);
      continue;
    }
    for (const id of node.inputs) nodes.push(...again.make(id));
    nodes.push({ ...node, inputs: node.inputs.map((id) => again.valueOf(id)) });
  }
  return { ...graph, values: again.values, nodes: updateAfterReads({ ...graph, nodes }) };
}

class Again {
  readonly values: TensorType[];
  readonly #producers = new Map<number, GraphNode>();
  readonly #dropped: Set<number>;
  readonly #copies = new Map<number, number>();

  constructor(graph: Graph, dropped: ReadonlySet<number>, backward: ReadonlySet<GraphNode>) {
    this.values = [...graph.values];
    this.#dropped = new Set(dropped);
    for (const node of graph.nodes) {
      if (backward.has(node) || node.updates.length > 0) continue;
      const aliases = findOperation(node.operation).alias === true;
      for (const id of node.outputs) {
        this.#producers.set(id, node);
        if (aliases && this.#dropped.has(node.inputs[0] as number)) this.#dropped.add(id);
      }
    }
  }

  /** The value that stands for `id` in the backward pass. */
  valueOf(id: number): number {
    return this.#copies.get(id) ?? id;
  }

  /** The operations that have to run before `id` can be read, in order. */
  make(id: number): GraphNode[] {
    const order: GraphNode[] = [];
    const open = [id]; // rather than recursion: chains are deep
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const node = this.#dropped.has(at) ? this.#producers.get(at) : undefined;
      if (node === undefined || this.#copies.has(at)) {
        open.pop();
        continue;
      }
      const source = this.#lighter(node) ?? node;
      const missing = source.inputs.filter((i) => this.#isMissing(i));
      if (missing.length > 0) {
        open.push(...missing.reverse());
        continue;
      }
      order.push(this.#copy(source));
    }
    return order;
  }

  #isMissing(id: number): boolean {
    return this.#dropped.has(id) && this.#producers.has(id) && !this.#copies.has(id);
  }

  /** An operation that makes all of the node's dropped outputs from one that is kept. */
  #lighter(node: GraphNode): GraphNode | undefined {
    const rule = findOperation(node.operation).remake?.(node.attrs);
    if (rule === undefined) return undefined;
    const read = rule.reads.map(
      (r) => ("output" in r ? node.outputs[r.output] : node.inputs[r.input]) as number,
    );
    const makes = rule.makes.map((i) => node.outputs[i] as number);
    const held = rule.reads.every(
      (r, i) => !("output" in r) || !this.#dropped.has(read[i] as number),
    );
    const all = node.outputs.every((id) => !this.#dropped.has(id) || makes.includes(id));
    if (!held || !all) return undefined;
    const { operation, attrs } = rule;
    return { operation, attrs, inputs: read, updates: [], outputs: makes, scope: node.scope };
  }

  #copy(node: GraphNode): GraphNode {
    const outputs = node.outputs.map((id) => {
      const copy = this.values.push(this.values[id] as TensorType) - 1;
      if (this.#dropped.has(id)) this.#copies.set(id, copy);
      return copy;
    });
    const scope = ["recompute", ...(node.scope === "" ? [] : [node.scope])].join(".");
    return { ...node, inputs: node.inputs.map((id) => this.valueOf(id)), outputs, scope };
  }
}

// A copied operation may read a parameter that the step has by then updated. It
// depends on nothing that was updated, so the update, and what depends on it, can
// wait for it.
function updateAfterReads({ nodes }: Graph): GraphNode[] {
  const version = new Map<number, number>(); // alias to the value whose memory it shares
  const root = (id: number) => version.get(id) ?? id;
  const readers = new Map<number, number>(); // value to how many nodes still have to read it
  for (const node of nodes) {
    const of = node.inputs[0] as number;
    if (findOperation(node.operation).alias) version.set(node.outputs[0] as number, root(of));
    for (const id of node.inputs) readers.set(root(id), (readers.get(root(id)) ?? 0) + 1);
  }
  const order: GraphNode[] = [];
  const waiting: GraphNode[] = [];
  const late = new Set<number>(); // outputs of what waits
  const ready = (node: GraphNode) =>
    ![...node.inputs, ...node.updates].some((id) => late.has(id)) &&
    node.updates.every((id) => {
      const own = node.inputs.filter((i) => root(i) === id).length;
      return (readers.get(id) ?? 0) === own;
    });
  const run = (node: GraphNode) => {
    order.push(node);
    for (const id of node.outputs) late.delete(id);
    for (const id of node.inputs) readers.set(root(id), (readers.get(root(id)) ?? 0) - 1);
  };
  for (const node of nodes) {
    if (!ready(node)) {
      waiting.push(node);
      for (const id of node.outputs) late.add(id);
      continue;
    }
    run(node);
    for (let i = 0; i < waiting.length; i++) {
      const next = waiting[i] as GraphNode;
      if (!ready(next)) continue;
      waiting.splice(i, 1);
      run(next);
      i = -1;
    }
  }
  return [...order, ...waiting];
}
