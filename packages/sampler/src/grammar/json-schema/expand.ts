// Turns schemas that hold at once into the ways to satisfy them all: a
// disjunction of branches. What isn't regular or context-free is refused.

import { SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";
import { Assertions } from "./assertions.js";
import {
  type Branch,
  type Conjunction,
  conjunctionKey,
  copyBranch,
  isScalar,
  type Literal,
  newBranch,
  type ObjectShape,
  TYPES,
} from "./branch.js";
import { atLeast, forbid, is, isnt, no, type Part, require, yes } from "./changes.js";
import { evaluated } from "./evaluated.js";
import { NUMBER_KEYWORDS } from "./keywords.js";
import { waysNotToHold } from "./negation.js";
import type { SchemaContext } from "./schema-context.js";
import type { SchemaDocument, SchemaNode } from "./schema-node.js";

const MAX_BRANCHES = 2000;

export class Expander implements SchemaContext {
  readonly document: SchemaDocument;
  readonly assertions: Assertions;
  readonly #budget: Budget;
  readonly #known = new Map<string, readonly Branch[]>();
  readonly disjoint: (a: SchemaNode, b: SchemaNode) => boolean;

  constructor(
    document: SchemaDocument,
    budget: Budget,
    formats: boolean,
    disjoint: (a: SchemaNode, b: SchemaNode) => boolean,
  ) {
    this.document = document;
    this.assertions = new Assertions(budget, formats);
    this.#budget = budget;
    this.disjoint = disjoint;
  }

  expand(conjunction: Conjunction): readonly Branch[] {
    const key = conjunctionKey(conjunction);
    let branches = this.#known.get(key);
    if (branches === undefined) {
      const found: Branch[] = [];
      this.#satisfy(newBranch(), [...conjunction], [], new Set(), found);
      branches = found;
      this.#known.set(key, branches);
    }
    return branches;
  }

  /** Applies what is sure first, then tries what there is a choice of. */
  #satisfy(
    branch: Branch,
    literals: Literal[],
    choices: (readonly Part[])[],
    seen: Set<string>,
    found: Branch[],
  ): void {
    this.#budget.spend();
    for (let literal = literals.pop(); literal !== undefined; literal = literals.pop()) {
      const key = conjunctionKey([literal]);
      if (seen.has(key)) continue;
      seen.add(key);
      this.#budget.spend();
      const { value } = literal.node;
      if (typeof value === "boolean") {
        if (value !== literal.holds) return;
      } else if (literal.holds) this.#positive(literal.node, branch, literals, choices);
      else choices.push(waysNotToHold(literal.node, this));
      if (branch.types === 0) return;
    }
    const choice = choices.pop();
    if (choice === undefined) {
      if (found.push(branch) > MAX_BRANCHES) {
        throw new SamplerError(
          "ERR_LIMIT",
          `the schema has more than ${MAX_BRANCHES} ways to be satisfied in one place`,
        );
      }
      return;
    }
    for (const part of choice) {
      const next = copyBranch(branch);
      for (const assertion of part.assertions) assertion(next);
      if (next.types === 0) continue;
      this.#satisfy(next, [...part.literals], [...choices], new Set(seen), found);
    }
  }

  #positive(
    node: SchemaNode,
    branch: Branch,
    literals: Literal[],
    choices: (readonly Part[])[],
  ): void {
    const schema = node.value as Record<string, unknown>;
    const { document, assertions } = this;
    const child = (...path: (string | number)[]) => document.child(node, ...path);
    const list = (keyword: string) =>
      ((schema[keyword] as unknown[] | undefined) ?? []).map((_, i) => child(keyword, i));
    const has = (keyword: string) => schema[keyword] !== undefined;

    for (const keyword of ["$ref", "$dynamicRef"] as const) {
      if (has(keyword)) literals.push(yes(document.resolve(node, keyword)));
    }
    for (const inner of list("allOf")) literals.push(yes(inner));
    if (has("not")) literals.push(no(child("not")));
    if (has("type")) assertions.type(node, true)(branch);
    for (const keyword of NUMBER_KEYWORDS) {
      if (has(keyword)) assertions.number(node, keyword, true)(branch);
    }
    if (has("pattern")) assertions.pattern(node, true)(branch);
    if (has("format")) assertions.format(node, true)(branch);
    if (has("minLength"))
      branch.minLength = Math.max(branch.minLength, schema["minLength"] as number);
    if (has("maxLength"))
      branch.maxLength = Math.min(branch.maxLength, schema["maxLength"] as number);
    if (has("minItems")) branch.minItems = Math.max(branch.minItems, schema["minItems"] as number);
    if (has("maxItems")) branch.maxItems = Math.min(branch.maxItems, schema["maxItems"] as number);
    if (schema["uniqueItems"] === true) branch.unique = `${node.pointer}/uniqueItems`;
    if (has("prefixItems") || has("items")) {
      branch.arrays.push({
        prefix: list("prefixItems").map(yes),
        rest: has("items") ? yes(child("items")) : undefined,
      });
    }
    if (has("contains")) {
      branch.contains.push({
        literal: yes(child("contains")),
        min: (schema["minContains"] as number | undefined) ?? 1,
        max: (schema["maxContains"] as number | undefined) ?? Number.POSITIVE_INFINITY,
        from: 0,
      });
    }
    const shape = this.shape(node);
    if (shape !== undefined) branch.objects.push(shape);
    for (const key of (schema["required"] as string[] | undefined) ?? []) branch.required.add(key);
    if (has("propertyNames")) branch.names.push(yes(child("propertyNames")));
    if (has("minProperties")) {
      atLeast(branch, schema["minProperties"] as number, `${node.pointer}/minProperties`);
    }
    if (has("maxProperties")) {
      branch.maxProperties = Math.min(branch.maxProperties, schema["maxProperties"] as number);
    }
    if (has("unevaluatedProperties") || has("unevaluatedItems")) {
      const { objects, arrays } = evaluated(node, this);
      branch.objects.push(...objects);
      branch.arrays.push(...arrays);
    }
    if (has("enum")) choices.push(this.#values(schema["enum"] as unknown[]));
    if (has("const")) choices.push(this.#values([schema["const"]]));
    if (has("anyOf"))
      choices.push(list("anyOf").map((inner) => ({ literals: [yes(inner)], assertions: [] })));
    if (has("oneOf")) choices.push(this.#oneOf(list("oneOf")));
    if (has("if") && (has("then") || has("else"))) {
      const condition = child("if");
      choices.push([
        {
          literals: [yes(condition), ...(has("then") ? [yes(child("then"))] : [])],
          assertions: [],
        },
        { literals: [no(condition), ...(has("else") ? [yes(child("else"))] : [])], assertions: [] },
      ]);
    }
    for (const [key, needed] of Object.entries(
      (schema["dependentRequired"] as object | undefined) ?? {},
    )) {
      choices.push([
        { literals: [], assertions: [forbid(key)] },
        { literals: [], assertions: [require(key, ...(needed as string[]))] },
        { literals: [], assertions: [isnt(TYPES.object)] },
      ]);
    }
    for (const key of Object.keys((schema["dependentSchemas"] as object | undefined) ?? {})) {
      choices.push([
        { literals: [], assertions: [is(TYPES.object), forbid(key)] },
        {
          literals: [yes(child("dependentSchemas", key))],
          assertions: [is(TYPES.object), require(key)],
        },
        { literals: [], assertions: [isnt(TYPES.object)] },
      ]);
    }
  }

  /** `properties`, `patternProperties` and `additionalProperties` of a schema. */
  shape(node: SchemaNode): ObjectShape | undefined {
    const schema = node.value as Record<string, unknown>;
    const rest = schema["additionalProperties"] !== undefined;
    if (!rest && schema["properties"] === undefined && schema["patternProperties"] === undefined) {
      return undefined;
    }
    const keys = (keyword: string) => Object.keys((schema[keyword] as object | undefined) ?? {});
    return {
      properties: new Map(
        keys("properties").map((key) => [key, yes(this.document.child(node, "properties", key))]),
      ),
      patterns: keys("patternProperties").map((pattern) => {
        const inner = this.document.child(node, "patternProperties", pattern);
        return [this.assertions.patternOf(pattern, inner.pointer), yes(inner)];
      }),
      rest: rest ? yes(this.document.child(node, "additionalProperties")) : undefined,
    };
  }

  #oneOf(options: readonly SchemaNode[]): Part[] {
    return options.map((option) => ({
      literals: [
        yes(option),
        ...options.filter((other) => other !== option && !this.disjoint(option, other)).map(no),
      ],
      assertions: [],
    }));
  }

  /** The ways to be one of the values. */
  #values(values: readonly unknown[]): Part[] {
    const scalars = values.filter(isScalar);
    const parts: Part[] = values
      .filter((value) => !isScalar(value))
      .map((value) => ({ literals: [yes(this.document.constant(value))], assertions: [] }));
    if (scalars.length > 0) {
      parts.push({ literals: [], assertions: [this.assertions.scalars(scalars, true)] });
    }
    return parts;
  }
}
