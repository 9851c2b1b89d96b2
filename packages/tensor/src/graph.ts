// A traced program as plain data: values by number, operations in order. Passes
// are functions from graph to graph; nothing in a graph is changed once made.

import type { Constant } from "./constant.js";
import type { Attributes } from "./operation.js";
import type { Slot } from "./slot.js";
import type { TensorType } from "./type.js";

export interface GraphNode {
  readonly operation: string;
  readonly inputs: readonly number[];
  /** The versions of slots that it overwrites; its first outputs are their new versions. */
  readonly updates: readonly number[];
  readonly outputs: readonly number[];
  readonly attrs: Attributes;
  readonly scope: string;
}

export interface Graph {
  /** The type of each value; its index is the value's id. */
  readonly values: readonly TensorType[];
  readonly inputs: readonly { readonly name: string; readonly value: number }[];
  readonly slots: readonly { readonly slot: Slot; readonly value: number }[];
  readonly constants: readonly { readonly constant: Constant; readonly value: number }[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: string; readonly value: number }[];
  /** The function returned one symbol rather than a record of them. */
  readonly single: boolean;
  readonly names: ReadonlyMap<string, number>;
}

type Mutable<T> = T extends readonly (infer E)[]
  ? E[]
  : T extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : T;
/** A graph while it is being made. */
export type MutableGraph = { -readonly [K in keyof Graph]: Mutable<Graph[K]> };
