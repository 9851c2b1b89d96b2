// The part of a mask that doesn't depend on the stack: what is allowed while the
// rule at the top lasts, and where in the vocabulary's tree it can be over.

/** Nodes of the token tree at which a rule can be over, with tokens that go on below. */
export interface Exits {
  readonly nodes: readonly number[];
  /** By the state that the rule returns to: what it allows below the nodes. */
  readonly after: Map<number, Continued>;
}

export interface Continued {
  readonly tokens: readonly number[];
  readonly exits: Exits | undefined;
}

export interface MaskPart {
  readonly words: Uint32Array;
  /** Nodes where the rule can be over; needed only where something goes on from there. */
  readonly nodes: readonly number[];
  exits: Exits | undefined;
}
