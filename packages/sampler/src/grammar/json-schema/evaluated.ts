// `unevaluatedProperties` and `unevaluatedItems`, where what is evaluated is the
// same for every value: then they are `additionalProperties` and `items` that
// know of the properties and items of other schemas that always apply.

import type { ArrayShape, ObjectShape } from "./branch.js";
import { refuse, yes } from "./changes.js";
import type { Expander } from "./expand.js";
import type { SchemaNode } from "./schema-node.js";

interface Evaluated {
  readonly names: Set<string>;
  readonly patterns: ObjectShape["patterns"][number][0][];
  allProperties: boolean;
  items: number;
  allItems: boolean;
  contains: boolean;
}

const SOMETIMES_ONE = ["if", "then", "else"];
const SOMETIMES_MANY = ["anyOf", "oneOf", "dependentSchemas"];

export function evaluated(
  node: SchemaNode,
  expander: Expander,
): { objects: ObjectShape[]; arrays: ArrayShape[] } {
  const schema = node.value as Record<string, unknown>;
  const { document } = expander;
  const always = collect(node, expander, node);
  const objects: ObjectShape[] = [];
  const arrays: ArrayShape[] = [];
  const any = yes(document.anything);
  if (schema["unevaluatedProperties"] !== undefined && !always.allProperties) {
    objects.push({
      properties: new Map([...always.names].map((name) => [name, any])),
      patterns: always.patterns.map((pattern) => [pattern, any]),
      rest: yes(document.child(node, "unevaluatedProperties")),
    });
  }
  if (schema["unevaluatedItems"] !== undefined && !always.allItems) {
    if (always.contains)
      throw refuse(node, "unevaluatedItems", "contains beside it isn't supported");
    arrays.push({
      prefix: new Array(always.items).fill(any),
      rest: yes(document.child(node, "unevaluatedItems")),
    });
  }
  return { objects, arrays };
}

function collect(
  node: SchemaNode,
  expander: Expander,
  top: SchemaNode,
  found: Evaluated = {
    names: new Set(),
    patterns: [],
    allProperties: false,
    items: 0,
    allItems: false,
    contains: false,
  },
  seen = new Set<SchemaNode>(),
): Evaluated {
  const schema = node.value;
  if (typeof schema === "boolean" || seen.has(node)) return found;
  seen.add(node);
  const { document } = expander;
  const shape = expander.shape(node);
  for (const name of shape?.properties.keys() ?? []) found.names.add(name);
  found.patterns.push(...(shape?.patterns ?? []).map(([pattern]) => pattern));
  const inner = node !== top;
  if (shape?.rest !== undefined || (inner && schema["unevaluatedProperties"] !== undefined)) {
    found.allProperties = true;
  }
  found.items = Math.max(found.items, ((schema["prefixItems"] as unknown[]) ?? []).length);
  if (schema["items"] !== undefined || (inner && schema["unevaluatedItems"] !== undefined)) {
    found.allItems = true;
  }
  if (schema["contains"] !== undefined) found.contains = true;
  for (const keyword of ["$ref", "$dynamicRef"] as const) {
    if (schema[keyword] === undefined) continue;
    collect(document.resolve(node, keyword), expander, top, found, seen);
  }
  ((schema["allOf"] as unknown[] | undefined) ?? []).forEach((_, i) => {
    collect(document.child(node, "allOf", i), expander, top, found, seen);
  });
  const sometimes = SOMETIMES_ONE.filter((keyword) => schema[keyword] !== undefined).map(
    (keyword) => document.child(node, keyword),
  );
  for (const keyword of SOMETIMES_MANY) {
    for (const key of Object.keys((schema[keyword] as object | undefined) ?? {})) {
      sometimes.push(document.child(node, keyword, key));
    }
  }
  for (const other of sometimes) {
    const own = collect(other, expander, top);
    const properties = own.names.size + own.patterns.length > 0 || own.allProperties;
    const items = own.items > 0 || own.allItems || own.contains;
    for (const [keyword, depends] of [
      ["unevaluatedProperties", properties],
      ["unevaluatedItems", items],
    ] as const) {
      if (depends && (top.value as Record<string, unknown>)[keyword] !== undefined) {
        throw refuse(top, keyword, `what ${other.pointer} evaluates depends on the value`);
      }
    }
  }
  return found;
}
