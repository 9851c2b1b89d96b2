// A session on an engine: checks what it is asked, and hands appends to the step loop.

import { integer, oneOf, tokenCount, tokenIds } from "./check.js";
import { ensure, SchedulerError } from "./errors.js";
import type { Logits } from "./logits.js";
import type { Sequence } from "./memory/sequence.js";
import { onAbort } from "./on-abort.js";
import type { AppendOptions, Session, Want, WhenFull } from "./session.js";
import { PendingAppend } from "./steps/pending-append.js";
import type { StepLoop } from "./steps/step-loop.js";

/** What all sessions of an engine share. */
export interface SessionHost {
  readonly loop: StepLoop;
  readonly vocabularySize: number;
  readonly maxLength: number;
  readonly whenFull: WhenFull;
  /** A number for each append, ascending. */
  nextOrder(): number;
}

export class LiveSession implements Session {
  readonly #host: SessionHost;
  readonly #sequence: Sequence;
  #append: PendingAppend | undefined;

  constructor(host: SessionHost, sequence: Sequence) {
    this.#host = host;
    this.#sequence = sequence;
    host.loop.sequences.add(sequence);
  }

  get length(): number {
    return this.#sequence.length;
  }

  get maxLength(): number {
    return this.#host.maxLength;
  }

  get busy(): boolean {
    return this.#append !== undefined;
  }

  async append(
    tokens: ArrayLike<number>,
    want: Want = "last",
    { signal, whenFull, onProgress }: AppendOptions = {},
  ): Promise<Logits> {
    this.#expectIdle("append");
    const count = tokenCount(tokens);
    oneOf(want, "want", ["last", "all", "none"]);
    const full = oneOf(whenFull ?? this.#host.whenFull, "whenFull", ["wait", "fail"]);
    const { length, maxLength } = this;
    ensure(
      length + count <= maxLength,
      "ERR_LENGTH",
      () =>
        `append: expected at most ${maxLength} tokens in a session, found ${length} and ${count} more`,
    );
    signal?.throwIfAborted();
    const ids = tokenIds(tokens, this.#host.vocabularySize);
    return this.#submit(ids, want, full, { signal, onProgress });
  }

  #submit(
    tokens: Int32Array,
    want: Want,
    whenFull: WhenFull,
    { signal, onProgress }: AppendOptions,
  ): Promise<Logits> {
    const { loop } = this.#host;
    const cancel = () => loop.cancel(append, signal?.reason);
    const stopListening = signal && onAbort(signal, cancel);
    const onOver = () => {
      this.#append = undefined;
      stopListening?.();
    };
    const append = new PendingAppend(
      this.#host.nextOrder(),
      this.#sequence,
      tokens,
      want,
      onOver,
      onProgress,
    );
    this.#append = append;
    loop.submit(append, whenFull);
    return append.promise;
  }

  truncate(length: number): void {
    this.#expectIdle("truncate");
    this.#sequence.truncate(integer(length, "truncate: length", 0, this.length));
    this.#host.loop.memoryCameBack();
  }

  fork(): Session {
    this.#expectIdle("fork");
    return new LiveSession(this.#host, this.#sequence.fork());
  }

  [Symbol.dispose](): void {
    if (this.#sequence.disposed) return;
    this.#sequence.disposed = true;
    const { loop } = this.#host;
    loop.sequences.delete(this.#sequence);
    if (this.#append === undefined) this.#sequence.truncate(0);
    else {
      const error = new SchedulerError("ERR_DISPOSED", "append: the session was disposed of");
      this.#append.reject(error);
      loop.cancel(this.#append, error);
    }
    loop.memoryCameBack();
  }

  #expectIdle(method: string): void {
    ensure(
      !this.#sequence.disposed,
      "ERR_DISPOSED",
      () => `${method}: expected a live session, found one that was disposed of`,
    );
    ensure(
      this.#append === undefined,
      "ERR_BUSY",
      () =>
        `${method}: expected a session without an append under way, found one of ` +
        `${this.#append?.tokens.length} tokens`,
    );
  }
}
