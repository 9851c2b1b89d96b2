// Operations that stretch their inputs themselves needn't have it done for them:
// the stretched copy, common in the gradients of sums and means, is never made.

import type { Graph, GraphNode } from "../graph.js";
import { findOperation } from "../operation.js";
import { broadcast, sameShape } from "../shape.js";
import type { TensorType } from "../type.js";

/** Leaves the operations that it makes useless to the elimination of dead code. */
export function absorbBroadcasts(graph: Graph): Graph {
  const stretchedFrom = new Map<number, number>();
  const shapeOf = (id: number) => (graph.values[id] as TensorType).shape;
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.operation === "broadcast_to") {
      const of = node.inputs[0] as number;
      stretchedFrom.set(node.outputs[0] as number, stretchedFrom.get(of) ?? of);
    }
    if (!findOperation(node.operation).broadcasts) return node;
    const out = shapeOf(node.outputs[0] as number);
    const inputs = [...node.inputs];
    for (const [i, id] of node.inputs.entries()) {
      const small = stretchedFrom.get(id);
      if (small === undefined) continue;
      const shapes = inputs.map((other, k) => shapeOf(k === i ? small : other));
      if (sameShape(shapes.reduce(broadcast), out)) inputs[i] = small;
    }
    return { ...node, inputs };
  });
  return { ...graph, nodes };
}
