// Drops operations whose results nobody reads, and computes equal things once.
// Operations that update slots are roots and are never merged.

import { canonicalAttributes } from "../canonical.js";
import type { Graph, GraphNode } from "../graph.js";
import { describeType, maximumBytes } from "../type.js";

export function eliminateDead(graph: Graph): Graph {
  const live = new Set(graph.outputs.map((o) => o.value));
  const kept: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.updates.length === 0 && !node.outputs.some((id) => live.has(id))) continue;
    for (const id of [...node.inputs, ...node.updates]) live.add(id);
    kept.push(node);
  }
  return { ...graph, nodes: kept.reverse() };
}

export function mergeCommon(graph: Graph): Graph {
  const same = new Map<number, number>();
  const target = (id: number) => same.get(id) ?? id;
  const known = new Map<string, GraphNode>();
  const kept: GraphNode[] = [];
  for (const old of graph.nodes) {
    const node = { ...old, inputs: old.inputs.map(target), updates: old.updates.map(target) };
    if (node.updates.length > 0 || isLargeFilling(graph, node)) {
      kept.push(node);
      continue;
    }
    const types = node.outputs.map((id) => describeType(at(graph, id)));
    const key = `${node.operation}(${node.inputs})${canonicalAttributes(node.attrs)}${types}`;
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, node);
      kept.push(node);
    } else {
      for (const [i, id] of node.outputs.entries()) same.set(id, first.outputs[i] as number);
    }
  }
  return {
    ...graph,
    nodes: kept,
    outputs: graph.outputs.map((o) => ({ ...o, value: target(o.value) })),
    names: new Map([...graph.names].map(([name, id]) => [name, target(id)])),
  };
}

// Filling memory again is cheaper than holding it from its first use to its last.
function isLargeFilling(graph: Graph, node: GraphNode): boolean {
  return node.inputs.length === 0 && node.outputs.some((id) => maximumBytes(at(graph, id)) > 4096);
}

function at(graph: Graph, id: number) {
  return graph.values[id] as Graph["values"][number];
}
