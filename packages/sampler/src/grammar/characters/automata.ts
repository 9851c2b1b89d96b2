// Operations on deterministic automata over characters. Edges of a state are in
// order and don't overlap.

import { SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";
import type { Automaton } from "../rules/expression.js";
import { complement as complementSet, type Ranges } from "./ranges.js";

/** More would take longer to make than a grammar may. */
const MAX_STATES = 50_000;

export class AutomatonBuilder {
  readonly accepts: boolean[] = [];
  readonly edges: number[][] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  addState(accept: boolean): number {
    if (this.accepts.length >= MAX_STATES) {
      throw new SamplerError("ERR_LIMIT", `an automaton of more than ${MAX_STATES} states`);
    }
    this.#budget.spend();
    this.accepts.push(accept);
    this.edges.push([]);
    return this.accepts.length - 1;
  }

  /** Edges must be added in the order of their characters. */
  addEdge(from: number, low: number, high: number, to: number): void {
    this.#budget.spend();
    const list = this.edges[from] as number[];
    if (list.at(-1) === to && list.at(-2) === low - 1) list[list.length - 2] = high;
    else list.push(low, high, to);
  }
}

/** The texts that all of the automata accept. */
export function intersect(automata: readonly Automaton[], budget: Budget): Automaton {
  if (automata.length === 1) return automata[0] as Automaton;
  const built = new AutomatonBuilder(budget);
  const known = new Map<string, number>();
  const tuples: number[][] = [];
  const stateOf = (tuple: number[]) => {
    const key = tuple.join();
    let state = known.get(key);
    if (state === undefined) {
      state = built.addState(tuple.every((s, i) => automata[i]?.accepts[s] === true));
      known.set(key, state);
      tuples.push(tuple);
    }
    return state;
  };
  stateOf(automata.map(() => 0));
  for (let state = 0; state < tuples.length; state++) {
    const lists = (tuples[state] as number[]).map(
      (s, i) => (automata[i] as Automaton).edges[s] as readonly number[],
    );
    const at = lists.map(() => 0);
    while (lists.every((list, i) => (at[i] as number) < list.length)) {
      let low = 0;
      let high = Number.POSITIVE_INFINITY;
      lists.forEach((list, i) => {
        low = Math.max(low, list[at[i] as number] as number);
        high = Math.min(high, list[(at[i] as number) + 1] as number);
      });
      if (low <= high) {
        const to = stateOf(lists.map((list, i) => list[(at[i] as number) + 2] as number));
        built.addEdge(state, low, high, to);
      }
      lists.forEach((list, i) => {
        if ((list[(at[i] as number) + 1] as number) === high) at[i] = (at[i] as number) + 3;
      });
    }
  }
  return built;
}

/** The texts that the automaton doesn't accept. */
export function complement({ accepts, edges }: Automaton, budget: Budget): Automaton {
  const built = new AutomatonBuilder(budget);
  for (const accept of accepts) built.addState(!accept);
  const anything = built.addState(true);
  [...edges, []].forEach((list, state) => {
    const covered: number[] = [];
    for (let i = 0; i < list.length; i += 3) {
      covered.push(list[i] as number, list[i + 1] as number);
    }
    const all = [...list];
    const rest = complementSet(covered);
    for (let i = 0; i < rest.length; i += 2) {
      all.push(rest[i] as number, rest[i + 1] as number, anything);
    }
    addInOrder(built, state, all);
  });
  return built;
}

function addInOrder(built: AutomatonBuilder, state: number, list: readonly number[]): void {
  const triples: [number, number, number][] = [];
  for (let i = 0; i < list.length; i += 3) {
    triples.push([list[i] as number, list[i + 1] as number, list[i + 2] as number]);
  }
  triples.sort((a, b) => a[0] - b[0]);
  for (const [low, high, to] of triples) built.addEdge(state, low, high, to);
}

/** Just these texts. */
export function ofTexts(texts: readonly string[], budget: Budget): Automaton {
  const built = new AutomatonBuilder(budget);
  const children: Map<number, number>[] = [new Map()];
  built.addState(false);
  for (const text of texts) {
    let state = 0;
    for (const char of text) {
      const code = char.codePointAt(0) as number;
      let next = children[state]?.get(code);
      if (next === undefined) {
        next = built.addState(false);
        children.push(new Map());
        children[state]?.set(code, next);
      }
      state = next;
    }
    built.accepts[state] = true;
  }
  children.forEach((map, state) => {
    for (const [code, to] of [...map].sort((a, b) => a[0] - b[0])) {
      built.addEdge(state, code, code, to);
    }
  });
  return built;
}

/** Texts of `min` to `max` characters of a set; none if `max` is less. */
export function ofLength(set: Ranges, min: number, max: number, budget: Budget): Automaton {
  const built = new AutomatonBuilder(budget);
  if (max < min) {
    built.addState(false);
    return built;
  }
  const last = Number.isFinite(max) ? max : min;
  for (let n = 0; n <= last; n++) built.addState(n >= min);
  for (let n = 0; n <= last; n++) {
    const to = n < last ? n + 1 : last;
    if (n === last && Number.isFinite(max)) break;
    for (let i = 0; i < set.length; i += 2) {
      built.addEdge(n, set[i] as number, set[i + 1] as number, to);
    }
  }
  return built;
}

export function isEmpty({ accepts, edges }: Automaton): boolean {
  const reached = new Set([0]);
  for (const state of reached) {
    if (accepts[state]) return false;
    const list = edges[state] as readonly number[];
    for (let i = 2; i < list.length; i += 3) reached.add(list[i] as number);
  }
  return true;
}

export function includes({ accepts, edges }: Automaton, text: string): boolean {
  let state = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    const list = edges[state] as readonly number[];
    let next = -1;
    for (let i = 0; i < list.length && next < 0; i += 3) {
      if (code >= (list[i] as number) && code <= (list[i + 1] as number)) {
        next = list[i + 2] as number;
      }
    }
    if (next < 0) return false;
    state = next;
  }
  return accepts[state] === true;
}
