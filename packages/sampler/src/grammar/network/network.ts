// States that are joined by byte ranges, by nothing, and by calls of rules: a
// recursive transition network.

import { SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";

/** What most states have of most things. */
const NONE: readonly number[] = [];

function append(lists: (readonly number[])[], at: number, ...values: number[]): void {
  if (lists[at] === NONE) lists[at] = values;
  else (lists[at] as number[]).push(...values);
}

export class Network {
  /** Of each state: [from byte, to byte, target, …]. */
  readonly edges: number[][] = [];
  readonly epsilon: (readonly number[])[] = [];
  /** Of each state: [rule, state to return to, …]. */
  readonly calls: (readonly number[])[] = [];
  /** States in which the rule that was called is over. */
  readonly returns: boolean[] = [];
  /** States of text that the grammar doesn't govern. */
  readonly free = new Set<number>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  addState(): number {
    const { states } = this.#budget.limits;
    if (this.edges.length >= states) {
      throw new SamplerError(
        "ERR_LIMIT",
        `the grammar takes more than ${states} states (limits.states)`,
      );
    }
    this.#budget.spend();
    this.edges.push([]);
    this.epsilon.push(NONE);
    this.calls.push(NONE);
    this.returns.push(false);
    return this.edges.length - 1;
  }

  addEdge(from: number, low: number, high: number, to: number): void {
    this.#budget.spend();
    this.edges[from]?.push(low, high, to);
  }

  addEpsilon(from: number, to: number): void {
    this.#budget.spend();
    if (from !== to) append(this.epsilon, from, to);
  }

  addCall(from: number, rule: number, back: number): void {
    this.#budget.spend();
    append(this.calls, from, rule, back);
  }

  /** All states reached from `state` without a byte, itself first. */
  closure(state: number): number[] {
    const reached = [state];
    const seen = new Set(reached);
    for (let i = 0; i < reached.length; i++) {
      for (const next of this.epsilon[reached[i] as number] as readonly number[]) {
        if (!seen.has(next)) {
          seen.add(next);
          reached.push(next);
        }
      }
    }
    return reached;
  }
}
