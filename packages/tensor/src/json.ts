// Programs as JSON: a version, names, types, operations; no weights. The text is
// canonical, so its hash names the program: ranks compare it before they start.

import { createHash } from "node:crypto";
import {
  attributesFromJson,
  attributesToJson,
  graphDims,
  type SizeJson,
  sizeFromJson,
  sizeToJson,
} from "./canonical.js";
import { Constant } from "./constant.js";
import { type DType, isDType } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import { Dim } from "./extent.js";
import type { Graph, GraphNode } from "./graph.js";
import { findOperation } from "./operation.js";
import { slotFault } from "./passes/slots.js";
import type { Slot } from "./slot.js";
import { describeType, sameType, type TensorType, tensorType } from "./type.js";

export const jsonVersion = 1;

export interface ProgramJson {
  readonly format: "ryanstream-program";
  readonly version: number;
  readonly dims: readonly { name: string; min: number; max: number }[];
  readonly values: readonly { dtype: DType; shape: SizeJson[] }[];
  readonly inputs: readonly { name: string; value: number }[];
  readonly slots: readonly { name: string; kind: string; value: number }[];
  readonly constants: readonly { value: number; base64: string }[];
  readonly nodes: readonly {
    operation: string;
    inputs: readonly number[];
    updates?: readonly number[];
    outputs: readonly number[];
    attrs: Record<string, unknown>;
    scope: string;
  }[];
  readonly outputs: readonly { name: string; value: number }[];
  readonly single: boolean;
  readonly names: readonly (readonly [string, number])[];
}

export function graphToJson(graph: Graph): ProgramJson {
  const dims = graphDims(graph);
  return {
    format: "ryanstream-program",
    version: jsonVersion,
    dims: dims.map(({ name, min, max }) => ({ name, min, max })),
    values: graph.values.map(({ dtype, shape }) => ({
      dtype,
      shape: shape.map((s) => sizeToJson(s, dims)),
    })),
    inputs: graph.inputs.map(({ name, value }) => ({ name, value })),
    slots: graph.slots.map(({ slot, value }) => ({ name: slot.name, kind: slot.kind, value })),
    constants: graph.constants.map(({ constant, value }) => ({
      value,
      base64: Buffer.from(constant.bytes).toString("base64"),
    })),
    nodes: graph.nodes.map((n) => ({
      operation: n.operation,
      inputs: n.inputs,
      ...(n.updates.length > 0 && { updates: n.updates }),
      outputs: n.outputs,
      attrs: attributesToJson(n.attrs, dims),
      scope: n.scope,
    })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, value })),
    single: graph.single,
    names: [...graph.names].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

export function hashOf(json: ProgramJson): string {
  return createHash("sha256").update(JSON.stringify(json)).digest("hex");
}

/**
 * @param slots what the program's parameters and state are bound to, by name.
 * @throws {@link TensorError} ERR_JSON, or what an operation says of its inputs.
 */
export function graphFromJson(json: ProgramJson, slots: Readonly<Record<string, Slot>>): Graph {
  try {
    return read(json, slots);
  } catch (error) {
    if (error instanceof TensorError) throw error;
    // A part of the wrong kind, which something stumbled over.
    throw new TensorError("ERR_JSON", `program JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function read(json: ProgramJson, slots: Readonly<Record<string, Slot>>): Graph {
  check(json?.format === "ryanstream-program", "this is not a program");
  check(
    json.version === jsonVersion,
    `expected version ${jsonVersion}, found ${json.version}; it was written by another release`,
  );
  for (const key of [
    "dims",
    "values",
    "inputs",
    "slots",
    "constants",
    "nodes",
    "outputs",
    "names",
  ]) {
    check(Array.isArray(json[key as keyof ProgramJson]), `${key} is not a list`);
  }
  const dims = json.dims.map((d) => new Dim(String(d.name), d));
  const values = json.values.map((v, i) => {
    check(isDType(v?.dtype) && Array.isArray(v.shape), `values[${i}] has no dtype or no shape`);
    return tensorType(
      v.dtype,
      v.shape.map((s) => sizeFromJson(s, dims)),
    );
  });
  const defined = new Set<number>();
  const define = (value: number, where: string): TensorType => {
    const type = values[value];
    check(type !== undefined && !defined.has(value), `${where} defines value ${value} wrongly`);
    defined.add(value);
    return type as TensorType;
  };
  const use = (value: number, where: string): TensorType => {
    check(defined.has(value), `${where} uses value ${value} before it is defined`);
    return values[value] as TensorType;
  };

  for (const i of json.inputs) define(i.value, `input ${i.name}`);
  const bound = json.slots.map(({ name, value }) => {
    const slot = Object.hasOwn(slots, name) ? slots[name] : undefined;
    ensure(slot !== undefined, "ERR_SLOT_UNBOUND", () => {
      const names = json.slots.map((s) => s.name).join(", ");
      return `the program needs a parameter or state called "${name}"; it uses ${names}`;
    });
    const type = define(value, `slot ${name}`);
    ensure(
      sameType(slot, type),
      "ERR_SHAPE",
      () => `slot ${name}: expected ${describeType(type)}, found ${describeType(slot)}`,
    );
    return { slot, value };
  });
  const constants = json.constants.map(({ value, base64 }, i) => ({
    constant: new Constant(
      define(value, `constants[${i}]`),
      new Uint8Array(Buffer.from(String(base64), "base64")),
    ),
    value,
  }));
  const nodes = json.nodes.map((n, i): GraphNode => {
    const where = `nodes[${i}] (${n.operation})`;
    check(Array.isArray(n.inputs) && Array.isArray(n.outputs), `${where} lists no values`);
    const operation = findOperation(n.operation);
    const updates = n.updates ?? [];
    const attrs = attributesFromJson(n.attrs ?? {}, dims);
    check(updates.length === (operation.updates ?? 0), `${where} updates the wrong slots`);
    const before = updates.map((id) => use(id, where));
    const types = [
      ...before,
      ...operation.infer(
        n.inputs.map((id) => use(id, where)),
        attrs,
        before,
      ),
    ];
    check(types.length === n.outputs.length, `${where} has ${n.outputs.length} outputs`);
    for (const [o, id] of n.outputs.entries()) {
      const declared = define(id, where);
      const inferred = types[o] as TensorType;
      check(
        sameType(declared, inferred),
        `${where}: expected ${describeType(inferred)}, found ${describeType(declared)}`,
      );
    }
    const { inputs, outputs } = n;
    return { operation: n.operation, inputs, updates, outputs, attrs, scope: String(n.scope) };
  });
  for (const o of json.outputs) use(o.value, `output ${o.name}`);
  for (const [name, id] of json.names) use(id, `name ${name}`);
  check(defined.size === values.length, "some values are never defined");
  const { inputs, outputs } = json;
  const names = new Map(json.names);
  const single = !!json.single;
  const graph: Graph = { values, inputs, slots: bound, constants, nodes, outputs, single, names };
  const fault = slotFault(graph);
  check(fault === undefined, `${fault}`);
  return graph;
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TensorError("ERR_JSON", `program JSON: ${message}`);
}
