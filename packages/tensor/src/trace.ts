// What a traced function did, in order: the values it named and the operations it
// called. Exactly one trace is open at a time, because a traced function is
// synchronous; a symbol belongs to the trace that made it and to no other.

import { Constant } from "./constant.js";
import { type DType, describeArray } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Graph, GraphNode, MutableGraph } from "./graph.js";
import type { Attributes, Operation } from "./operation.js";
import { Slot } from "./slot.js";
import { Sym } from "./symbol.js";
import { describeType, sameType, type TensorType, tensorType } from "./type.js";

/** What an operation takes: a symbol, or something that becomes one in a trace. */
export type Operand<D extends DType = DType> = Sym<D> | Slot<D> | Constant<D>;

let current: Trace | undefined;

export class Trace {
  readonly #graph: MutableGraph = {
    values: [],
    inputs: [],
    slots: [],
    constants: [],
    nodes: [],
    outputs: [],
    single: false,
    names: new Map(),
  };
  readonly #syms: Sym[] = [];
  readonly #versions = new Map<Slot, Sym>();
  readonly #constants = new Map<string, Sym>();
  readonly #replaced = new Map<number, number>();
  readonly #producer: (GraphNode | undefined)[] = [];
  #scopes: readonly string[] = [];

  get graph(): Graph {
    return this.#graph;
  }

  /** Values to be replaced by others once the function has returned. */
  get replaced(): ReadonlyMap<number, number> {
    return this.#replaced;
  }

  get scope(): string {
    return this.#scopes.join(".");
  }

  addInput<D extends DType>(name: string, type: TensorType<D>): Sym<D> {
    const sym = this.#value(type, undefined);
    this.#graph.inputs.push({ name, value: sym.id });
    return sym;
  }

  addOutput(name: string, operand: Operand): void {
    this.#graph.outputs.push({ name, value: this.symbol(operand).id });
  }

  setSingle(single: boolean): void {
    this.#graph.single = single;
  }

  /** The symbol that an operand is, at this point of the program. */
  symbol<D extends DType>(operand: Operand<D>): Sym<D> {
    if (operand instanceof Sym) {
      if (operand.trace !== this) {
        throw new TensorError(
          "ERR_FOREIGN_SYMBOL",
          `symbol ${operand.trace.labelOf(operand.id)} (${describeType(operand)}) belongs to another trace: ` +
            "a program may read only its inputs, parameters and state",
        );
      }
      return operand;
    }
    if (operand instanceof Slot) return this.#slot(operand);
    if (operand instanceof Constant) return this.#constant(operand);
    throw new TensorError(
      "ERR_INPUT",
      `expected a symbol, parameter, state or constant, found ${describeForeign(operand)}`,
    );
  }

  sym(id: number): Sym {
    return this.#syms[id] as Sym;
  }

  producer(id: number): GraphNode | undefined {
    return this.#producer[id];
  }

  call<A extends Attributes>(
    operation: Operation<A>,
    operands: readonly Operand[],
    attrs: A,
    updates: readonly Slot[],
  ): Sym[] {
    const inputs = operands.map((o) => this.symbol(o));
    ensure(
      updates.length === (operation.updates ?? 0) && new Set(updates).size === updates.length,
      "ERR_INPUT",
      () => `expected ${operation.updates ?? 0} different slots to update, found ${updates.length}`,
    );
    const before = updates.map((slot) => this.#slot(slot));
    const types = [...updates, ...operation.infer(inputs, attrs, before)];
    const node: GraphNode = {
      operation: operation.name,
      inputs: inputs.map((s) => s.id),
      updates: before.map((s) => s.id),
      outputs: [],
      attrs,
      scope: this.scope,
    };
    const outputs = types.map((type) => this.#value(type, node));
    (node as { outputs: readonly number[] }).outputs = outputs.map((s) => s.id);
    this.#graph.nodes.push(node);
    for (const [i, slot] of updates.entries()) this.#versions.set(slot, outputs[i] as Sym);
    return outputs;
  }

  replace(old: Sym, by: Sym): void {
    ensure(
      sameType(old, by),
      "ERR_ADJOINT",
      () => `a ${describeType(by)} can't replace a ${describeType(old)}`,
    );
    this.#replaced.set(old.id, by.id);
  }

  inScope<T>(names: readonly string[], replace: boolean, fn: () => T): T {
    const outer = this.#scopes;
    this.#scopes = replace ? names : [...outer, ...names];
    try {
      return fn();
    } finally {
      this.#scopes = outer;
    }
  }

  setName(name: string, sym: Sym): void {
    const full = [...this.#scopes, name].join(".");
    ensure(
      !this.#graph.names.has(full),
      "ERR_DUPLICATE_NAME",
      () => `two values are called "${full}"; put one of them in a scope()`,
    );
    this.#graph.names.set(full, sym.id);
  }

  labelOf(id: number): string {
    const input = this.#graph.inputs.find((i) => i.value === id);
    const slot = this.#graph.slots.find((s) => s.value === id)?.slot;
    const by = this.#producer[id];
    const from = by && ` from ${by.operation}${by.scope && ` in ${by.scope}`}`;
    return `%${input?.name ?? slot?.name ?? id}${from ?? ""}`;
  }

  #slot<D extends DType>(slot: Slot<D>): Sym<D> {
    const known = this.#versions.get(slot);
    if (known !== undefined) return known as Sym<D>;
    ensure(
      !this.#graph.slots.some((s) => s.slot.name === slot.name),
      "ERR_DUPLICATE_NAME",
      () =>
        `two different slots are called "${slot.name}"; names bind them when a program is loaded`,
    );
    const sym = this.#value(slot, undefined);
    this.#graph.slots.push({ slot: slot, value: sym.id });
    this.#versions.set(slot, sym);
    return sym;
  }

  #constant<D extends DType>(constant: Constant<D>): Sym<D> {
    const key = describeType(constant) + constant.sha256;
    const known = this.#constants.get(key);
    if (known !== undefined) return known as Sym<D>;
    const sym = this.#value(constant, undefined);
    this.#graph.constants.push({ constant: constant, value: sym.id });
    this.#constants.set(key, sym);
    return sym;
  }

  #value<D extends DType>(type: TensorType<D>, producer: GraphNode | undefined): Sym<D> {
    const id = this.#graph.values.length;
    const normal = tensorType(type.dtype, type.shape); // infer functions needn't take care
    this.#graph.values.push(normal);
    const sym = new Sym(this, id, normal);
    this.#syms.push(sym);
    this.#producer.push(producer);
    return sym;
  }
}

