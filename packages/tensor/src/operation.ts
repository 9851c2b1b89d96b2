// The registry of operations. An operation says what types it gives, how it is
// differentiated, what it costs and which native kernel runs it; packages above
// this one add theirs in the same way as the primitives here are added.

import type { DType } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Extent, Size } from "./extent.js";
import type { Sym } from "./symbol.js";
import type { TensorType } from "./type.js";

export type Attribute = number | boolean | string | readonly Size[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface AdjointContext<A extends Attributes = Attributes> {
  readonly inputs: readonly Sym[];
  readonly outputs: readonly Sym[];
  readonly attrs: A;
  /** The gradient that reached each output; undefined where none did. */
  readonly cotangents: readonly (Sym<"f32"> | undefined)[];
  /** Which inputs lead to something that a gradient is asked for. */
  readonly needed: readonly boolean[];
  /** Input `i`, typed; the operation's own `infer` vouches for the dtype. */
  input<D extends DType = "f32">(i: number): Sym<D>;
  /** Output `i`, typed. */
  output<D extends DType = "f32">(i: number): Sym<D>;
  /** The gradient of output `i`, zeros where none reached it. */
  cotangent(i: number): Sym<"f32">;
}

/** For each input its gradient; undefined where there is none. */
export type InputGradients = readonly (Sym<"f32"> | undefined)[];

export interface AdjointResult {
  readonly inputs: InputGradients;
  /**
   * Values that take the place of the outputs everywhere in the program, for an
   * adjoint that computes them anyway. The operation then disappears if nothing
   * else needs it. Ignored where the gradient itself depends on the old value.
   */
  readonly replaceOutputs?: readonly (Sym | undefined)[];
}

/** A type with concrete sizes, as costs are counted on. */
export interface ConcreteType {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly bytes: number;
}

export interface CostContext<A extends Attributes = Attributes> {
  readonly inputs: readonly ConcreteType[];
  readonly outputs: readonly ConcreteType[];
  readonly attrs: A;
  /** What the caller of `cost` knows of the data, such as the share of positions with a loss. */
  readonly facts: Facts;
}

/** What is known of a run's data beside its sizes: numbers, and lists such as the lengths of documents. */
export type Facts = Readonly<Record<string, number | readonly number[]>>;

export function numberFact(facts: Facts, name: string, otherwise: number): number {
  const fact = facts[name] ?? otherwise;
  ensure(
    typeof fact === "number",
    "ERR_ATTRIBUTE",
    () => `fact ${name}: expected a number, found a list`,
  );
  return fact;
}

export function listFact(facts: Facts, name: string): readonly number[] | undefined {
  const fact = facts[name];
  ensure(
    typeof fact !== "number",
    "ERR_ATTRIBUTE",
    () => `fact ${name}: expected a list of numbers, found ${fact}`,
  );
  return fact;
}

export interface OperationCost {
  /** Floating point operations that are executed; a multiply-add counts two. */
  readonly flops: number;
  /** What a dense implementation would execute. Default: `flops`. */
  readonly denseFlops?: number;
  /** Default: the bytes of the inputs. */
  readonly bytesRead?: number;
  /** Default: the bytes of the outputs. */
  readonly bytesWritten?: number;
}

/** A call of a native kernel: its name in the executor, and its numbers. */
export interface NativeCall {
  readonly name: string;
  readonly attrs: readonly number[];
}

/** How to make outputs of an operation again where another of its outputs is at hand: the same bits, with less work. */
export interface Remake {
  readonly operation: string;
  readonly attrs: Attributes;
  /** Its inputs: outputs and inputs of the operation that it stands for. */
  readonly reads: readonly ({ readonly output: number } | { readonly input: number })[];
  /** Its outputs, as places of the operation's. */
  readonly makes: readonly number[];
}

export interface OperationDefinition<A extends Attributes = Attributes> {
  readonly name: string;
  /** The types of the outputs, without those updated in place. Throws for inputs it can't take. */
  infer(
    inputs: readonly TensorType[],
    attrs: A,
    updates: readonly TensorType[],
  ): readonly TensorType[];
  /** How many slots it updates in place; they are its first outputs. Default: 0. */
  readonly updates?: number;
  /** The output is the input's memory under another type; nothing runs. */
  readonly alias?: boolean;
  /** Inputs may have axes of size 1, or lack leading axes, where the output has more. */
  readonly broadcasts?: boolean;
  /**
   * Gradients of the inputs, as symbol code. `"zero"`: constant almost everywhere.
   * Left out: a gradient through the operation is an error.
   */
  readonly adjoint?: "zero" | ((context: AdjointContext<A>) => InputGradients | AdjointResult);
  /** A lighter operation for `recompute`. Default: the operation itself runs again. */
  remake?(attrs: A): Remake;
  /** Default: no floating point operations, every byte of inputs and outputs once. */
  cost?(context: CostContext<A>): OperationCost;
  /** Attributes sent to the native kernel, in its order. Default: none. */
  readonly attributes?: readonly (keyof A & string)[];
  /** For a kernel of another name, or numbers that aren't plain attributes. */
  native?(attrs: A, inputs: readonly TensorType[], outputs: readonly TensorType[]): NativeCall;
}

/** A registered operation; what `emit` takes. */
export interface Operation<A extends Attributes = Attributes> extends OperationDefinition<A> {
  readonly registered: true;
}

// Methods are bivariant, so an operation with narrow attributes fits here.
const registry = new Map<string, Operation>();

export function defineOperation<A extends Attributes>(
  definition: OperationDefinition<A>,
): Operation<A> {
  ensure(
    !registry.has(definition.name),
    "ERR_DUPLICATE_NAME",
    () => `operation ${definition.name} is defined twice; is the package loaded twice?`,
  );
  const operation: Operation<A> = Object.freeze({ ...definition, registered: true as const });
  registry.set(operation.name, operation as unknown as Operation);
  return operation;
}

export function findOperation(name: string): Operation {
  const operation = registry.get(name);
  if (operation === undefined) {
    throw new TensorError(
      "ERR_UNKNOWN_OPERATION",
      `no operation is called "${name}"; import the package that defines it first`,
    );
  }
  return operation;
}

export function operationNames(): string[] {
  return [...registry.keys()];
}

/** The native kernel that runs an operation, with the numbers it is sent. */
export function nativeCall(
  operation: Operation,
  attrs: Attributes,
  inputs: readonly TensorType[],
  outputs: readonly TensorType[],
): NativeCall {
  if (operation.native) return operation.native(attrs, inputs, outputs);
  const numbers = (operation.attributes ?? []).flatMap((name) =>
    attributeNumbers(operation.name, name, attrs[name]),
  );
  return { name: operation.name, attrs: numbers };
}

function attributeNumbers(operation: string, name: string, value: Attribute | undefined): number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "boolean") return [value ? 1 : 0];
  if (Array.isArray(value) && value.every((x: number | Extent) => typeof x === "number")) {
    return value as number[];
  }
  throw new TensorError("ERR_ATTRIBUTE", `${operation}: attribute ${name} isn't made of numbers`);
}
