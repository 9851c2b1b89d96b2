// The obvious interpreter: every primitive on arrays of doubles, one loop each. It
// proves adjoints without native code, and is what native runs are compared with.

import type { Graph, GraphNode, Program, TensorType } from "../../src/index.js";
import { evaluate } from "../../src/shape.js";
import { kernels } from "./reference-kernels.js";

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Values = Record<string, ArrayLike<number>>;

/**
 * @param slots contents by name; operations that update a slot change the record.
 * @returns the outputs by name (`result` for a single one).
 */
export function interpret(
  program: Pick<Program, "graph">,
  inputs: Values,
  dims: Record<string, number> = {},
  slots: Record<string, Float64Array> = {},
): Record<string, Float64Array> {
  const values = interpretAll(program.graph, inputs, dims, slots);
  return Object.fromEntries(
    program.graph.outputs.map((o) => [o.name, (values[o.value] as Tensor).data.slice()]),
  );
}

export function interpretAll(
  graph: Graph,
  inputs: Values,
  dims: Record<string, number>,
  slots: Record<string, Float64Array>,
): Tensor[] {
  const shapeOf = (id: number) => concrete(graph.values[id] as TensorType, dims);
  const values: Tensor[] = [];
  const put = (id: number, data: ArrayLike<number>) => {
    const shape = shapeOf(id);
    const count = shape.reduce((n, s) => n * s, 1);
    if (data.length !== count) throw new Error(`value ${id}: ${data.length} of ${count} elements`);
    values[id] = { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
  };
  for (const { name, value } of graph.inputs) put(value, inputs[name] as ArrayLike<number>);
  // Slots are places: reading one later sees what was written meanwhile.
  for (const { slot, value } of graph.slots) put(value, slots[slot.name] as Float64Array);
  for (const { constant, value } of graph.constants) {
    put(value, typed(constant.dtype, constant.bytes));
  }
  for (const node of graph.nodes) run(node, values, put, shapeOf);
  return values;
}

function run(
  node: GraphNode,
  values: Tensor[],
  put: (id: number, data: ArrayLike<number>) => void,
  shapeOf: (id: number) => number[],
): void {
  const inputs = node.inputs.map((id) => values[id] as Tensor);
  if (node.operation === "assign") {
    const place = (values[node.updates[0] as number] as Tensor).data;
    place.set((inputs[0] as Tensor).data);
    put(node.outputs[0] as number, place);
    return;
  }
  const kernel = kernels[node.operation];
  if (kernel === undefined) throw new Error(`the reference lacks ${node.operation}`);
  const outputs = kernel(inputs, node.outputs.map(shapeOf), node.attrs as never);
  for (const [i, id] of node.outputs.entries()) put(id, outputs[i] as Float64Array);
}

function concrete(type: TensorType, dims: Record<string, number>): number[] {
  return type.shape.map((s) => evaluate(s, (d) => dims[d.name] ?? d.max));
}

function typed(dtype: string, bytes: Uint8Array): ArrayLike<number> {
  const copy = bytes.slice().buffer;
  if (dtype === "f32") return new Float32Array(copy);
  if (dtype === "i32") return new Int32Array(copy);
  throw new Error(`the reference has no constants of ${dtype}`);
}
