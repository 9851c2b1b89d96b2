// Moves each update of a slot up to where its inputs are ready and the old content
// has been read for the last time. A gradient then dies as soon as its parameter is
// updated, while it is still in the cache, instead of living to the end of the step.

import type { Graph } from "../graph.js";
import { findOperation } from "../operation.js";

export function hoistUpdates(graph: Graph): Graph {
  const { nodes } = graph;
  if (!nodes.some((n) => n.updates.length > 0)) return graph;
  const { readers, end } = readersOfVersions(graph);
  const place = new Map<number, number>(); // value to the place of its producer
  const places: number[] = [];
  for (const [i, node] of nodes.entries()) {
    const at = node.updates.length === 0 ? i : earliest(i);
    for (const id of node.outputs) place.set(id, at);
    places.push(at);
  }

  function earliest(i: number): number {
    const node = nodes[i] as Graph["nodes"][number];
    const others = node.updates.flatMap((id) => (readers.get(id) ?? []).filter((r) => r !== i));
    // A version that is read after its end is copied there; the copy stays where it is.
    if (others.some((r) => r > i) || node.updates.some((id) => end.has(id))) return i;
    const made = [...node.inputs, ...node.updates].map((id) => place.get(id) ?? -1);
    return Math.max(-1, ...made, ...others.map((r) => places[r] as number));
  }

  // What was moved to a place follows what was there, in the order of before.
  const moved = (i: number) => Number(places[i] !== i);
  const order = [...nodes.keys()].sort(
    (a, b) => (places[a] as number) - (places[b] as number) || moved(a) - moved(b) || a - b,
  );
  return { ...graph, nodes: order.map((i) => nodes[i] as Graph["nodes"][number]) };
}

/** For each version of a slot the nodes that read its memory, and whether it is an output. */
function readersOfVersions(graph: Graph): { readers: Map<number, number[]>; end: Set<number> } {
  const root = new Map<number, number>();
  const readers = new Map<number, number[]>();
  for (const [i, node] of graph.nodes.entries()) {
    for (const id of node.inputs) {
      const version = root.get(id) ?? id;
      readers.set(version, [...(readers.get(version) ?? []), i]);
    }
    if (findOperation(node.operation).alias) {
      const [of] = node.inputs as [number];
      root.set(node.outputs[0] as number, root.get(of) ?? of);
    }
  }
  const end = new Set(graph.outputs.map((o) => root.get(o.value) ?? o.value));
  return { readers, end };
}
