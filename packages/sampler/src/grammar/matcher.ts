// Follows one text through a grammar.

import { ensure } from "../errors.js";
import type { Machine } from "./machine/machine.js";
import type { Masks } from "./machine/masks.js";
import type { State } from "./machine/state.js";
import { hasBit, type Vocabulary } from "./vocabulary/vocabulary.js";

/** A place to come back to. Marks of a matcher and of its forks are good for all of them. */
export interface Mark {
  /** Tokens accepted. */
  readonly length: number;
}

interface Place extends Mark {
  readonly state: State;
  /** Whether an end token was accepted. */
  readonly over: boolean;
  readonly before: Place | undefined;
}

export interface MatcherParts {
  readonly machine: Machine;
  readonly masks: Masks;
  readonly vocabulary: Vocabulary;
}

const MAX_FORCED_BYTES = 4096;

export class Matcher {
  readonly #parts: MatcherParts;
  #place: Place;

  /** @internal */
  constructor(parts: MatcherParts, place?: Place) {
    this.#parts = parts;
    this.#place = place ?? {
      state: parts.machine.start,
      length: 0,
      over: false,
      before: undefined,
    };
  }

  /** Tokens accepted. */
  get length(): number {
    return this.#place.length;
  }

  /** Whether the text so far is a whole one of the grammar. */
  get isComplete(): boolean {
    return this.#place.state.ends;
  }

  /** Whether an end token was accepted; nothing can follow. */
  get isOver(): boolean {
    return this.#place.over;
  }

  /**
   * The tokens that can follow: bit `token & 31` of word `token >>> 5`; `undefined` if all can. End tokens are
   * among them where the text is complete. The array is shared: copy it before you write to it.
   */
  mask(): Uint32Array | undefined {
    const { state, over } = this.#place;
    if (over) return this.#parts.vocabulary.emptyMask();
    const mask = this.#parts.masks.mask(state);
    return mask === "all" ? undefined : mask;
  }

  /** Whether one token can follow, without a mask of all. */
  allows(token: number): boolean {
    return this.#after(token) !== undefined;
  }

  /** Goes on by a token. Returns false, and stays where it is, if the token can't follow. */
  accept(token: number): boolean {
    const next = this.#after(token);
    if (next === undefined) return false;
    this.#place = next;
    return true;
  }

  /**
   * The bytes that must come next, as far as there is only one way on and the text can't end: encode them instead
   * of asking the model. At most 4,096.
   */
  forced(): Uint8Array {
    const { machine } = this.#parts;
    const { byteClasses, representatives } = machine.network;
    const sizes = new Array<number>(representatives.length).fill(0);
    for (const byteClass of byteClasses) sizes[byteClass] = (sizes[byteClass] as number) + 1;
    const bytes: number[] = [];
    let { state } = this.#place;
    while (!this.#place.over && !state.ends && !state.free && bytes.length < MAX_FORCED_BYTES) {
      const possible = representatives.flatMap((_, byteClass) =>
        machine.step(state, byteClass) === machine.dead ? [] : [byteClass],
      );
      const [only] = possible;
      if (only === undefined || possible.length > 1 || sizes[only] !== 1) break;
      bytes.push(representatives[only] as number);
      state = machine.step(state, only);
    }
    return Uint8Array.from(bytes);
  }

  /** Takes back the last tokens. */
  rollback(tokens: number): void {
    ensure(
      Number.isInteger(tokens) && tokens >= 0 && tokens <= this.length,
      "ERR_ARGUMENT",
      () => `rollback: expected at most the ${this.length} tokens accepted, found ${tokens}`,
    );
    for (let i = 0; i < tokens; i++) this.#place = this.#place.before as Place;
  }

  mark(): Mark {
    return this.#place;
  }

  /** Goes to where `mark` was made, by this matcher or a fork of it. */
  reset(mark: Mark): void {
    this.#place = mark as Place;
  }

  /** A matcher at the same place that goes on by itself. */
  fork(): Matcher {
    return new Matcher(this.#parts, this.#place);
  }

  #after(token: number): Place | undefined {
    const before = this.#place;
    const { machine, vocabulary } = this.#parts;
    if (before.over || !Number.isInteger(token) || token < 0 || token >= vocabulary.size) {
      return undefined;
    }
    let { state } = before;
    const length = before.length + 1;
    if (vocabulary.endTokens.includes(token)) {
      return state.ends ? { state, length, over: true, before } : undefined;
    }
    const bytes = vocabulary.bytes(token);
    if (bytes === undefined || hasBit(vocabulary.special, token)) {
      return state.free ? { state, length, over: false, before } : undefined;
    }
    const { byteClasses } = machine.network;
    for (const byte of bytes) {
      state = machine.step(state, byteClasses[byte] as number);
      if (!state.live && !state.ends) return undefined;
    }
    return { state, length, over: false, before };
  }
}
