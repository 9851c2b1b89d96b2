// Remembers the byte sequences of sets of characters: a grammar writes the same
// few sets again and again.

import type { Ranges } from "./ranges.js";
import type { ByteSequence } from "./utf8.js";

const MAX_ENTRIES = 1000;

export class SequenceCache {
  readonly #make: (set: Ranges) => readonly ByteSequence[];
  readonly #known = new Map<string, readonly ByteSequence[]>();

  constructor(make: (set: Ranges) => readonly ByteSequence[]) {
    this.#make = make;
  }

  get(set: Ranges): readonly ByteSequence[] {
    const key = set.join();
    let sequences = this.#known.get(key);
    if (sequences === undefined) {
      if (this.#known.size >= MAX_ENTRIES) this.#known.clear();
      sequences = this.#make(set);
      this.#known.set(key, sequences);
    }
    return sequences;
  }
}
