// Leaves out values, slots and constants that nothing uses and numbers the rest in
// order of appearance, so that equal programs have equal numbers and equal hashes.

import type { Graph } from "../graph.js";
import type { TensorType } from "../type.js";

export function renumber(graph: Graph): Graph {
  const used = new Set(graph.outputs.map((o) => o.value));
  for (const node of graph.nodes) {
    for (const id of [...node.inputs, ...node.updates]) used.add(id);
  }
  const values: TensorType[] = [];
  const numbers = new Map<number, number>();
  const number = (id: number): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    numbers.set(id, values.length);
    return values.push(graph.values[id] as TensorType) - 1;
  };
  const inputs = graph.inputs.map((i) => ({ ...i, value: number(i.value) }));
  const slots = graph.slots
    .filter((s) => used.has(s.value))
    .map((s) => ({ ...s, value: number(s.value) }));
  const constants = graph.constants
    .filter((c) => used.has(c.value))
    .map((c) => ({ ...c, value: number(c.value) }));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(number),
    updates: node.updates.map(number),
    outputs: node.outputs.map(number),
  }));
  return {
    values,
    inputs,
    slots,
    constants,
    nodes,
    outputs: graph.outputs.map((o) => ({ ...o, value: number(o.value) })),
    single: graph.single,
    names: new Map(
      [...graph.names].filter(([, id]) => numbers.has(id)).map(([n, id]) => [n, number(id)]),
    ),
  };
}
