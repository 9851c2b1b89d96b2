// The ways in which a schema doesn't hold. What can't be said of a value as
// branches say it is refused.

import { isScalar, type Literal, TYPES } from "./branch.js";
import {
  type Assertion,
  atLeast,
  contains,
  forbid,
  is,
  no,
  notEmpty,
  type Part,
  property,
  refuse,
  require,
  yes,
} from "./changes.js";
import { NUMBER_KEYWORDS } from "./keywords.js";
import type { SchemaContext } from "./schema-context.js";
import type { SchemaDocument, SchemaNode } from "./schema-node.js";

type AddWay = (literals: readonly Literal[], ...assertions: Assertion[]) => void;
type Maximum = "maxLength" | "maxItems" | "maxProperties";
type Minimum = "minLength" | "minItems";

/** One way for each thing that the schema says. */
export function waysNotToHold(node: SchemaNode, context: SchemaContext): Part[] {
  const schema = node.value as Record<string, unknown>;
  const { document, assertions } = context;
  const child = (...path: (string | number)[]) => document.child(node, ...path);
  const list = (keyword: string) =>
    ((schema[keyword] as unknown[] | undefined) ?? []).map((_, i) => child(keyword, i));
  const ways: Part[] = [];
  const way: AddWay = (literals, ...more) => {
    ways.push({ literals, assertions: more });
  };
  for (const keyword of Object.keys(schema)) {
    switch (keyword) {
      case "$ref":
      case "$dynamicRef":
        way([no(document.resolve(node, keyword))]);
        break;
      case "allOf":
        for (const inner of list(keyword)) way([no(inner)]);
        break;
      case "anyOf":
        way(list(keyword).map(no));
        break;
      case "oneOf": {
        const options = list(keyword);
        way(options.map(no));
        options.forEach((a, i) => {
          for (const b of options.slice(0, i)) if (!context.disjoint(a, b)) way([yes(a), yes(b)]);
        });
        break;
      }
      case "not":
        way([yes(child("not"))]);
        break;
      case "if":
        if (schema["then"] !== undefined) way([yes(child("if")), no(child("then"))]);
        if (schema["else"] !== undefined) way([no(child("if")), no(child("else"))]);
        break;
      case "type":
        way([], assertions.type(node, false));
        break;
      case "enum":
      case "const":
        ways.push(...otherValues(node, keyword, context));
        break;
      case "pattern":
        way([], assertions.pattern(node, false));
        break;
      case "format":
        way([], assertions.format(node, false));
        break;
      case "required":
        for (const key of schema[keyword] as string[]) way([], is(TYPES.object), forbid(key));
        break;
      case "properties":
        for (const key of Object.keys(schema[keyword] as object)) {
          way([], is(TYPES.object), require(key), property(key, no(child(keyword, key))));
        }
        break;
      case "dependentRequired":
        for (const [key, needed] of Object.entries(schema[keyword] as object)) {
          for (const other of needed as string[]) {
            way([], is(TYPES.object), require(key), forbid(other));
          }
        }
        break;
      case "dependentSchemas":
        for (const key of Object.keys(schema[keyword] as object)) {
          way([no(child(keyword, key))], is(TYPES.object), require(key));
        }
        break;
      case "prefixItems":
      case "items":
        otherItems(node, keyword, document, way);
        break;
      case "contains": {
        const min = (schema["minContains"] as number | undefined) ?? 1;
        const max = schema["maxContains"] as number | undefined;
        const literal = yes(child(keyword));
        const endless = Number.POSITIVE_INFINITY;
        if (min > 0) way([], contains({ literal, min: 0, max: min - 1, from: 0 }));
        if (max !== undefined) way([], contains({ literal, min: max + 1, max: endless, from: 0 }));
        break;
      }
      case "uniqueItems":
        if (schema[keyword] === true) throw refuse(node, keyword, "it can't be negated");
        break;
      case "patternProperties":
      case "additionalProperties":
      case "propertyNames":
      case "unevaluatedProperties":
      case "unevaluatedItems":
        if (!saysNothing(node, keyword)) throw refuse(node, keyword, "it can't be negated");
        break;
      default:
        if (NUMBER_KEYWORDS.includes(keyword)) way([], assertions.number(node, keyword, false));
        else otherCount(node, keyword, way);
    }
  }
  return ways;
}

function saysNothing(node: SchemaNode, keyword: string): boolean {
  const value = (node.value as Record<string, unknown>)[keyword];
  const schemas = keyword === "patternProperties" ? Object.values(value as object) : [value];
  return schemas.every(
    (s) => s === true || (typeof s === "object" && Object.keys(s as object).length === 0),
  );
}

function otherItems(
  node: SchemaNode,
  keyword: string,
  document: SchemaDocument,
  way: AddWay,
): void {
  const prefix =
    ((node.value as Record<string, unknown>)["prefixItems"] as unknown[] | undefined) ?? [];
  const endless = Number.POSITIVE_INFINITY;
  if (keyword === "items") {
    const literal = no(document.child(node, keyword));
    way([], contains({ literal, min: 1, max: endless, from: prefix.length }));
    return;
  }
  prefix.forEach((_, i) => {
    const literal = no(document.child(node, keyword, i));
    const any = yes(document.anything);
    const before = prefix.slice(0, i).map(() => any);
    way([], is(TYPES.array), (branch) => {
      branch.minItems = Math.max(branch.minItems, i + 1);
      branch.arrays.push({ prefix: [...before, literal], rest: undefined });
    });
  });
}

function otherCount(node: SchemaNode, keyword: string, way: AddWay): void {
  const value = (node.value as Record<string, number>)[keyword] as number;
  const where = `${node.pointer}/${keyword}`;
  const limit = (types: number, key: Maximum, most: number) =>
    way([], is(types), (branch) => {
      branch[key] = Math.min(branch[key], most);
    });
  const ask = (types: number, key: Minimum, least: number) =>
    way([], is(types), (branch) => {
      branch[key] = Math.max(branch[key], least);
    });
  if (keyword === "minLength") limit(TYPES.string, "maxLength", value - 1);
  else if (keyword === "maxLength") ask(TYPES.string, "minLength", value + 1);
  else if (keyword === "minItems") limit(TYPES.array, "maxItems", value - 1);
  else if (keyword === "maxItems") ask(TYPES.array, "minItems", value + 1);
  else if (keyword === "minProperties") limit(TYPES.object, "maxProperties", value - 1);
  else if (keyword === "maxProperties") {
    way([], is(TYPES.object), (branch) => atLeast(branch, value + 1, where));
  }
}

/** Values that aren't those of `enum` or `const`. */
function otherValues(node: SchemaNode, keyword: string, { assertions }: SchemaContext): Part[] {
  const value = (node.value as Record<string, unknown>)[keyword];
  const values = keyword === "enum" ? (value as unknown[]) : [value];
  const scalars = values.filter(isScalar);
  const changes = [assertions.scalars(scalars, false)];
  for (const other of values.filter((v) => !isScalar(v))) {
    if (Object.keys(other as object).length > 0) {
      throw refuse(node, keyword, "arrays and objects can't be excluded");
    }
    changes.push(notEmpty(Array.isArray(other)));
  }
  return [{ literals: [], assertions: changes }];
}
