// An automaton of the texts in which a regular expression is found, as JSON
// Schema's `pattern` means it; ^ and $ may stand anywhere.

import { AutomatonBuilder } from "../characters/automata.js";
import { ANY_CHARACTER, intersection, type Ranges } from "../characters/ranges.js";
import type { Budget } from "../limits.js";
import type { Automaton } from "../rules/expression.js";
import type { Regex } from "./syntax.js";

/** Of a place in the expression: nothing was read so far; nothing may be read any more. */
const AT_START = 1;
const MUST_END = 2;

interface Node {
  readonly moves: [set: Ranges, to: number][];
  readonly epsilon: [to: number, assertion: "start" | "end" | undefined][];
}

export function searchAutomaton(regex: Regex, budget: Budget): Automaton {
  const nodes: Node[] = [];
  const add = () => {
    budget.spend();
    return nodes.push({ moves: [], epsilon: [] }) - 1;
  };
  const [before, begin, end, after] = [add(), add(), add(), add()];
  nodes[before]?.moves.push([ANY_CHARACTER, before]);
  nodes[before]?.epsilon.push([begin, undefined]);
  nodes[end]?.epsilon.push([after, undefined]);
  nodes[after]?.moves.push([ANY_CHARACTER, after]);
  connect(regex, begin, end, nodes, add);
  return determinize(nodes, before, after, budget);
}

function connect(regex: Regex, from: number, to: number, nodes: Node[], add: () => number): void {
  const jump = (a: number, b: number) => nodes[a]?.epsilon.push([b, undefined]);
  switch (regex.kind) {
    case "characters":
      nodes[from]?.moves.push([intersection(regex.set, ANY_CHARACTER), to]);
      return;
    case "start":
    case "end":
      nodes[from]?.epsilon.push([to, regex.kind]);
      return;
    case "choice":
      for (const item of regex.items) connect(item, from, to, nodes, add);
      return;
    case "sequence": {
      let at = from;
      for (const item of regex.items) {
        const next = add();
        connect(item, at, next, nodes, add);
        at = next;
      }
      jump(at, to);
      return;
    }
    case "repeat": {
      const { item, min, max } = regex;
      let at = from;
      const more = () => {
        const next = add();
        connect(item, at, next, nodes, add);
        at = next;
      };
      for (let i = 0; i < min; i++) more();
      if (max === Number.POSITIVE_INFINITY) {
        const loop = add();
        jump(at, loop);
        connect(item, loop, loop, nodes, add);
        jump(loop, to);
        return;
      }
      for (let i = min; i < max; i++) {
        jump(at, to);
        more();
      }
      jump(at, to);
    }
  }
}

function determinize(nodes: Node[], start: number, final: number, budget: Budget): Automaton {
  const built = new AutomatonBuilder(budget);
  const known = new Map<string, number>();
  const sets: number[][] = [];
  const stateOf = (items: number[]) => {
    const closed = close(items, nodes, budget);
    const key = closed.join();
    let state = known.get(key);
    if (state === undefined) {
      state = built.addState(closed.some((item) => item >> 2 === final));
      known.set(key, state);
      sets.push(closed);
    }
    return state;
  };
  stateOf([start * 4 + AT_START]);
  for (let state = 0; state < sets.length; state++) {
    // Where ranges begin and, with a minus, end.
    const events: [at: number, delta: number, to: number][] = [];
    for (const item of sets[state] as number[]) {
      if (item & MUST_END) continue;
      for (const [set, to] of (nodes[item >> 2] as Node).moves) {
        for (let i = 0; i < set.length; i += 2) {
          events.push([set[i] as number, 1, to], [(set[i + 1] as number) + 1, -1, to]);
        }
      }
    }
    budget.spend(events.length);
    events.sort((a, b) => a[0] - b[0]);
    const open = new Map<number, number>();
    for (let i = 0; i < events.length; ) {
      const [at] = events[i] as [number, number, number];
      for (; events[i]?.[0] === at; i++) {
        const [, delta, to] = events[i] as [number, number, number];
        const count = (open.get(to) ?? 0) + delta;
        if (count === 0) open.delete(to);
        else open.set(to, count);
      }
      const next = events[i]?.[0];
      if (open.size > 0 && next !== undefined) {
        built.addEdge(state, at, next - 1, stateOf([...open.keys()].map((to) => to * 4)));
      }
    }
  }
  return built;
}

function close(items: readonly number[], nodes: readonly Node[], budget: Budget): number[] {
  const reached = new Set(items);
  for (const item of reached) {
    budget.spend();
    for (const [to, assertion] of (nodes[item >> 2] as Node).epsilon) {
      if (assertion === "start" && !(item & AT_START)) continue;
      reached.add(to * 4 + (item & 3) + (assertion === "end" && !(item & MUST_END) ? MUST_END : 0));
    }
  }
  return [...reached].sort((a, b) => a - b);
}
