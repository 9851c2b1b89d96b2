// Determinization: the ordered list of threads that are alive is a state. What a thread
// may do can depend on the next character, so a state is followed by class of the next
// character, and whether a match ends is known one character late, with the transition.

import { ensure } from "../errors.js";
import { type Alphabet, END, makeAlphabet } from "./alphabet.js";
import { MATCH, NEXT, type Program, SPLIT, TAKE } from "./program.js";

const MAX_STATES = 8192;

/**
 * A deterministic automaton over code points that finds the match which a backtracking
 * engine would find, reading each character once:
 *
 *     let last = -1;
 *     for (let state = start; ; ) {
 *       const t = transitions[state + classOfCharacterAt(p)]; // class 0 at the end of the text
 *       if (t & 1) last = p;
 *       state = t >> 1;
 *       if (state === 0) break;
 *       p = afterCharacterAt(p);
 *     }
 */
export interface Dfa {
  /** Class of each ASCII character. */
  readonly asciiClasses: Uint8Array;
  /** Class of code point c: `classes[(blocks[c >> 7] << 7) | (c & 127)]`. */
  readonly blocks: Uint16Array;
  readonly classes: Uint8Array;
  /** Number of classes, with 0 for the end of the text. */
  readonly stride: number;
  /**
   * Entry for a state (times `stride`) and the class of the next character: bit 0 says that a
   * match ends before that character; the rest is the next state (times `stride`), 0 if there
   * is none.
   */
  readonly transitions: Int32Array;
  readonly start: number;
}

/** The automaton of a program. */
export function makeDfa(program: Program): Dfa {
  const alphabet = makeAlphabet(program.sets);
  const { size } = alphabet;
  const determinizer = new Determinizer(program, alphabet);
  determinizer.state([0]);
  const rows: Int32Array[] = [new Int32Array(size)];
  for (let s = 1; s <= determinizer.count; s++) {
    const row = new Int32Array(size);
    for (let c = 0; c < size; c++) row[c] = determinizer.step(s, c);
    rows.push(row);
  }
  const transitions = new Int32Array(rows.length * size);
  for (const [index, row] of rows.entries()) transitions.set(row, index * size);
  const { blocks, values } = alphabet.table;
  const first = (blocks[0] as number) << 7;
  return {
    asciiClasses: values.slice(first, first + 128),
    blocks,
    classes: values,
    stride: size,
    transitions,
    start: size,
  };
}

class Determinizer {
  readonly #lists: (readonly number[])[] = [[]];
  readonly #known = new Map<string, number>();
  /** Whether instruction i takes class c, or lets it pass. */
  readonly #allowed: Uint8Array;
  readonly #visited: Int32Array;
  #round = 0;

  readonly #program: Program;
  readonly #alphabet: Alphabet;

  constructor(program: Program, alphabet: Alphabet) {
    this.#program = program;
    this.#alphabet = alphabet;
    const { operations, x, y, sets } = program;
    const { size } = alphabet;
    const bySet = sets.map((_, set) => {
      const row = new Uint8Array(size);
      for (let c = 1; c < size; c++) row[c] = Number(alphabet.has(set, c));
      return row;
    });
    this.#allowed = new Uint8Array(operations.length * size);
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i] as number;
      if (operation !== TAKE && operation !== NEXT) continue;
      this.#allowed.set(bySet[x[i] as number] as Uint8Array, i * size);
      if (operation === NEXT) this.#allowed[i * size + END] = y[i] as number;
    }
    this.#visited = new Int32Array(operations.length);
  }

  /** Number of the last state; 0 has no threads. */
  get count(): number {
    return this.#lists.length - 1;
  }

  /** Number of the state of these threads, by priority. */
  state(threads: readonly number[]): number {
    if (threads.length === 0) return 0;
    const key = threads.join();
    let state = this.#known.get(key);
    if (state === undefined) {
      state = this.#lists.push(threads) - 1;
      ensure(
        state < MAX_STATES,
        "ERR_LIMIT",
        () => `expected a pattern of at most ${MAX_STATES} states, found more`,
      );
      this.#known.set(key, state);
    }
    return state;
  }

  /** The transition of a state where a character of this class is next. */
  step(state: number, characterClass: number): number {
    const { operations, x, y } = this.#program;
    const { size } = this.#alphabet;
    const allowed = this.#allowed;
    const visited = this.#visited;
    const round = ++this.#round;
    const next: number[] = [];
    const stack: number[] = [];
    let matched = 0;
    for (const thread of this.#lists[state] as readonly number[]) {
      stack.push(thread);
      while (stack.length > 0) {
        const at = stack.pop() as number;
        if (visited[at] === round) continue;
        visited[at] = round;
        const operation = operations[at];
        if (operation === SPLIT) {
          stack.push(y[at] as number, x[at] as number);
        } else if (operation === MATCH) {
          matched = 1;
          break;
        } else if (allowed[at * size + characterClass] === 1) {
          if (operation === NEXT) stack.push(at + 1);
          else next.push(this.#skip(at + 1));
        }
      }
      // Threads of lower priority than a match are of no interest.
      if (matched === 1) break;
    }
    return ((this.state(next) * size) << 1) | matched;
  }

  /** Where a jump, which is a split with one target, leads: fewer lists differ then. */
  #skip(at: number): number {
    const { operations, x, y } = this.#program;
    while (operations[at] === SPLIT && x[at] === y[at]) at = x[at] as number;
    return at;
  }
}
