// What running a step a second time costs: counted from its operations and bytes, or
// measured. Equal operations on equal shapes get one figure, the median of all
// their measurements, so that equal layers have equal plans.

import { type Cost, describeType, type GraphNode, type Program } from "@ryanstream/tensor";

export interface StepCosts {
  /** For each step: nanoseconds if measured, else counted operations and bytes as one number. */
  readonly cost: readonly number[];
  /** A few operations for each element, as of norms and activations; no products of matrices. */
  readonly isCheap: readonly boolean[];
  readonly unit: "ns" | "counted";
  /** Of the whole program. */
  readonly total: number;
}

/** How many floating point operations take as long as moving a byte, for counted costs. */
export const operationsPerByte = 8;
const cheapOperations = 16; // for each element that is made

/** @param nanoseconds runs of the program, each with the time of every step. */
export function stepCosts(
  program: Pick<Program, "graph" | "plan">,
  counted: Cost,
  nanoseconds: readonly (readonly number[])[],
): StepCosts {
  const { steps } = program.plan;
  const isCheap = steps.map((node, i) => {
    const row = counted.rows[i];
    const written = row?.bytesWritten ?? 0;
    return node.updates.length === 0 && (row?.flops ?? 0) <= cheapOperations * (written / 4);
  });
  if (nanoseconds.length === 0) {
    const cost = counted.rows.map(
      (r) => r.flops + operationsPerByte * (r.bytesRead + r.bytesWritten),
    );
    return { cost, isCheap, unit: "counted", total: sum(cost) };
  }
  const alike = new Map<string, number[]>();
  const keys = steps.map((node) => signature(program.graph, node));
  for (const [i, key] of keys.entries()) {
    const all = alike.get(key) ?? [];
    for (const run of nanoseconds) all.push(run[i] ?? 0);
    alike.set(key, all);
  }
  const medians = new Map([...alike].map(([key, all]) => [key, median(all)]));
  const cost = keys.map((key) => medians.get(key) ?? 0);
  return { cost, isCheap, unit: "ns", total: sum(cost) };
}

/** Equal for steps that do the same on values of the same types. */
export function signature(graph: Program["graph"], node: GraphNode): string {
  const types = (ids: readonly number[]) =>
    ids.map((id) => describeType(graph.values[id] as Program["graph"]["values"][number]));
  const attrs = Object.entries(node.attrs).map(([name, value]) => `${name}=${String(value)}`);
  return `${node.operation}(${types(node.inputs)}){${attrs}}:${types(node.outputs)}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
