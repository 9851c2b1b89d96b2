// Which variable a name means is settled before rendering, as Jinja's compiler settles it:
// every scope knows its names, where each starts from, and which branch may set it.

import type { Expression, For, Statement, Target } from "./syntax.js";

/** A function of the compiled template: the template itself, a macro, a call's body, a recursive loop. */
export class Code {
  readonly slots = new Map<string, Slot>();
  readonly depth: number;
  constructor(readonly outer: Code | null) {
    this.depth = outer ? outer.depth + 1 : 0;
  }
}

export interface Slot {
  readonly code: Code;
  readonly at: number;
  readonly name: string;
}

/** Where a variable starts from when its scope is entered. */
export type Start =
  | { readonly from: "parameter" | "nothing" }
  | { readonly from: "context"; readonly name: string }
  | { readonly from: "outer"; readonly slot: Slot };

type Node = Expression | Statement | Target;

export class Scope {
  refs = new Map<string, Slot>();
  starts = new Map<Slot, Start>();
  stores = new Set<string>();
  readonly level: number;

  constructor(
    readonly parent: Scope | null,
    readonly code: Code,
  ) {
    this.level = parent ? parent.level + 1 : 0;
  }

  #copy(): Scope {
    const made = new Scope(this.parent, this.code);
    made.refs = new Map(this.refs);
    made.starts = new Map(this.starts);
    made.stores = new Set(this.stores);
    return made;
  }

  find(name: string): Slot | undefined {
    return this.refs.get(name) ?? this.parent?.find(name);
  }

  #define(name: string, start: Start): Slot {
    const key = `${this.level} ${name}`;
    let slot = this.code.slots.get(key);
    if (!slot) {
      slot = { code: this.code, at: this.code.slots.size, name };
      this.code.slots.set(key, slot);
    }
    this.refs.set(name, slot);
    this.starts.set(slot, start);
    return slot;
  }

  parameter(name: string): Slot {
    this.stores.add(name);
    return this.#define(name, { from: "parameter" });
  }

  #load(name: string): void {
    if (!this.find(name)) this.#define(name, { from: "context", name });
  }

  store(name: string): void {
    this.stores.add(name);
    if (this.refs.has(name)) return;
    const slot = this.parent?.find(name);
    this.#define(name, slot ? { from: "outer", slot } : { from: "nothing" });
  }

  #branch(nodes: readonly Node[]): Scope {
    const scope = this.#copy();
    scope.visitAll(nodes);
    return scope;
  }

  #join(branches: readonly Scope[]): void {
    const stored = new Set<string>();
    for (const branch of branches) {
      for (const name of branch.stores) if (!this.stores.has(name)) stored.add(name);
    }
    for (const branch of branches) {
      for (const [name, slot] of branch.refs) this.refs.set(name, slot);
      for (const [slot, start] of branch.starts) this.starts.set(slot, start);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of stored) {
      const slot = this.parent?.find(name);
      this.starts.set(
        this.find(name) as Slot,
        slot ? { from: "outer", slot } : { from: "context", name },
      );
    }
  }

  visitAll(nodes: readonly Node[]): void {
    for (const node of nodes) this.visit(node);
  }

  /** Takes note of the names that `node` reads and sets in this scope; bodies with a scope of their own are not entered. */
  visit(node: Node): void {
    switch (node.t) {
      case "name":
        this.#load(node.name);
        return;
      case "field":
        this.#load(node.name);
        return;
      case "store":
      case "macro":
        this.store(node.name);
        return;
      case "set":
        this.visit(node.value);
        this.visit(node.target);
        return;
      case "setblock":
        this.visit(node.target);
        return;
      case "for":
        this.visit(node.iterable);
        return;
      case "with":
        this.visitAll(node.values);
        return;
      case "filterblock":
        this.visit(node.filter);
        return;
      case "callblock":
        if (node.call) this.visit(node.call);
        return;
      case "if": {
        const [first, ...rest] = node.branches;
        if (!first) return;
        this.visit(first.test);
        const branches = [this.#branch(first.body)];
        const others = this.#copy();
        for (const { test, body } of rest) {
          others.visit({ t: "if", line: 0, branches: [{ test, line: 0, body }], otherwise: [] });
        }
        branches.push(others, this.#branch(node.otherwise));
        this.#join(branches);
        return;
      }
      default:
        for (const child of children(node)) this.visit(child);
    }
  }

  visitTarget(target: Target): void {
    if (target.t === "store") this.parameter(target.name);
    else if (target.t === "targets") for (const item of target.items) this.visitTarget(item);
    else this.visit(target);
  }
}

/** Everything below a node that is a node. */
export function* children(node: object): Generator<Node> {
  for (const value of Object.values(node)) {
    if (typeof value !== "object" || value === null || value instanceof Map) continue;
    if ("t" in value) yield value as Node;
    else yield* children(value as object);
  }
}

/** Which of `names` are read in `body` before it sets them, at any depth. */
export function readIn(body: readonly Statement[], names: readonly string[]): Set<string> {
  const left = new Set(names);
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.t === "name" && left.has(node.name)) found.add(node.name);
    else if (node.t === "store") left.delete(node.name);
    for (const child of children(node)) visit(child);
  };
  for (const node of body) visit(node);
  return found;
}

/** The scope of a loop's body, of its test or of its else. */
export function loopScope(
  outer: Scope,
  node: For,
  part: "body" | "test" | "else",
  code: Code,
): Scope {
  const scope = new Scope(outer, code);
  if (part === "else") scope.visitAll(node.otherwise);
  else {
    if (part === "body" && usesLoop(node)) scope.parameter("loop");
    scope.visitTarget(node.target);
    if (part === "body") scope.visitAll(node.body);
    else if (node.test) scope.visit(node.test);
  }
  return scope;
}

export const usesLoop = (node: For): boolean =>
  node.recursive || readIn(node.body, ["loop"]).size > 0;
