// A program as text that reads like code, with where each value lies.

import { graphDims } from "./canonical.js";
import type { Graph, GraphNode } from "./graph.js";
import { type Attribute, findOperation } from "./operation.js";
import type { Plan } from "./plan.js";
import { describeType, type TensorType } from "./type.js";

export function printGraph(graph: Graph, plan: Plan, hash: string): string {
  const label = labels(graph);
  const type = (id: number) => describeType(graph.values[id] as TensorType);
  const ref = (id: number) => label.get(id) ?? `%${id}`;
  const dims = graphDims(graph).map((d) => `${d.name}: ${d.min}..${d.max}`);
  const names = new Map([...graph.names].map(([name, id]) => [id, name]));

  const lines = [`program ${hash.slice(0, 12)} (${dims.join(", ")})`];
  for (const { name, value } of graph.inputs) {
    lines.push(`  input %${name}: ${type(value)}${place(plan, value)}`);
  }
  for (const [i, { slot, value }] of graph.slots.entries()) {
    const note = plan.writable[i] ? " (updated)" : "";
    lines.push(`  ${slot.kind} ${ref(value)}: ${type(value)}${note}`);
  }
  for (const { constant, value } of graph.constants) {
    lines.push(`  constant ${ref(value)}: ${type(value)} = sha256:${constant.sha256.slice(0, 12)}`);
  }
  for (const node of graph.nodes) {
    const aliased = findOperation(node.operation).alias === true;
    const outputs = node.outputs.map((id) => {
      return `${ref(id)}: ${type(id)}${aliased ? "" : place(plan, id)}`;
    });
    const inputs = [...node.updates.map((id) => `&${ref(id)}`), ...node.inputs.map(ref)];
    const note = node.outputs.flatMap((id) => names.get(id) ?? []).join(", ") || node.scope;
    lines.push(
      `  ${outputs.join(", ")} = ${node.operation}(${inputs.join(", ")})` +
        `${attributes(node)}${note && `  // ${note}`}`,
    );
  }
  const results = graph.outputs.map((o) => (graph.single ? "" : `${o.name}: `) + ref(o.value));
  lines.push(`  return ${graph.single ? results.join("") : `{ ${results.join(", ")} }`}`);
  const { bytes, lowerBoundBytes } = plan.arena;
  lines.push(`arena ${bytes} bytes, at least ${lowerBoundBytes} live at once`);
  return lines.join("\n");
}

function labels(graph: Graph): Map<number, string> {
  return new Map([
    ...graph.inputs.map((i) => [i.value, `%${i.name}`] as const),
    ...graph.slots.map((s) => [s.value, s.slot.name] as const),
  ]);
}

function place(plan: Plan, id: number): string {
  const storage = plan.storage[id];
  if (storage?.kind !== "arena") return "";
  return ` @${storage.offset}+${storage.bytes}`;
}

// The shape is in the type already; flags that are off say nothing.
function attributes(node: GraphNode): string {
  const shown = Object.entries(node.attrs)
    .filter(([name, value]) => name !== "shape" && value !== false)
    .map(([name, value]) => (value === true ? name : `${name}=${text(value)}`));
  return shown.length === 0 ? "" : ` {${shown.join(", ")}}`;
}

function text(value: Attribute): string {
  return typeof value === "object" ? `[${value.map(String)}]` : String(value);
}
