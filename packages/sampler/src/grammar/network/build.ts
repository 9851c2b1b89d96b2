// Makes a network of rules. Rules that aren't recursive are copied to where they
// are named, so that a grammar without recursion has no calls; a call in last
// place is a jump; and left recursion becomes a loop after the rule's end.

import { type ByteSequence, utf8Sequences } from "../characters/utf8.js";
import type { Budget } from "../limits.js";
import { type Analysis, analyse } from "../rules/analysis.js";
import type { Automaton, Expression, Rules, Spelling } from "../rules/expression.js";
import { fragmentOf } from "./fragment.js";
import { jsonCharacterSequences } from "./json-characters.js";
import { Network } from "./network.js";

export interface BuiltRule {
  /** Its first state. It consumes at least one byte before it returns. */
  readonly entry: number;
  readonly nullable: boolean;
}

export interface Built {
  readonly network: Network;
  /** By rule; those that no call names are left out. */
  readonly called: ReadonlyMap<number, BuiltRule>;
  readonly start: number;
}

/** Copies of a rule that together take less are always worth more than a call. */
const SMALL = 64;
const COPIES = 4096;

/** A rule's own states: an ordinary one has one body, a left-recursive one a body of each rule on its cycle. */
interface Body {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

type Task = readonly [expression: Expression, from: number, to: number, body: Body];

export async function build(rules: Rules, budget: Budget): Promise<Built> {
  const builder = new Builder(rules, budget);
  await builder.run();
  return builder.finish();
}

class Builder {
  readonly #rules: Rules;
  readonly #facts: Analysis;
  readonly #budget: Budget;
  readonly #network: Network;
  readonly #tasks: Task[] = [];
  readonly #bodies = new Map<number, Map<number, Body>>();

  constructor(rules: Rules, budget: Budget) {
    this.#rules = rules;
    this.#facts = analyse(rules);
    this.#budget = budget;
    this.#network = new Network(budget);
    this.#bodyOf(rules.start);
  }

  async run(): Promise<void> {
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      this.#add(...task);
      if (this.#budget.due) await this.#budget.pause();
    }
  }

  finish(): Built {
    const called = new Map<number, BuiltRule>();
    for (const [rule, bodies] of this.#bodies) {
      called.set(rule, {
        entry: this.#entry(rule, bodies),
        nullable: this.#facts.nullable[rule] === true,
      });
    }
    return { network: this.#network, called, start: this.#rules.start };
  }

  /** The states of a rule that is called, which are made on first use. */
  #bodyOf(rule: number): Body {
    const known = this.#bodies.get(rule)?.get(rule);
    if (known !== undefined) return known;
    const bodies = new Map<number, Body>();
    this.#bodies.set(rule, bodies);
    for (const member of this.#facts.leftCycle[rule] ?? [rule]) {
      const body = {
        rule: member,
        start: this.#network.addState(),
        end: this.#network.addState(),
      };
      bodies.set(member, body);
      this.#tasks.push([this.#rules.rules[member] as Expression, body.start, body.end, body]);
    }
    const own = bodies.get(rule) as Body;
    this.#network.returns[own.end] = true;
    return own;
  }

  /**
   * A state that begins the rule as its start does, but can't return at once. In a left-recursive rule it begins
   * what doesn't begin with the cycle; the end of each rule then goes on wherever that rule was first.
   */
  #entry(rule: number, bodies: ReadonlyMap<number, Body>): number {
    const network = this.#network;
    const entry = network.addState();
    const cycle = this.#facts.leftCycle[rule];
    const reached = new Set([rule]);
    for (const member of reached) {
      const { start } = bodies.get(member) as Body;
      for (const state of network.closure(start)) {
        this.#budget.spend();
        network.edges[entry]?.push(...(network.edges[state] as number[]));
        if (network.free.has(state)) network.free.add(entry);
        const calls = network.calls[state] as readonly number[];
        for (let i = 0; i < calls.length; i += 2) {
          const [callee, back] = [calls[i] as number, calls[i + 1] as number];
          if (!cycle?.has(callee)) network.addCall(entry, callee, back);
          else {
            reached.add(callee);
            network.addEpsilon((bodies.get(callee) as Body).end, back);
          }
        }
      }
    }
    return entry;
  }

