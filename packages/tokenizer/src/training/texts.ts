// The texts of a corpus one after another, from an iterable of either kind.

import { ensure } from "../errors.js";
import { shown } from "./options.js";

export class Texts {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #async: boolean;
  readonly #signal: AbortSignal | undefined;
  #fail: ((reason: unknown) => void) | undefined;
  readonly #onAbort = (): void => this.#fail?.(this.#signal?.reason);
  #done = false;
  /** Texts given. */
  count = 0;

  constructor(from: Iterable<string> | AsyncIterable<string>, signal: AbortSignal | undefined) {
    const source = from as unknown as Partial<Iterable<string> & AsyncIterable<string>> | null;
    ensure(
      typeof source === "object" &&
        source !== null &&
        (typeof source[Symbol.asyncIterator] === "function" ||
          typeof source[Symbol.iterator] === "function"),
      "ERR_ARGUMENT",
      () =>
        `texts must be an iterable or async iterable of strings, such as an array or the lines of a file, found ${shown(from)}`,
    );
    this.#async = typeof source[Symbol.asyncIterator] === "function";
    this.#iterator = this.#async
      ? (from as AsyncIterable<string>)[Symbol.asyncIterator]()
      : (from as Iterable<string>)[Symbol.iterator]();
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }

  /** The next text, or undefined at the end. */
  next(): string | undefined | Promise<string | undefined> {
    if (!this.#async) return this.#text((this.#iterator as Iterator<unknown>).next());
    return new Promise<IteratorResult<unknown>>((resolve, reject) => {
      // An abort must not have to wait for a source that gives nothing.
      this.#fail = reject;
      (this.#iterator as AsyncIterator<unknown>).next().then(resolve, reject);
    }).then((result) => this.#text(result));
  }

  /** Lets the source go, which may still hold a file open. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#done) return;
    try {
      const closing: unknown = this.#iterator.return?.();
      if (closing instanceof Promise) closing.catch(() => {});
    } catch {
      // Whatever ended the run is what its caller should learn.
    }
  }

  #text(result: IteratorResult<unknown>): string | undefined {
    if (result.done) {
      this.#done = true;
      return undefined;
    }
    const text = result.value;
    ensure(
      typeof text === "string",
      "ERR_TRAINING",
      () => `Every text must be a string; text ${this.count} of the corpus is ${shown(text)}`,
    );
    this.count++;
    return text;
  }
}
