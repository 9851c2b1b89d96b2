// A stream for decoders that have to see the tokens one by one (WordPiece's `##`, say).

import { checkIds } from "../options.js";
import type { ChainStream } from "./chain-stream.js";
import type { StreamDecoder } from "./stream-decoder.js";

export class TokenStreamDecoder implements StreamDecoder {
  static readonly name: string = "StreamDecoder"; // as users see it, minified or not
  readonly #tokensOf: (ids: ArrayLike<number>) => string[];
  readonly #begin: () => ChainStream;
  #stream: ChainStream;

  /** @param tokensOf  the tokens of ids, without those that are left out. */
  constructor(tokensOf: (ids: ArrayLike<number>) => string[], begin: () => ChainStream) {
    this.#tokensOf = tokensOf;
    this.#begin = begin;
    this.#stream = begin();
  }

  push(ids: number | ArrayLike<number>): string {
    const list = typeof ids === "number" ? [ids] : ids;
    checkIds(list);
    return this.#stream.push(this.#tokensOf(list)).join("");
  }

  end(): string {
    const text = this.#stream.end().join("");
    this.#stream = this.#begin();
    return text;
  }
}
