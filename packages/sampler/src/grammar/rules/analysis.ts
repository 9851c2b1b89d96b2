// What must be known of rules before states are made of them: which can be
// empty, which come back to themselves, and which do so before any byte.

import type { Expression, Rules } from "./expression.js";

export interface Analysis {
  /** Rules that match the empty text. */
  readonly nullable: readonly boolean[];
  /** Rules that name themselves, by way of others or not. */
  readonly recursive: readonly boolean[];
  /** The rules that a rule and each other begin with, if it is left-recursive. */
  readonly leftCycle: readonly (ReadonlySet<number> | undefined)[];
  /** About how many states a rule takes with the rules it names copied into it. */
  readonly size: readonly number[];
  /** How often a rule is named. */
  readonly uses: readonly number[];
}

export function analyse({ rules, start }: Rules): Analysis {
  const nullable = fixpoint(rules.length, (rule, known) =>
    isNullable(rules[rule] as Expression, known),
  );
  const uses = new Array<number>(rules.length).fill(0);
  uses[start] = 1;
  const names = rules.map((e) => {
    const found = new Set<number>();
    forEachRule(e, (rule) => {
      found.add(rule);
      uses[rule] = (uses[rule] ?? 0) + 1;
    });
    return found;
  });
  const begins = rules.map((e) => {
    const found = new Set<number>();
    beginnings(e, nullable, found);
    return found;
  });
  const recursive = cycles(names).map((cycle) => cycle !== undefined);
  const size = new Array<number>(rules.length).fill(-1);
  for (let i = 0; i < rules.length; i++) sizeOf(i, rules, recursive, size);
  return { nullable, recursive, leftCycle: cycles(begins), size, uses };
}

function fixpoint(
  count: number,
  holds: (rule: number, known: readonly boolean[]) => boolean,
): boolean[] {
  const known = new Array<boolean>(count).fill(false);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < count; i++) {
      if (!known[i] && holds(i, known)) {
        known[i] = true;
        changed = true;
      }
    }
  }
  return known;
}

function isNullable(e: Expression, known: readonly boolean[]): boolean {
  switch (e.kind) {
    case "literal":
      return e.bytes.length === 0;
    case "characters":
      return false;
    case "sequence":
      return e.items.every((item) => isNullable(item, known));
    case "choice":
      return e.items.some((item) => isNullable(item, known));
    case "repeat":
      return e.min === 0 || isNullable(e.item, known);
    case "rule":
      return known[e.rule] === true;
    case "automaton":
      return e.automaton.accepts[0] === true;
    case "graph": {
      const reached = emptyReach(e, known);
      return e.ends.some((end) => reached.has(end));
    }
  }
}

/** Places of a graph that are reached with nothing read. */
function emptyReach(
  { start, edges }: Extract<Expression, { kind: "graph" }>,
  known: readonly boolean[],
): Set<number> {
  const reached = new Set([start]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to, by } of edges) {
      if (!reached.has(from) || reached.has(to)) continue;
      if (by !== undefined && !isNullable(by, known)) continue;
      reached.add(to);
      grew = true;
    }
  }
  return reached;
}

function forEachRule(e: Expression, visit: (rule: number) => void): void {
  if (e.kind === "rule") visit(e.rule);
  else if (e.kind === "repeat") forEachRule(e.item, visit);
  else if (e.kind === "sequence" || e.kind === "choice") {
    for (const item of e.items) forEachRule(item, visit);
  } else if (e.kind === "graph") {
    for (const { by } of e.edges) if (by !== undefined) forEachRule(by, visit);
  }
}

/** Rules that may come first in `e`, with nothing before them. */
function beginnings(e: Expression, nullable: readonly boolean[], found: Set<number>): void {
  if (e.kind === "rule") found.add(e.rule);
  else if (e.kind === "repeat") {
    if (e.max > 0) beginnings(e.item, nullable, found);
  } else if (e.kind === "choice") {
    for (const item of e.items) beginnings(item, nullable, found);
  } else if (e.kind === "sequence") {
    for (const item of e.items) {
      beginnings(item, nullable, found);
      if (!isNullable(item, nullable)) break;
    }
  } else if (e.kind === "graph") {
    const reached = emptyReach(e, nullable);
    for (const { from, by } of e.edges) {
      if (by !== undefined && reached.has(from)) beginnings(by, nullable, found);
    }
  }
}

/** The strongly connected component of each node that lies on a cycle (Tarjan 1972, without recursion). */
function cycles(edges: readonly ReadonlySet<number>[]): (ReadonlySet<number> | undefined)[] {
  const result = new Array<ReadonlySet<number> | undefined>(edges.length).fill(undefined);
  const index = new Array<number>(edges.length).fill(-1);
  const low = new Array<number>(edges.length).fill(0);
  const onStack = new Array<boolean>(edges.length).fill(false);
  const stack: number[] = [];
  let next = 0;
  for (let root = 0; root < edges.length; root++) {
    if (index[root] !== -1) continue;
    const work: { node: number; rest: Iterator<number> }[] = [];
    const enter = (node: number) => {
      index[node] = low[node] = next++;
      stack.push(node);
      onStack[node] = true;
      work.push({ node, rest: (edges[node] as ReadonlySet<number>).values() });
    };
    enter(root);
    while (work.length > 0) {
      const { node, rest } = work.at(-1) as { node: number; rest: Iterator<number> };
      const step = rest.next();
      if (!step.done) {
        const target = step.value;
        if (index[target] === -1) enter(target);
        else if (onStack[target]) {
          low[node] = Math.min(low[node] as number, index[target] as number);
        }
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
      if (low[node] !== index[node]) continue;
      const component = new Set(stack.splice(stack.lastIndexOf(node)));
      for (const member of component) onStack[member] = false;
      if (component.size > 1 || edges[node]?.has(node)) {
        for (const member of component) result[member] = component;
      }
    }
  }
  return result;
}

function sizeOf(
  rule: number,
  rules: readonly Expression[],
  recursive: readonly boolean[],
  known: number[],
): number {
  const found = known[rule] as number;
  if (found >= 0) return found;
  if (recursive[rule]) {
    known[rule] = 1;
    return 1;
  }
  const measure = (e: Expression): number => {
    switch (e.kind) {
      case "literal":
        return e.bytes.length;
      case "characters":
        return 1 + e.set.length;
      case "sequence":
      case "choice":
        return e.items.reduce((sum, item) => Math.min(1e9, sum + measure(item)), 1);
      case "repeat":
        return Math.min(
          1e9,
          1 + measure(e.item) * (Number.isFinite(e.max) ? e.max : Math.max(1, e.min)),
        );
      case "rule":
        return sizeOf(e.rule, rules, recursive, known);
      case "graph":
        return e.edges.reduce(
          (sum, { by }) => Math.min(1e9, sum + (by === undefined ? 0 : measure(by))),
          e.size,
        );
      case "automaton":
        return e.automaton.accepts.length * 4;
    }
  };
  const size = measure(rules[rule] as Expression);
  known[rule] = size;
  return size;
}
