// Single changes of a branch, and ways to satisfy something as lists of them.

import { SamplerError } from "../../errors.js";
import { type Branch, type Literal, TYPES } from "./branch.js";
import type { SchemaNode } from "./schema-node.js";

/** Changes a branch so that something more holds. */
export type Assertion = (branch: Branch) => void;

/** More that holds: schemas and assertions. */
export interface Part {
  readonly literals: readonly Literal[];
  readonly assertions: readonly Assertion[];
}

export const yes = (node: SchemaNode): Literal => ({ node, holds: true });
export const no = (node: SchemaNode): Literal => ({ node, holds: false });

export function atLeast(branch: Branch, properties: number, where: string): void {
  if (properties <= branch.minProperties) return;
  branch.minProperties = properties;
  branch.minPropertiesAt = where;
}

export function refuse(node: SchemaNode, keyword: string, why: string): SamplerError {
  return new SamplerError("ERR_UNSUPPORTED", `${node.pointer}/${keyword}: ${why}`);
}

export const is =
  (types: number): Assertion =>
  (branch) => {
    branch.types &= types;
  };
export const isnt = (types: number): Assertion => is(~types);

export const require =
  (...keys: readonly string[]): Assertion =>
  (branch) => {
    for (const key of keys) branch.required.add(key);
  };

/** Without the property, in objects. */
export const forbid =
  (key: string): Assertion =>
  (branch) => {
    branch.forbidden.add(key);
  };

export const property =
  (key: string, literal: Literal): Assertion =>
  (branch) => {
    branch.objects.push({ properties: new Map([[key, literal]]), patterns: [], rest: undefined });
  };

export const contains =
  (what: Branch["contains"][number]): Assertion =>
  (branch) => {
    branch.types &= TYPES.array;
    branch.contains.push(what);
  };

export const notEmpty =
  (array: boolean): Assertion =>
  (branch) => {
    if (array) branch.minItems = Math.max(branch.minItems, 1);
    else atLeast(branch, 1, "");
  };
