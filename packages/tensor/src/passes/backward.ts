// Which part of a program is the backward pass: what grad() made, by its scope, and
// everything that reads it, down to the updates of parameters.

import type { Graph, GraphNode } from "../graph.js";

/** The nodes made by `grad()` and those that depend on them. */
export function backwardNodes(graph: Graph): ReadonlySet<GraphNode> {
  const backward = new Set<GraphNode>();
  const made = new Set<number>();
  for (const node of graph.nodes) {
    const reads = [...node.inputs, ...node.updates];
    if (!isGradScope(node.scope) && !reads.some((id) => made.has(id))) continue;
    backward.add(node);
    for (const id of node.outputs) made.add(id);
  }
  return backward;
}

function isGradScope(scope: string): boolean {
  return scope === "grad" || scope.startsWith("grad.");
}
