// The text of tokens as they arrive, up to a stop string.

import { StopMatcher } from "./stop-matcher.js";

/** What makes text of tokens, such as a `Tokenizer` of `@ryanstream/tokenizer`. */
export interface Detokenizer {
  decodeStream(options?: { readonly skipSpecialTokens?: boolean }): {
    push(id: number): string;
    end(): string;
  };
  /**
   * Tells which ids have a token. With it, one that has none adds no text, as in vLLM and llama.cpp: models give such ids
   * whose vocabulary was rounded up.
   */
  idToToken?(id: number): string | undefined;
}

export class TokenText {
  readonly #detokenizer: Detokenizer;
  readonly #decoder: ReturnType<Detokenizer["decodeStream"]>;
  readonly #matcher: StopMatcher;

  constructor(detokenizer: Detokenizer, stops: readonly string[], skipSpecialTokens: boolean) {
    this.#detokenizer = detokenizer;
    this.#decoder = detokenizer.decodeStream({ skipSpecialTokens });
    this.#matcher = new StopMatcher(stops);
  }

  /** The stop string that was found. */
  get stopped(): string | undefined {
    return this.#matcher.stopped;
  }

  /** What a token adds to the text that is certain. */
  push(token: number): string {
    const known = this.#detokenizer;
    if (known.idToToken && known.idToToken(token) === undefined) return "";
    return this.#matcher.push(this.#decoder.push(token));
  }

  /** What is left when no more tokens come. */
  end(): string {
    return this.#matcher.push(this.#decoder.end()) + this.#matcher.end();
  }
}
