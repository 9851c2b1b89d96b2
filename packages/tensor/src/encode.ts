// A planned program as the flat list of doubles that the native executor takes.
// Every integer in it is exact; native/src/program/decode.cpp is the other side.

import { graphDims } from "./canonical.js";
import { dtypes } from "./dtype.js";
import { TensorError } from "./errors.js";
import type { Dim, Size } from "./extent.js";
import type { Graph } from "./graph.js";
import { findOperation, nativeCall } from "./operation.js";
import type { Plan, Storage } from "./plan.js";
import type { TensorType } from "./type.js";

const magic = 0x52535031;
const version = 1;
const storageCode = { arena: 0, input: 1, slot: 2, constant: 3 } as const;

/** @param kernels the executor's operations; the place of a name is its opcode. */
export function encode(graph: Graph, plan: Plan, kernels: readonly string[]): Float64Array {
  const opcodes = new Map(kernels.map((name, opcode) => [name, opcode]));
  const dims = graphDims(graph);
  const places = new Map(dims.map((d, i) => [d, i]));
  const inputOf = new Map(graph.inputs.map(({ value }, i) => [value, i]));
  const words: number[] = [magic, version];

  words.push(dims.length, ...dims.flatMap((d) => [d.min, d.max]));
  words.push(graph.constants.length, ...graph.constants.map((c) => c.constant.bytes.byteLength));
  words.push(graph.slots.length, ...plan.writable.map(Number));
  words.push(plan.arena.bytes, graph.values.length);
  for (const [id, type] of graph.values.entries()) {
    words.push(dtypes.indexOf(type.dtype), type.shape.length);
    for (const size of type.shape) pushSize(words, size, places);
    pushStorage(words, plan.storage[id] as Storage, inputOf.get(id));
  }
  words.push(plan.steps.length);
  for (const node of plan.steps) {
    const types = (ids: readonly number[]) => ids.map((id) => graph.values[id] as TensorType);
    const operation = findOperation(node.operation);
    const call = nativeCall(operation, node.attrs, types(node.inputs), types(node.outputs));
    const opcode = opcodes.get(call.name);
    if (opcode === undefined) {
      throw new TensorError(
        "ERR_UNKNOWN_OPERATION",
        `${node.operation}${node.scope && ` in ${node.scope}`} runs on the kernel "${call.name}", ` +
          "which this build of @ryanstream/native-kernels doesn't have; the versions of the packages must match",
      );
    }
    words.push(opcode, node.inputs.length, ...node.inputs);
    words.push(node.outputs.length, ...node.outputs, call.attrs.length, ...call.attrs);
  }
  words.push(graph.outputs.length, ...graph.outputs.map((o) => o.value));
  return Float64Array.from(words);
}

function pushSize(words: number[], size: Size, places: ReadonlyMap<Dim, number>): void {
  if (typeof size === "number") {
    words.push(1, size, 0);
    return;
  }
  words.push(size.terms.length);
  for (const { coefficient, dims } of size.terms) {
    words.push(coefficient, dims.length, ...dims.map((d) => places.get(d) as number));
  }
}

function pushStorage(words: number[], storage: Storage, input: number | undefined): void {
  switch (storage.kind) {
    case "arena":
      if (input === undefined) words.push(storageCode.arena);
      else words.push(storageCode.input, input);
      words.push(storage.offset, storage.bytes);
      break;
    case "slot":
      words.push(storageCode.slot, storage.slot);
      break;
    case "constant":
      words.push(storageCode.constant, storage.constant);
      break;
    default:
      storage satisfies never;
  }
}