  #add(e: Expression, from: number, to: number, body: Body): void {
    const network = this.#network;
    switch (e.kind) {
      case "literal":
        this.#addBytes(
          Array.from(e.bytes).flatMap((byte) => [byte, byte]),
          from,
          to,
        );
        return;
      case "characters":
        this.#addSequences(utf8Sequences(e.set), from, to);
        return;
      case "sequence": {
        let at = from;
        e.items.forEach((item, i) => {
          const next = i === e.items.length - 1 ? to : network.addState();
          this.#tasks.push([item, at, next, body]);
          at = next;
        });
        if (e.items.length === 0) network.addEpsilon(from, to);
        return;
      }
      case "choice":
        for (const item of e.items) this.#tasks.push([item, from, to, body]);
        return;
      case "repeat":
        this.#addRepeat(e, from, to, body);
        return;
      case "rule":
        this.#addRule(e.rule, from, to, body);
        return;
      case "graph": {
        const places = Array.from({ length: e.size }, () => network.addState());
        network.addEpsilon(from, places[e.start] as number);
        for (const end of e.ends) network.addEpsilon(places[end] as number, to);
        for (const edge of e.edges) {
          const [a, b] = [places[edge.from] as number, places[edge.to] as number];
          if (edge.by === undefined) network.addEpsilon(a, b);
          else this.#tasks.push([edge.by, a, b, body]);
        }
        return;
      }
      case "automaton":
        this.#addAutomaton(e.automaton, e.spelling, e.free === true, from, to);
        return;
    }
  }

  #addRepeat(
    { item, min, max }: Extract<Expression, { kind: "repeat" }>,
    from: number,
    to: number,
    body: Body,
  ): void {
    const network = this.#network;
    const endless = max === Number.POSITIVE_INFINITY;
    let at = from;
    const more = () => {
      const next = network.addState();
      this.#tasks.push([item, at, next, body]);
      at = next;
    };
    for (let i = 0; i < (endless ? min - 1 : min); i++) more();
    if (endless) {
      const loop = network.addState();
      network.addEpsilon(at, loop);
      if (min === 0) {
        this.#tasks.push([item, loop, loop, body]);
        network.addEpsilon(loop, to);
      } else {
        const after = network.addState();
        this.#tasks.push([item, loop, after, body]);
        network.addEpsilon(after, loop);
        network.addEpsilon(after, to);
      }
      return;
    }
    for (let i = min; i < max; i++) {
      network.addEpsilon(at, to);
      more();
    }
    network.addEpsilon(at, to);
  }

  #addRule(rule: number, from: number, to: number, body: Body): void {
    const { recursive, size, uses, leftCycle, nullable } = this.#facts;
    const copied = (size[rule] as number) * (uses[rule] as number);
    if (
      !recursive[rule] &&
      (uses[rule] === 1 || (size[rule] as number) <= SMALL || copied <= COPIES)
    ) {
      this.#tasks.push([this.#rules.rules[rule] as Expression, from, to, body]);
      return;
    }
    const network = this.#network;
    const target = this.#bodyOf(rule);
    const last = to === body.end && network.returns[to] === true;
    if (last && leftCycle[rule] === undefined && leftCycle[body.rule] === undefined) {
      network.addEpsilon(from, target.start);
      return;
    }
    network.addCall(from, rule, to);
    if (nullable[rule]) network.addEpsilon(from, to);
  }

  #addAutomaton(
    { accepts, edges }: Automaton,
    spelling: Spelling,
    free: boolean,
    from: number,
    to: number,
  ): void {
    const network = this.#network;
    const states = accepts.map(() => network.addState());
    network.addEpsilon(from, states[0] as number);
    accepts.forEach((accept, i) => {
      const state = states[i] as number;
      if (free) network.free.add(state);
      if (accept) network.addEpsilon(state, to);
      const byTarget = new Map<number, number[]>();
      const list = edges[i] as readonly number[];
      for (let j = 0; j < list.length; j += 3) {
        const target = states[list[j + 2] as number] as number;
        if (spelling === "bytes") {
          network.addEdge(state, list[j] as number, list[j + 1] as number, target);
          continue;
        }
        const set = byTarget.get(target) ?? [];
        byTarget.set(target, set);
        set.push(list[j] as number, list[j + 1] as number);
      }
      const sequences = spelling === "json" ? jsonCharacterSequences : utf8Sequences;
      for (const [target, set] of byTarget) this.#addSequences(sequences(set), state, target);
    });
  }

  #addBytes(ranges: readonly number[], from: number, to: number): void {
    const network = this.#network;
    let at = from;
    for (let i = 0; i < ranges.length; i += 2) {
      const next = i === ranges.length - 2 ? to : network.addState();
      network.addEdge(at, ranges[i] as number, ranges[i + 1] as number, next);
      at = next;
    }
    if (ranges.length === 0) network.addEpsilon(from, to);
  }

  #addSequences(sequences: readonly ByteSequence[], from: number, to: number): void {
    const network = this.#network;
    const fragment = fragmentOf(sequences);
    const states = fragment.map((_, i) => (i === 0 ? from : network.addState()));
    fragment.forEach((edges, i) => {
      const state = states[i] as number;
      for (let j = 0; j < edges.length; j += 3) {
        const target = edges[j + 2] as number;
        const next = target < 0 ? to : (states[target] as number);
        network.addEdge(state, edges[j] as number, edges[j + 1] as number, next);
      }
    });
  }
}
