// Leaves of a network what can still lead to an end, so that whatever is
// reached can be completed, and says of each state what it does next.

import { SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";
import type { Built } from "./build.js";
import type { Network } from "./network.js";

/** What a state and those it reaches without a byte do. */
export interface Closure {
  /** States with edges. */
  readonly moves: readonly number[];
  /** [rule, state to return to, …]. */
  readonly calls: readonly number[];
  readonly returns: boolean;
}

export interface Linked {
  /** Of each state: [from byte, to byte, target, …]. */
  readonly edges: readonly (readonly number[])[];
  readonly free: ReadonlySet<number>;
  /** By rule: its entry. */
  readonly entries: ReadonlyMap<number, number>;
  /** By rule: its place in an order in which a rule comes before those that it begins with. */
  readonly order: ReadonlyMap<number, number>;
  closure(state: number): Closure;
  readonly start: number;
  /** Whether the empty text is all of one. */
  readonly nullable: boolean;
  /** The class of each byte; bytes of a class do the same everywhere. */
  readonly byteClasses: Uint8Array;
  /** A byte of each class. */
  readonly representatives: readonly number[];
}

export function link({ network, called, start }: Built, budget: Budget): Linked {
  const alive = findAlive(network, called, budget);
  const keep = (list: readonly number[], size: number) => {
    let all = true;
    for (let i = size - 1; i < list.length && all; i += size) {
      all = alive[list[i] as number] === 1;
    }
    if (all) return list;
    const kept: number[] = [];
    for (let i = 0; i < list.length; i += size) {
      if (alive[list[i + size - 1] as number]) kept.push(...list.slice(i, i + size));
    }
    return kept;
  };
  const edges = network.edges.map((list) => keep(list, 3));
  const calls = network.calls.map((list) => keep(list, 2));
  const order = orderRules(called, calls);

  // From the last to begin with others to the first: whether there is a byte it can begin with.
  const fruitful = new Set<number>();
  for (const [rule] of [...order].sort((a, b) => b[1] - a[1])) {
    const entry = called.get(rule)?.entry as number;
    const own = calls[entry] as readonly number[];
    if ((edges[entry]?.length ?? 0) > 0 || own.some((r, i) => i % 2 === 0 && fruitful.has(r))) {
      fruitful.add(rule);
    }
  }
  const startRule = called.get(start) as { entry: number; nullable: boolean };
  if (!fruitful.has(start) && !startRule.nullable) {
    throw new SamplerError("ERR_GRAMMAR", "the grammar matches nothing, not even the empty text");
  }

  const closures: (Closure | undefined)[] = [];
  return {
    edges,
    free: network.free,
    entries: new Map([...called].map(([rule, { entry }]) => [rule, entry])),
    order,
    start,
    nullable: startRule.nullable,
    ...classifyBytes(edges),
    closure(state) {
      let closure = closures[state];
      if (closure === undefined) {
        const reached = network.closure(state).filter((s) => alive[s]);
        closure = {
          moves: reached.filter((s) => (edges[s] as readonly number[]).length > 0),
          calls: reached.flatMap((s) =>
            (calls[s] as readonly number[]).flatMap((r, i, list) =>
              i % 2 === 0 && fruitful.has(r) ? [r, list[i + 1] as number] : [],
            ),
          ),
          returns: reached.some((s) => network.returns[s]),
        };
        closures[state] = closure;
      }
      return closure;
    },
  };
}

/** Which states lead to the end of their rule. */
function findAlive(network: Network, called: Built["called"], budget: Budget): Uint8Array {
  const count = network.edges.length;
  budget.spend(count);
  // What leads to each state, as linked lists: the state before, and the rule that must be over in between, or -1.
  const heads = new Int32Array(count).fill(-1);
  const links: number[] = [];
  const add = (from: number, to: number, rule: number) => {
    links.push(from, rule, heads[to] as number);
    heads[to] = links.length - 3;
  };
  const alive = new Uint8Array(count);
  const work: number[] = [];
  const mark = (state: number) => {
    if (alive[state]) return;
    alive[state] = 1;
    work.push(state);
  };
  for (let state = 0; state < count; state++) {
    const edges = network.edges[state] as number[];
    for (let i = 2; i < edges.length; i += 3) {
      // Many edges lead to the same place.
      if (i === 2 || edges[i] !== edges[i - 3]) add(state, edges[i] as number, -1);
    }
    for (const next of network.epsilon[state] as readonly number[]) add(state, next, -1);
    const calls = network.calls[state] as readonly number[];
    for (let i = 0; i < calls.length; i += 2) {
      add(state, calls[i + 1] as number, calls[i] as number);
    }
    if (network.returns[state]) mark(state);
  }
  /** Callers that wait for a rule to have an end. */
  const waiting = new Map<number, number[]>();
  const productive = new Set<number>();
  const ruleOfEntry = new Map([...called].map(([rule, { entry }]) => [entry, rule]));
  for (let state = work.pop(); state !== undefined; state = work.pop()) {
    for (let link = heads[state] as number; link >= 0; link = links[link + 2] as number) {
      const [from, rule] = [links[link] as number, links[link + 1] as number];
      if (rule < 0 || productive.has(rule)) mark(from);
      else {
        const list = waiting.get(rule) ?? [];
        waiting.set(rule, list);
        list.push(from);
      }
    }
    const rule = ruleOfEntry.get(state);
    if (rule !== undefined) {
      productive.add(rule);
      for (const caller of waiting.get(rule) ?? []) mark(caller);
    }
  }
  return alive;
}

function orderRules(
  called: Built["called"],
  calls: readonly (readonly number[])[],
): Map<number, number> {
  const finished: number[] = [];
  const seen = new Set<number>();
  for (const root of called.keys()) {
    const stack: { rule: number; at: number }[] = [];
    const enter = (rule: number) => {
      if (!seen.has(rule)) {
        seen.add(rule);
        stack.push({ rule, at: 0 });
      }
    };
    enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1) as { rule: number; at: number };
      const own = calls[called.get(top.rule)?.entry as number] as readonly number[];
      if (top.at < own.length) {
        const next = own[top.at] as number;
        top.at += 2;
        enter(next);
      } else {
        stack.pop();
        finished.push(top.rule);
      }
    }
  }
  return new Map(finished.reverse().map((rule, i) => [rule, i]));
}

/** Two bytes are of one class when every range of the network holds both or neither. */
function classifyBytes(
  edges: readonly (readonly number[])[],
): Pick<Linked, "byteClasses" | "representatives"> {
  const found = new Uint8Array(65536);
  const ranges: number[] = [];
  for (const list of edges) {
    for (let i = 0; i < list.length; i += 3) {
      const range = (list[i] as number) * 256 + (list[i + 1] as number);
      if (found[range] === 0) {
        found[range] = 1;
        ranges.push(range);
      }
    }
  }
  const byteClasses = new Uint8Array(256);
  const renamed = new Int16Array(512);
  let count = 1;
  // Splits the classes by one range after the other.
  for (const range of ranges) {
    const [low, high] = [range >> 8, range & 255];
    renamed.fill(-1);
    count = 0;
    for (let byte = 0; byte < 256; byte++) {
      const split = (byteClasses[byte] as number) * 2 + (byte >= low && byte <= high ? 1 : 0);
      if ((renamed[split] as number) < 0) renamed[split] = count++;
      byteClasses[byte] = renamed[split] as number;
    }
  }
  const representatives: number[] = new Array(count);
  for (let byte = 255; byte >= 0; byte--) representatives[byteClasses[byte] as number] = byte;
  return { byteClasses, representatives };
}
