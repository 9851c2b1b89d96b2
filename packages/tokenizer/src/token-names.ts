// Tokens by id and ids by token, added tokens included. Nothing is made into strings
// before it is asked for.

import { ContentIndex } from "./bpe/content-index.js";
import type { TokenizerDefinition, Vocabulary } from "./definition.js";
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
  /** Contents of added tokens. */
  readonly #added = new Map<number, string>();
  /** What they look like in a text. */
  readonly #texts = new Map<number, string>();
  readonly #addedIds = new Map<string, number>();
  readonly #specials = new Set<string>();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #index: ContentIndex | undefined;

  /**
   * @param normalize  what the normalizer makes of an added token that is searched for in the normalized text. It is
   *   decoded as that (https://github.com/huggingface/tokenizers/pull/1995).
   */
  constructor(
    { model, addedTokens }: TokenizerDefinition,
    normalize = (text: string): string => text,
  ) {
    this.#vocabulary = model.vocabulary;
    let size = model.vocabulary.size;
    for (const { id, content, normalized, special } of addedTokens) {
      size = Math.max(size, id + 1);
      this.#added.set(id, content);
      this.#texts.set(id, normalized ? normalize(content) : content);
      this.#addedIds.set(content, id);
      if (special) this.#specials.add(content);
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
    const added = this.#texts.get(id);
    if (added !== undefined) return added;
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

  /** By what it looks like, so that a special token of which the normalizer makes another text is none. */
  isSpecial(id: number): boolean {
    return this.#specials.has(this.#texts.get(id) as string);
  }

  *entries(): IterableIterator<VocabularyEntry> {
    for (let id = 0; id < this.size; id++) {
      if (!this.has(id)) continue;
      yield {
        id,
        token: this.#added.get(id) ?? this.token(id),
        added: this.isAdded(id),
        special: this.isSpecial(id),
      };
    }
  }
}
