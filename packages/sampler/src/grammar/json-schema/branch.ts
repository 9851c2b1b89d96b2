// One way to satisfy a set of schemas, as what it asks of values of each type.
// What is asked of a type says nothing of values of others.

import type { Automaton } from "../rules/expression.js";
import type { SchemaNode } from "./schema-node.js";

export const TYPES = { null: 1, false: 2, true: 4, number: 8, string: 16, array: 32, object: 64 };
export const ALL_TYPES = 127;
export const BOOLEAN = TYPES.true | TYPES.false;

/** A schema that must hold, or must not. */
export interface Literal {
  readonly node: SchemaNode;
  readonly holds: boolean;
}

/** Schemas that hold at once. */
export type Conjunction = readonly Literal[];

export interface ArrayShape {
  readonly prefix: readonly Literal[];
  readonly rest: Literal | undefined;
}

export interface Contains {
  readonly literal: Literal;
  readonly min: number;
  readonly max: number;
  /** Index from which items count. */
  readonly from: number;
}

export interface ObjectShape {
  readonly properties: ReadonlyMap<string, Literal>;
  readonly patterns: readonly (readonly [Automaton, Literal])[];
  /** Of names in neither. */
  readonly rest: Literal | undefined;
}

export interface Branch {
  types: number;
  /** Of numbers and strings: all must accept the text. */
  readonly numbers: Automaton[];
  readonly strings: Automaton[];
  minLength: number;
  maxLength: number;
  integer: boolean;
  readonly arrays: ArrayShape[];
  readonly contains: Contains[];
  minItems: number;
  maxItems: number;
  /** Where distinct items are asked for, if they are. */
  unique: string | undefined;
  readonly objects: ObjectShape[];
  readonly required: Set<string>;
  readonly forbidden: Set<string>;
  readonly names: Literal[];
  minProperties: number;
  /** Where the most are asked for. */
  minPropertiesAt: string;
  maxProperties: number;
}

export function newBranch(): Branch {
  return {
    types: ALL_TYPES,
    numbers: [],
    strings: [],
    minLength: 0,
    maxLength: Number.POSITIVE_INFINITY,
    integer: false,
    arrays: [],
    contains: [],
    minItems: 0,
    maxItems: Number.POSITIVE_INFINITY,
    unique: undefined,
    objects: [],
    required: new Set(),
    forbidden: new Set(),
    names: [],
    minProperties: 0,
    minPropertiesAt: "",
    maxProperties: Number.POSITIVE_INFINITY,
  };
}

export function copyBranch(branch: Branch): Branch {
  return {
    ...branch,
    numbers: [...branch.numbers],
    strings: [...branch.strings],
    arrays: [...branch.arrays],
    contains: [...branch.contains],
    objects: [...branch.objects],
    required: new Set(branch.required),
    forbidden: new Set(branch.forbidden),
    names: [...branch.names],
  };
}

export function conjunctionKey(conjunction: Conjunction): string {
  const keys = new Set(conjunction.map(({ node, holds }) => (holds ? node.id + 1 : -node.id - 1)));
  return [...keys].sort((a, b) => a - b).join();
}

/** Whether a JSON value is no array and no object. */
export function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