function describeForeign(operand: unknown): string {
  if (ArrayBuffer.isView(operand)) {
    return `${describeArray(operand)}: a program can't capture an array, pass it as an input or wrap it in constant()`;
  }
  return operand === null ? "null" : typeof operand;
}

export function currentTrace(): Trace {
  if (current === undefined) {
    throw new TensorError(
      "ERR_NO_TRACE",
      "operations on symbols work only inside program() or evaluate(), before its function returns",
    );
  }
  return current;
}

/** Runs `fn` with `trace` open. */
export function withTrace<T>(trace: Trace, fn: () => T): T {
  ensure(
    current === undefined,
    "ERR_TRACE_NESTED",
    () => "program() and evaluate() can't be called while another program is being traced",
  );
  current = trace;
  try {
    return fn();
  } finally {
    current = undefined;
  }
}

/**
 * Adds an operation to the program that is being traced.
 *
 * @param updates the slots that an operation with `updates` writes in place.
 * @returns the outputs, updated slots first.
 */
export function emit<A extends Attributes>(
  operation: Operation<A>,
  inputs: readonly Operand[],
  attrs: A,
  updates: readonly Slot[] = [],
): Sym[] {
  const trace = currentTrace();
  try {
    return trace.call(operation, inputs, attrs, updates);
  } catch (error) {
    if (!(error instanceof TensorError) || error.located) throw error;
    const scope = trace.scope;
    throw error.at(`${operation.name}${scope && ` in ${scope}`}`);
  }
}

/** Puts the names and operations made by `fn` under a prefix, as `layers.3`. */
export function scope<T>(name: string, fn: () => T): T {
  return currentTrace().inScope([name], false, fn);
}

/** Names a value, so that `debug` and `print` can find it: `layers.3.attention`. */
export function named<D extends DType>(name: string, value: Sym<D>): Sym<D> {
  const trace = currentTrace();
  trace.setName(name, trace.symbol(value));
  return value;
}
