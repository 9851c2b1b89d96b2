// A stream for decoders in which a token's text depends on its neighbours (WordPiece's
// `##`, say): it decodes a window that begins with the last tokens already given.

import type { StreamDecoder } from "./stream-decoder.js";

/** Tokens before the new ones that are decoded with them: more than any decoder looks back. */
const CONTEXT = 4;

export class WindowStreamDecoder implements StreamDecoder {
  readonly #decode: (ids: readonly number[]) => string;
  #ids: number[] = [];
  /** How many of {@link #ids} have been given out. */
  #given = 0;

  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  push(ids: number | ArrayLike<number>): string {
    if (typeof ids === "number") this.#ids.push(ids);
    else for (let i = 0; i < ids.length; i++) this.#ids.push(ids[i] as number);
    return this.#take(false);
  }

  end(): string {
    const text = this.#take(true);
    this.#ids = [];
    this.#given = 0;
    return text;
  }

  #take(last: boolean): string {
    const before = this.#decode(this.#ids.slice(0, this.#given));
    const now = this.#decode(this.#ids);
    // What isn't a character yet, and what a later token may still change.
    if (!last && (now.endsWith("\ufffd") || !now.startsWith(before))) return "";
    const text = now.startsWith(before) ? now.slice(before.length) : now;
    this.#given = this.#ids.length;
    const drop = this.#given - CONTEXT;
    if (drop > 0 && !last) {
      this.#ids = this.#ids.slice(drop);
      this.#given -= drop;
    }
    return text;
  }
}
