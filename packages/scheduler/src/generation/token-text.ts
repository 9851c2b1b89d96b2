// The text of tokens as they arrive, up to a stop string.

import { StopMatcher } from "./stop-matcher.js";

/** What makes text of tokens, such as a `Tokenizer` of `@ryanstream/tokenizer`. */
export interface Detokenizer {
  decodeStream(): { push(id: number): string; end(): string };
}

export class TokenText {
  readonly #decoder: ReturnType<Detokenizer["decodeStream"]>;
  readonly #matcher: StopMatcher;

  constructor(detokenizer: Detokenizer, stops: readonly string[]) {
    this.#decoder = detokenizer.decodeStream();
    this.#matcher = new StopMatcher(stops);
  }

  /** The stop string that was found. */
  get stopped(): string | undefined {
    return this.#matcher.stopped;
  }

  /** What a token adds to the text that is certain. */
  push(token: number): string {
    return this.#matcher.push(this.#decoder.push(token));
  }

  /** What is left when no more tokens come. */
  end(): string {
    return this.#matcher.push(this.#decoder.end()) + this.#matcher.end();
  }
}
