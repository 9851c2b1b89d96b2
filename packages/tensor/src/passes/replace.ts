// Lets an adjoint's results stand in for the forward operation that it repeats.
// The users of the old value come to depend on an operation that was traced after
// them, so the order is made anew: stable, each operation after what it reads.

import type { Graph, GraphNode } from "../graph.js";

export function replaceValues(graph: Graph, replaced: ReadonlyMap<number, number>): Graph {
  if (replaced.size === 0) return graph;
  const producer = producers(graph.nodes);
  const accepted = new Map<number, number>();
  for (const [old, by] of replaced) {
    const source = producer.get(by);
    // The new value can't feed what it is computed from.
    if (source !== undefined && !reaches(source, old, producer)) accepted.set(old, by);
  }
  const target = (id: number) => accepted.get(id) ?? id;
  const nodes = graph.nodes.map((n) => ({ ...n, inputs: n.inputs.map(target) }));
  return {
    ...graph,
    nodes: inOrder(nodes),
    outputs: graph.outputs.map((o) => ({ ...o, value: target(o.value) })),
    names: new Map([...graph.names].map(([name, id]) => [name, target(id)])),
  };
}

function producers(nodes: readonly GraphNode[]): Map<number, GraphNode> {
  return new Map(nodes.flatMap((n) => n.outputs.map((id) => [id, n] as const)));
}

const reads = (node: GraphNode) => [...node.inputs, ...node.updates];

function reaches(from: GraphNode, value: number, producer: Map<number, GraphNode>): boolean {
  const seen = new Set<GraphNode>([from]);
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const id of reads(node)) {
      if (id === value) return true;
      const next = producer.get(id);
      if (next !== undefined && !seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  }
  return false;
}

// Depth first along the old order, without recursion: programs are deep.
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const producer = producers(nodes);
  const done = new Set<GraphNode>();
  const order: GraphNode[] = [];
  for (const root of nodes) {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const waiting = done.has(node)
        ? undefined
        : reads(node)
            .map((id) => producer.get(id))
            .find((n) => n !== undefined && !done.has(n));
      if (waiting !== undefined) {
        stack.push(waiting);
        continue;
      }
      stack.pop();
      if (!done.has(node)) order.push(node);
      done.add(node);
    }
  }
  return order;
}
