// Which tokens can follow: walks over the tree of tokens, as few as possible.
//
// What a rule allows while it lasts depends only on the states at the top of the
// stack, so it is found once for each set of them. Tokens in which the rule ends
// and others go on are found below the nodes where it can end, once for each state
// that it can return to. A mask is the union of such parts.

import { SHORT, SLICES, type Slice } from "../vocabulary/slices.js";
import { hasBit, setBit, unite, type Vocabulary } from "../vocabulary/vocabulary.js";
import type { Machine } from "./machine.js";
import type { Continued, Exits, MaskPart } from "./mask-part.js";
import { type Frame, type Moves, ROOT, type State } from "./state.js";

/** Pairs of states that are compared before no more is said of a slice; fewer for all text, which few states count. */
const MAX_PAIRS = 300;
const MAX_PAIRS_OF_ALL = 40;

/** From so many nodes on it pays to look at the whole tree for those that matter. */
const MANY_NODES = 500;

/** How much of a slice is allowed. */
interface Reach {
  /** All texts of so many characters. */
  readonly characters: number;
  /** And no others, nor ones in which a rule ends. */
  readonly exact: boolean;
}

export class Masks {
  readonly #machine: Machine;
  readonly #vocabulary: Vocabulary;
  readonly #maxMasks: number;
  readonly #slices: readonly ClassSlice[];
  readonly #path: State[] = [];
  readonly #counts: Int32Array;
  #known = new Map<string, Exits>();
  #count = 0;

  constructor(machine: Machine, vocabulary: Vocabulary, maskBytes: number) {
    this.#machine = machine;
    this.#vocabulary = vocabulary;
    this.#maxMasks = Math.max(8, Math.floor(maskBytes / (4 * this.#empty().length + 256)));
    this.#counts = new Int32Array(vocabulary.tree.tokens.length + 1);
    const { byteClasses } = machine.network;
    this.#slices = SLICES.map((slice) => byClass(slice, byteClasses));
  }

  /** The tokens that can follow, a bit each, or `"all"`. */
  mask(state: State): Uint32Array | "all" {
    if (state.mask !== undefined) return state.mask;
    if (this.#count > this.#maxMasks) {
      this.#machine.forget();
      this.#known = new Map();
      this.#count = 0;
    }
    const mask = this.#make(state);
    state.mask = mask;
    return mask;
  }

  #make(state: State): Uint32Array | "all" {
    const parts = state.moves.map((moves) => this.#part(moves));
    const [first] = parts;
    const alone = state.frames[0] === ROOT || first?.nodes.length === 0;
    if (first !== undefined && parts.length === 1 && alone && !state.ends && !state.free) {
      return first.words;
    }
    const words = first === undefined ? this.#empty() : first.words.slice();
    this.#count++;
    for (const part of parts.slice(1)) unite(words, part.words);
    const visited = new Map<Exits, Set<Frame>>();
    parts.forEach((part, i) => {
      const frame = state.frames[i] as Frame;
      if (frame === ROOT) return;
      part.exits ??= this.#exits(this.#unsettled(part));
      this.#addExits(part.exits, frame, words, visited);
    });
    this.#vocabulary.addCopies(words);
    if (state.ends) for (const token of this.#vocabulary.endTokens) setBit(words, token);
    if (state.free) {
      unite(words, this.#vocabulary.special);
      if (
        state.ends &&
        this.#vocabulary.withBytes.every((word, i) => ((words[i] as number) & word) >>> 0 === word)
      ) {
        return "all";
      }
    }
    return words;
  }

  #addExits(
    exits: Exits | undefined,
    frame: Frame,
    words: Uint32Array,
    visited: Map<Exits, Set<Frame>>,
  ): void {
    if (exits === undefined || frame === ROOT) return;
    const frames = visited.get(exits) ?? new Set();
    if (frames.has(frame)) return;
    visited.set(exits, frames.add(frame));
    frame.backs.forEach((back, i) => {
      const continued = this.#continue(exits, back);
      for (const token of continued.tokens) setBit(words, token);
      this.#addExits(continued.exits, frame.parents[i] as Frame, words, visited);
    });
  }

  #part(moves: Moves): MaskPart {
    if (moves.part === undefined) {
      this.#count++;
      const state = this.#machine.alone(moves);
      const { sliceMasks, tree } = this.#vocabulary;
      const words = this.#empty();
      const exits: number[] = [];
      const walk = (group: number) => {
        const [from, to] = [tree.groups[group] as number, tree.groups[group + 1] as number];
        this.#walk(from, to, state, 0, exits, (token) => setBit(words, token));
      };
      walk(2 * sliceMasks.length);
      let reach: Reach = { characters: 0, exact: false };
      for (let slice = sliceMasks.length - 1; slice >= 0; slice--) {
        const settled = reach.exact || reach.characters >= SHORT;
        // What holds for all of a slice holds for those within it.
        if (!settled) {
          const pairs = slice === sliceMasks.length - 1 ? MAX_PAIRS_OF_ALL : MAX_PAIRS;
          reach = this.#reach(state, this.#slices[slice] as ClassSlice, pairs);
        }
        const { characters, exact } = reach;
        if (exact || characters >= SHORT) {
          unite(words, sliceMasks[slice]?.[Math.min(characters, SHORT + 1)] as Uint32Array);
        } else walk(2 * slice);
        if (!exact && characters <= SHORT) walk(2 * slice + 1);
      }
      this.#vocabulary.addCopies(words);
      moves.part = { words, nodes: exits, exits: undefined };
    }
    return moves.part;
  }

