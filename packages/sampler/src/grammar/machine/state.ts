// Where a text can be in a grammar: states of the network, each set of them
// above a stack of places to return to. Stacks share what they have in common.

import type { MaskPart } from "./mask-part.js";

/** Places to return to when a rule is over. The root has none: there the whole grammar is over. */
export interface Frame {
  readonly id: number;
  /** Network states to go on from, each in the frame at the same index of `parents`. */
  readonly backs: readonly number[];
  readonly parents: readonly Frame[];
}

export const ROOT: Frame = { id: 0, backs: [], parents: [] };

/** A set of network states, each with edges. */
export interface Moves {
  readonly id: number;
  readonly states: readonly number[];
  readonly free: boolean;
  /** What of a mask depends on these alone. */
  part: MaskPart | undefined;
}

/** All places that a text can be at. Equal ones are one object while the machine remembers it. */
export class State {
  readonly id: number;
  readonly frames: readonly Frame[];
  /** Of each frame. */
  readonly moves: readonly Moves[];
  /** Whether what was begun in the root frame is over here. */
  readonly ends: boolean;
  /** Whether a byte can follow. */
  readonly live: boolean;
  /** Whether text may come that the grammar doesn't govern. */
  readonly free: boolean;
  /** By class of byte; those not needed yet are undefined. */
  readonly next: (State | undefined)[];
  mask: Uint32Array | "all" | undefined;

  constructor(
    id: number,
    frames: readonly Frame[],
    moves: readonly Moves[],
    ends: boolean,
    classes: number,
  ) {
    this.id = id;
    this.frames = frames;
    this.moves = moves;
    this.ends = ends;
    this.live = frames.length > 0;
    this.free = moves.some((m) => m.free);
    this.next = new Array(classes).fill(undefined);
  }
}
