// A pattern as a program for threads in order of priority, the usual way to run regular
// expressions in linear time. A thread may look at the next character without taking it.

import { ensure } from "../errors.js";
import type { Ranges } from "../unicode/ranges.js";
import { invert } from "./sets.js";
import type { PatternNode } from "./syntax.js";

const MAX_INSTRUCTIONS = 20_000;

/** Takes a character of set x and goes on. */
export const TAKE = 0;
/** Goes on at x, or else at y. */
export const SPLIT = 1;
/** Goes on if the next character is in set x, or, with y, the text ends. */
export const NEXT = 2;
export const MATCH = 3;

export interface Program {
  readonly operations: number[];
  readonly x: number[];
  readonly y: number[];
  readonly sets: Ranges[];
}

/** The program of a pattern, or undefined if it needs more than such threads can do. */
export function makeProgram(node: PatternNode): Program | undefined {
  const compiler = new Compiler();
  if (!compiler.emit(node)) return undefined;
  compiler.add(MATCH, 0, 0);
  return compiler;
}

class Compiler implements Program {
  readonly operations: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly sets: Ranges[] = [];
  readonly #indices = new Map<Ranges, number>();

  add(operation: number, x: number, y: number): number {
    ensure(
      this.x.length < MAX_INSTRUCTIONS,
      "ERR_LIMIT",
      () => `expected a pattern of at most ${MAX_INSTRUCTIONS} instructions, found more`,
    );
    this.operations.push(operation);
    this.x.push(x);
    return this.y.push(y) - 1;
  }

  get #here(): number {
    return this.x.length;
  }

  #setIndex(set: Ranges): number {
    let index = this.#indices.get(set);
    if (index === undefined) {
      index = this.sets.push(set) - 1;
      this.#indices.set(set, index);
    }
    return index;
  }

  /** Adds what a node does; false if that is impossible. */
  emit(node: PatternNode): boolean {
    switch (node.type) {
      case "set":
        this.add(TAKE, this.#setIndex(node.set), 0);
        return true;
      case "sequence":
        return node.parts.every((part) => this.emit(part));
      case "group":
        return this.emit(node.body);
      case "next":
        this.add(NEXT, this.#setIndex(node.set), Number(node.end));
        return true;
      case "choice":
        return this.#choice(node.options);
      case "atomic":
        if (node.body.type === "repeat" && node.body.mode === "greedy") {
          return this.#repeat({ ...node.body, mode: "possessive" });
        }
        return node.body.type === "set" && this.emit(node.body);
      case "repeat":
        return this.#repeat(node);
      default:
        return false;
    }
  }

  #choice(options: readonly PatternNode[]): boolean {
    const jumps: number[] = [];
    for (const [index, option] of options.entries()) {
      const last = index === options.length - 1;
      const split = last ? -1 : this.add(SPLIT, this.#here + 1, 0);
      if (!this.emit(option)) return false;
      if (last) continue;
      jumps.push(this.add(SPLIT, 0, 0));
      this.y[split] = this.#here;
    }
    for (const jump of jumps) this.#target(jump, this.#here);
    return true;
  }

  #target(jump: number, to: number): void {
    this.x[jump] = to;
    this.y[jump] = to;
  }

  #repeat(node: PatternNode & { type: "repeat" }): boolean {
    const { body, min, max, mode } = node;
    for (let i = 0; i < min; i++) if (!this.emit(body)) return false;
    const set = body.type === "set" ? body.set : undefined;
    if (mode === "possessive" && set === undefined) return false;
    if (max === Infinity) {
      const split = this.add(SPLIT, 0, 0);
      if (!this.emit(body)) return false;
      this.#target(this.add(SPLIT, 0, 0), split);
      this.#branch(split, split + 1, this.#here, mode);
      // A possessive repeat of one set ends where another character follows.
      if (mode === "possessive") this.add(NEXT, this.#setIndex(invert(set as Ranges)), 1);
      return true;
    }
    const leaves: number[] = [];
    for (let i = min; i < max; i++) {
      const split = this.add(SPLIT, 0, 0);
      leaves.push(split);
      if (!this.emit(body)) return false;
    }
    if (mode === "possessive" && leaves.length > 0) {
      const over = this.add(SPLIT, 0, 0);
      const check = this.add(NEXT, this.#setIndex(invert(set as Ranges)), 1);
      this.#target(over, this.#here);
      for (const split of leaves) this.#branch(split, split + 1, check, mode);
    } else {
      for (const split of leaves) this.#branch(split, split + 1, this.#here, mode);
    }
    return true;
  }

  #branch(split: number, inside: number, outside: number, mode: string): void {
    this.x[split] = mode === "lazy" ? outside : inside;
    this.y[split] = mode === "lazy" ? inside : outside;
  }
}
