// A symbol taken from a slot means the content that the slot had then. Where such
// a version is read after its slot was overwritten, it is copied just before.

import type { Graph, GraphNode } from "../graph.js";
import { findOperation } from "../operation.js";
import { copyOperationName } from "../operations/assign.js";
import type { TensorType } from "../type.js";

export function preserveVersions(graph: Graph): Graph {
  const overwrittenAt = new Map<number, number>(); // version of a slot to node index
  for (const [i, node] of graph.nodes.entries()) {
    for (const id of node.updates) overwrittenAt.set(id, i);
  }
  if (overwrittenAt.size === 0) return graph;

  const values: TensorType[] = [...graph.values];
  const copies = new Map<number, number>(); // value in a slot's memory to its copy
  const insertions = new Map<number, GraphNode[]>(); // by the index of the overwriting node
  // The version whose memory a value lies in: itself, or what it is an alias of.
  const version = new Map<number, number>([...overwrittenAt.keys()].map((id) => [id, id]));

  const readAt = (id: number, position: number): number => {
    const root = version.get(id);
    const end = root === undefined ? undefined : overwrittenAt.get(root);
    if (end === undefined || position < end) return id;
    let copy = copies.get(id);
    if (copy === undefined) {
      copy = values.push(values[id] as TensorType) - 1;
      copies.set(id, copy);
      const node: GraphNode = {
        operation: copyOperationName,
        inputs: [id],
        updates: [],
        outputs: [copy],
        attrs: {},
        scope: graph.nodes[end]?.scope ?? "",
      };
      insertions.set(end, [...(insertions.get(end) ?? []), node]);
    }
    return copy;
  };

  const nodes = graph.nodes.map((node, i) => {
    const inputs = node.inputs.map((id) => readAt(id, i));
    const root = version.get(inputs[0] ?? -1);
    if (root !== undefined && findOperation(node.operation).alias) {
      version.set(node.outputs[0] as number, root);
    }
    return { ...node, inputs };
  });
  const end = graph.nodes.length;
  const outputs = graph.outputs.map((o) => ({ ...o, value: readAt(o.value, end) }));
  return {
    ...graph,
    values,
    nodes: nodes.flatMap((node, i) => [...(insertions.get(i) ?? []), node]),
    outputs,
  };
}
