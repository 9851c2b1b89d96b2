// Reverse-mode differentiation of the program that is being traced. Adjoints are
// symbol code, so gradients are ordinary operations: they are planned, printed,
// simplified and, where their own adjoints exist, differentiated like the rest.

import { type DType, isFloat } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { GraphNode } from "./graph.js";
import { type AdjointResult, findOperation, type InputGradients } from "./operation.js";
import { add } from "./operations/binary.js";
import { full } from "./operations/fill.js";
import { sameShape } from "./shape.js";
import type { Slot } from "./slot.js";
import { Sym } from "./symbol.js";
import { currentTrace, type Operand, type Trace } from "./trace.js";
import { describeType } from "./type.js";

export interface GradOptions {
  /** What to give for something that the loss doesn't depend on. Default: `"throw"`. */
  unconnected?: "throw" | "zeros";
}

/**
 * The gradient of `loss`, which has one element, by each of `wrt`. Gradients are
 * f32 whatever the dtype of the value.
 *
 * @throws {@link TensorError} ERR_NOT_DIFFERENTIABLE naming the operation in the way.
 */
export function grad(
  loss: Sym<"f32">,
  wrt: readonly (Sym | Slot)[],
  { unconnected = "throw" }: GradOptions = {},
): Sym<"f32">[] {
  const trace = currentTrace();
  const root = trace.symbol(loss);
  ensure(
    root.dtype === "f32" && root.shape.every((s) => s === 1),
    "ERR_SHAPE",
    () =>
      `grad: expected a loss of f32 with one element, found ${describeType(root)}; take its mean`,
  );
  const targets = wrt.map((w) => trace.symbol(w as Operand));
  for (const t of targets) {
    ensure(isFloat(t.dtype), "ERR_DTYPE", () => `grad: ${describeType(t)} has no gradient`);
  }
  const backward = new Backward(trace, targets);
  backward.run(root);
  return targets.map((t) => {
    const gradient = backward.gradients.get(t.id);
    if (gradient !== undefined) return gradient;
    if (unconnected === "zeros" || backward.depends(root, t)) return full(t.shape, 0);
    throw new TensorError(
      "ERR_NOT_CONNECTED",
      `grad: the loss doesn't depend on ${trace.labelOf(t.id)} (${describeType(t)}); ` +
        'leave it out, or pass { unconnected: "zeros" }',
    );
  });
}

class Backward {
  readonly gradients = new Map<number, Sym<"f32">>();
  readonly #trace: Trace;
  /** Values that depend on a target. */
  readonly #active: Set<number>;
  readonly #nodes: readonly GraphNode[];

  constructor(trace: Trace, targets: readonly Sym[]) {
    this.#trace = trace;
    this.#nodes = [...trace.graph.nodes]; // adjoints append to the trace's own list
    this.#active = new Set(targets.map((t) => t.id));
    for (const node of this.#nodes) {
      if (this.#needs(node)) for (const id of node.outputs) this.#active.add(id);
    }
  }

  run(root: Sym<"f32">): void {
    if (!this.#active.has(root.id)) return;
    this.gradients.set(root.id, full(root.shape, 1));
    for (const node of this.#nodes.toReversed()) {
      if (!this.#needs(node) || !node.outputs.some((id) => this.gradients.has(id))) continue;
      const scope = ["grad", ...(node.scope === "" ? [] : [node.scope])];
      this.#trace.inScope(scope, true, () => this.#step(node));
    }
  }

  /** Whether `value` is computed from `from` at all, be it with a gradient of zero. */
  depends(value: Sym, from: Sym): boolean {
    const dependent = new Set([from.id]);
    for (const node of this.#nodes) {
      if (!node.inputs.some((id) => dependent.has(id))) continue;
      for (const id of node.outputs) dependent.add(id);
    }
    return dependent.has(value.id);
  }

  #needs(node: GraphNode): boolean {
    const constant = findOperation(node.operation).adjoint === "zero";
    return !constant && node.inputs.some((id) => this.#active.has(id));
  }

  #step(node: GraphNode): void {
    const { adjoint } = findOperation(node.operation);
    if (adjoint === undefined || adjoint === "zero") {
      throw new TensorError(
        "ERR_NOT_DIFFERENTIABLE",
        `${node.operation}${node.scope && ` in ${node.scope}`} has no adjoint; ` +
          "put stopGradient() before it if it should count as a constant",
      );
    }
    const outputs = node.outputs.map((id) => this.#trace.sym(id));
    const inputs = node.inputs.map((id) => this.#trace.sym(id));
    const cotangents = node.outputs.map((id) => this.gradients.get(id));
    const result = adjoint({
      inputs,
      outputs,
      attrs: node.attrs,
      cotangents,
      needed: node.inputs.map((id) => this.#active.has(id)),
      input: <D extends DType>(i: number) => inputs[i] as Sym<D>,
      output: <D extends DType>(i: number) => outputs[i] as Sym<D>,
      cotangent: (i) => cotangents[i] ?? full((outputs[i] as Sym).shape, 0),
    });
    const { inputs: gradients, replaceOutputs } = isFull(result) ? result : { inputs: result };
    for (const [i, id] of node.inputs.entries()) this.#accumulate(node, id, gradients[i]);
    for (const [i, by] of (replaceOutputs ?? []).entries()) {
      if (by !== undefined) this.#trace.replace(outputs[i] as Sym, by);
    }
  }

  #accumulate(node: GraphNode, id: number, gradient: Sym<"f32"> | undefined): void {
    if (gradient === undefined || !this.#active.has(id)) return;
    const input = this.#trace.sym(id);
    ensure(
      gradient instanceof Sym && gradient.dtype === "f32" && sameShape(gradient.shape, input.shape),
      "ERR_ADJOINT",
      () =>
        `${node.operation}: its adjoint gave ${describeType(gradient)} for an input ${describeType(input)}`,
    );
    const known = this.gradients.get(id);
    this.gradients.set(id, known === undefined ? gradient : add(known, gradient));
  }
}

function isFull(result: InputGradients | AdjointResult): result is AdjointResult {
  return !Array.isArray(result);
}
