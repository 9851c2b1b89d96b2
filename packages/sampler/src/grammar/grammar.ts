// A compiled grammar, for any number of texts at once.

import { Machine } from "./machine/machine.js";
import { Masks } from "./machine/masks.js";
import { Matcher, type MatcherParts } from "./matcher.js";
import type { Linked } from "./network/link.js";
import type { Vocabulary } from "./vocabulary/vocabulary.js";

export class Grammar {
  readonly vocabulary: Vocabulary;
  readonly #parts: MatcherParts;

  /** @internal */
  constructor(network: Linked, vocabulary: Vocabulary, maskBytes: number) {
    const machine = new Machine(network);
    this.vocabulary = vocabulary;
    const masks = new Masks(machine, vocabulary, maskBytes);
    this.#parts = { machine, masks, vocabulary };
    masks.mask(machine.start); // Every text needs it, and none should wait for it.
  }

  /** A matcher at the start of a text. */
  start(): Matcher {
    return new Matcher(this.#parts);
  }

  /** Whether the grammar has all of `text`. */
  matches(text: string | Uint8Array): boolean {
    const { machine } = this.#parts;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    let state = machine.start;
    for (const byte of bytes) {
      state = machine.step(state, machine.network.byteClasses[byte] as number);
    }
    return state.ends;
  }
}
