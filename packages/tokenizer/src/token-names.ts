// Tokens by id and ids by token, added tokens included. Nothing is made into strings
// before it is asked for.

import { ContentIndex } from "./bpe/content-index.js";
import type { AddedToken, TokenizerDefinition, Vocabulary } from "./definition.js";
import { TokenizerError } from "./errors.js";

/** One token of a vocabulary. */
export interface VocabularyEntry {
  readonly id: number;
  /** As the vocabulary writes it, such as `Ġthe` or `▁the`. */
  readonly token: string;
  /** Whether it is an added token rather than one of the model's. */
  readonly added: boolean;
  /** Whether `skipSpecialTokens` leaves it out. */
  readonly special: boolean;
}

export class TokenNames {
  readonly size: number;
  readonly #vocabulary: Vocabulary;
  readonly #added = new Map<number, AddedToken>();
  readonly #addedIds = new Map<string, number>();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #index: ContentIndex | undefined;

  constructor({ model, addedTokens }: TokenizerDefinition) {
    this.#vocabulary = model.vocabulary;
    let size = model.vocabulary.size;
    for (const token of addedTokens) {
      size = Math.max(size, token.id + 1);
      this.#added.set(token.id, token);
      this.#addedIds.set(token.content, token.id);
    }
    this.size = size;
  }

  has(id: number): boolean {
    const { size, starts, ends } = this.#vocabulary;
    if (this.#added.has(id)) return true;
    return typeof id === "number" && id < size && starts[id] !== ends[id];
  }

  /** @throws ERR_UNKNOWN_TOKEN */
  token(id: number): string {
    const added = this.#added.get(id);
    if (added !== undefined) return added.content;
    if (!this.has(id)) {
      throw new TokenizerError(
        "ERR_UNKNOWN_TOKEN",
        `no token has the id ${String(id)}: the vocabulary's ids are whole numbers below ${this.size}`,
      );
    }
    const { bytes, starts, ends } = this.#vocabulary;
    return this.#decoder.decode(bytes.subarray(starts[id], ends[id]));
  }

  id(token: string): number | undefined {
    const added = this.#addedIds.get(token);
    if (added !== undefined) return added;
    this.#index ??= new ContentIndex(this.#vocabulary, this.#vocabulary.size);
    const bytes = this.#encoder.encode(token);
    const id = this.#index.find(bytes, 0, bytes.length);
    return id < 0 ? undefined : id;
  }

  isAdded(id: number): boolean {
    return this.#added.has(id);
  }

  isSpecial(id: number): boolean {
    return this.#added.get(id)?.special ?? false;
  }

  *entries(): IterableIterator<VocabularyEntry> {
    for (let id = 0; id < this.size; id++) {
      if (!this.has(id)) continue;
      const added = this.#added.get(id);
      yield {
        id,
        token: this.token(id),
        added: added !== undefined,
        special: added?.special ?? false,
      };
    }
  }
}