  #continue(exits: Exits, back: number): Continued {
    let continued = exits.after.get(back);
    if (continued === undefined) {
      const { ends, depths } = this.#vocabulary.tree;
      const state = this.#machine.returned(back);
      const tokens: number[] = [];
      const more: number[] = [];
      for (const node of exits.nodes) {
        if (state.ends) more.push(node);
        this.#walk(node + 1, ends[node] as number, state, depths[node] as number, more, (token) =>
          tokens.push(token),
        );
      }
      continued = { tokens, exits: this.#exits(more) };
      exits.after.set(back, continued);
    }
    return continued;
  }

  /** Walks nodes that lie under a node of depth `depth`, at which the text is in `state`. */
  #walk(
    from: number,
    to: number,
    state: State,
    depth: number,
    exits: number[],
    allow: (token: number) => void,
  ): void {
    const machine = this.#machine;
    const { dead } = machine;
    const { byteClasses } = machine.network;
    const { bytes, tokens, ends, depths } = this.#vocabulary.tree;
    const path = this.#path;
    path[depth] = state;
    for (let node = from; node < to; ) {
      const at = depths[node] as number;
      const byteClass = byteClasses[bytes[node] as number] as number;
      const before = path[at - 1] as State;
      const next = before.next[byteClass] ?? machine.step(before, byteClass);
      if (next === dead) {
        node = ends[node] as number;
        continue;
      }
      const token = tokens[node] as number;
      if (token >= 0) allow(token);
      const end = ends[node] as number;
      if (next.ends && end > node + 1) exits.push(node);
      if (next.live) {
        path[at] = next;
        node++;
      } else node = end;
    }
  }

  #reach(start: State, slice: ClassSlice, maxPairs: number): Reach {
    const machine = this.#machine;
    // States after whole characters, all of which may follow.
    const passed = new Set<State>();
    let layer = new Set([start]);
    let pairs = 0;
    let ends = false;
    for (let characters = 0; ; characters++) {
      const next = new Set<State>();
      let dead = false;
      let live = false;
      for (const state of layer) {
        if (passed.has(state)) {
          layer.delete(state);
          live = true;
        }
      }
      if (layer.size === 0) return { characters: Number.POSITIVE_INFINITY, exact: false };
      if (characters > SHORT) return { characters: SHORT, exact: false };
      const work: [State, number][] = [...layer].map((state) => [state, 0]);
      const seen = new Set<number>();
      for (const [from, at] of work) {
        const row = slice[at] as Int16Array;
        if (++pairs > maxPairs) return { characters, exact: false };
        for (let i = 0; i < row.length; i += 2) {
          const byteClass = row[i] as number;
          const target = from.next[byteClass] ?? machine.step(from, byteClass);
          ends ||= target.ends;
          if (!target.live) {
            if (live || at !== 0) return { characters, exact: false };
            dead = true;
            continue;
          }
          if (dead) return { characters, exact: false };
          live = true;
          const then = row[i + 1] as number;
          if (then === 0) next.add(target);
          else if (!seen.has(target.id * 256 + then)) {
            seen.add(target.id * 256 + then);
            work.push([target, then]);
          }
        }
      }
      if (dead) return { characters, exact: !ends };
      for (const state of layer) passed.add(state);
      layer = next;
    }
  }

  /** Nodes with tokens below them that aren't allowed already. */
  #unsettled({ nodes, words }: MaskPart): readonly number[] {
    if (nodes.length < MANY_NODES) return nodes;
    const { tokens, ends } = this.#vocabulary.tree;
    // Of each node: how many tokens before it aren't allowed.
    const before = this.#counts;
    let count = 0;
    for (let node = 0; node < tokens.length; node++) {
      before[node] = count;
      const token = tokens[node] as number;
      if (token >= 0 && !hasBit(words, token)) count++;
    }
    before[tokens.length] = count;
    return nodes.filter(
      (node) => (before[ends[node] as number] as number) > (before[node + 1] as number),
    );
  }

  /** Equal exits are one, or there would be one for each way up a stack. */
  #exits(list: readonly number[]): Exits | undefined {
    if (list.length === 0) return undefined;
    const nodes = [...new Set(list)].sort((a, b) => a - b);
    const key = nodes.join();
    let exits = this.#known.get(key);
    if (exits === undefined) {
      exits = { nodes, after: new Map() };
      this.#known.set(key, exits);
    }
    return exits;
  }

  #empty(): Uint32Array {
    return this.#vocabulary.emptyMask();
  }
}

/** Of each state of a slice: [class of byte, state after it, …], without what it doesn't allow. */
type ClassSlice = readonly Int16Array[];

function byClass(slice: Slice, byteClasses: Uint8Array): ClassSlice {
  return slice.next.map((row) => {
    const pairs = new Set<number>();
    row.forEach((target, byte) => {
      if (target >= 0) pairs.add((byteClasses[byte] as number) * 256 + target);
    });
    return Int16Array.from([...pairs].flatMap((pair) => [pair >> 8, pair & 255]));
  });
}
