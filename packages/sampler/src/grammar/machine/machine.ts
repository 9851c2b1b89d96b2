// Runs a network over bytes: an automaton over sets of stacks, made as far as
// texts need it, in which every step is made once and then remembered.
//
// A call makes one frame for all places that call the rule at the same byte, so
// ambiguous grammars stay polynomial (Tomita 1986).

import { SamplerError } from "../../errors.js";
import type { Linked } from "../network/link.js";
import { type Frame, type Moves, ROOT, State } from "./state.js";

/** Network states in one parse state; a grammar that needs more is hopelessly ambiguous. */
const MAX_CONFIGURATIONS = 200_000;
/** States remembered before all are forgotten and made anew where they are needed. */
const MAX_REMEMBERED = 50_000;

export class Machine {
  readonly network: Linked;
  /** The state after a byte that can't be. */
  readonly dead: State;
  readonly start: State;
  readonly #classes: number;
  #states = new Map<string, State>();
  #frames = new Map<string, Frame>();
  #moves = new Map<string, Moves>();
  #returned = new Map<number, State>();
  /** Of network states that call nothing: the moves from there. */
  #reached: (Moves | undefined)[] = [];
  #nextId = 1;

  constructor(network: Linked) {
    this.network = network;
    this.#classes = network.representatives.length;
    this.dead = new State(0, [], [], false, this.#classes);
    this.dead.next.fill(this.dead);
    const entry = network.entries.get(network.start) as number;
    this.start = this.#collect((visit) => visit(ROOT, entry), network.nullable);
  }

  /** The state after any byte of a class. */
  step(state: State, byteClass: number): State {
    const known = state.next[byteClass];
    if (known !== undefined) return known;
    const next = this.#after(state, this.network.representatives[byteClass] as number);
    state.next[byteClass] = next;
    return next;
  }

  #after(state: State, byte: number): State {
    const { edges } = this.network;
    const frames: Frame[] = [];
    const targets: number[] = [];
    for (let i = 0; i < state.frames.length; i++) {
      const frame = state.frames[i] as Frame;
      for (const from of (state.moves[i] as Moves).states) {
        const list = edges[from] as readonly number[];
        for (let j = 0; j < list.length; j += 3) {
          if (byte >= (list[j] as number) && byte <= (list[j + 1] as number)) {
            frames.push(frame);
            targets.push(list[j + 2] as number);
          }
        }
      }
    }
    if (targets.length === 0) return this.dead;
    const quick = this.#quickMoves(targets, frames);
    if (quick !== undefined) {
      const [frame] = frames as [Frame];
      const ends = frame === ROOT && targets.some((target) => this.network.closure(target).returns);
      return quick.states.length > 0
        ? this.#intern([frame], [quick], ends)
        : this.#intern([], [], ends);
    }
    return this.#collect((visit) => {
      targets.forEach((target, i) => {
        visit(frames[i] as Frame, target);
      });
    }, false);
  }

  /** The moves from some network states, if they are in one frame and no other is entered from there. */
  #quickMoves(targets: readonly number[], frames: readonly Frame[]): Moves | undefined {
    const [first, frame] = [targets[0] as number, frames[0]];
    if (targets.length === 1 && (frame === ROOT || !this.network.closure(first).returns)) {
      const known = this.#reached[first];
      if (known !== undefined) return known;
    }
    const all = new Set<number>();
    for (let i = 0; i < targets.length; i++) {
      const closure = this.network.closure(targets[i] as number);
      const returns = closure.returns && frame !== ROOT;
      if (returns || closure.calls.length > 0 || frames[i] !== frame) return undefined;
      for (const move of closure.moves) all.add(move);
    }
    const moves = this.#movesOf(all);
    if (targets.length === 1) this.#reached[first] = moves;
    return moves;
  }

  /** `moves` as all that there is, with the end of the rule as the end of the text. */
  alone(moves: Moves): State {
    return this.#intern([ROOT], [moves], false);
  }

  /** What follows when a rule returns to `back`, up to the end of the rule that called it. */
  returned(back: number): State {
    let state = this.#returned.get(back);
    if (state === undefined) {
      state = this.#collect((visit) => visit(ROOT, back), false);
      this.#returned.set(back, state);
    }
    return state;
  }

  /** Forgets all states. Those in use stay good; equal ones will be other objects. */
  forget(): void {
    this.#states = new Map();
    this.#frames = new Map();
    this.#moves = new Map();
    this.#returned = new Map();
    this.#reached = [];
    this.start.next.fill(undefined);
    this.start.mask = undefined;
    for (const moves of this.start.moves) moves.part = undefined;
  }

  /** The state of all that is reached without a byte from what `begin` visits. */
  #collect(begin: (visit: (frame: Frame, state: number) => void) => void, ends: boolean): State {
    const { network } = this;
    const reached = new Map<Frame, { seen: Set<number>; moves: Set<number> }>();
    const work: [Frame, number][] = [];
    const pending = new Map<number, [back: number, frame: Frame][]>();
    let count = 0;
    const visit = (frame: Frame, state: number) => {
      let at = reached.get(frame);
      if (at === undefined) {
        at = { seen: new Set(), moves: new Set() };
        reached.set(frame, at);
      }
      if (at.seen.has(state)) return;
      at.seen.add(state);
      if (++count > MAX_CONFIGURATIONS) {
        throw new SamplerError(
          "ERR_LIMIT",
          `the grammar is in more than ${MAX_CONFIGURATIONS} places at once`,
        );
      }
      work.push([frame, state]);
    };
    begin(visit);
    for (;;) {
      for (let item = work.pop(); item !== undefined; item = work.pop()) {
        const [frame, state] = item;
        const closure = network.closure(state);
        const at = reached.get(frame) as { moves: Set<number> };
        for (const move of closure.moves) at.moves.add(move);
        for (let i = 0; i < closure.calls.length; i += 2) {
          const rule = closure.calls[i] as number;
          const list = pending.get(rule) ?? [];
          pending.set(rule, list);
          list.push([closure.calls[i + 1] as number, frame]);
        }
        if (!closure.returns) continue;
        if (frame === ROOT) ends = true;
        for (let i = 0; i < frame.backs.length; i++) {
          visit(frame.parents[i] as Frame, frame.backs[i] as number);
        }
      }
      if (pending.size === 0) break;
      // A rule is entered when all that call it here are known.
      let first = -1;
      for (const rule of pending.keys()) {
        if (first < 0 || this.#orderOf(rule) < this.#orderOf(first)) first = rule;
      }
      const callers = pending.get(first) as [number, Frame][];
      pending.delete(first);
      visit(this.#frame(callers), network.entries.get(first) as number);
    }
    const frames: Frame[] = [];
    for (const [frame, { moves }] of reached) if (moves.size > 0) frames.push(frame);
    if (frames.length === 0 && !ends)
      return this.dead ?? new State(0, [], [], false, this.#classes);
    frames.sort((a, b) => a.id - b.id);
    return this.#intern(
      frames,
      frames.map((f) => this.#movesOf((reached.get(f) as { moves: Set<number> }).moves)),
      ends,
    );
  }

  #orderOf(rule: number): number {
    return this.network.order.get(rule) as number;
  }

  #frame(callers: [back: number, frame: Frame][]): Frame {
    callers.sort((a, b) => a[0] - b[0] || a[1].id - b[1].id);
    const distinct = callers.filter(
      ([back, frame], i) => back !== callers[i - 1]?.[0] || frame !== callers[i - 1]?.[1],
    );
    const key = distinct.map(([back, frame]) => `${back}@${frame.id}`).join();
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = {
        id: this.#nextId++,
        backs: distinct.map(([back]) => back),
        parents: distinct.map(([, parent]) => parent),
      };
      this.#frames.set(key, frame);
    }
    return frame;
  }

  #movesOf(set: Set<number>): Moves {
    const states = [...set].sort((a, b) => a - b);
    const key = states.join();
    let moves = this.#moves.get(key);
    if (moves === undefined) {
      const free = states.some((state) => this.network.free.has(state));
      moves = { id: this.#nextId++, states, free, part: undefined };
      this.#moves.set(key, moves);
    }
    return moves;
  }

  #intern(frames: readonly Frame[], moves: readonly Moves[], ends: boolean): State {
    let key = ends ? "$" : "";
    for (let i = 0; i < frames.length; i++) {
      key += `${(frames[i] as Frame).id}:${(moves[i] as Moves).id},`;
    }
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MAX_REMEMBERED) this.forget();
      state = new State(this.#nextId++, frames, moves, ends, this.#classes);
      this.#states.set(key, state);
    }
    return state;
  }
}
