// Plain generation over a session: append, choose, give out, and again.

import { tokenCount, tokenIds } from "../check.js";
import { SchedulerError } from "../errors.js";
import type { AppendOptions } from "../session.js";
import {
  type CheckedOptions,
  checkGenerateOptions,
  type GenerateOptions,
} from "./generate-options.js";
import { uniform } from "./philox.js";
import { logProbability, sampleToken } from "./sampling.js";
import { TokenText } from "./token-text.js";

/** What a generation needs of an append's logits: they are disposed of once a token has been chosen, if they can be. */
export interface LastLogits {
  readonly last: Float32Array;
  [Symbol.dispose]?(): void;
}

/** What a generation needs of a session. */
export interface GenerationSession {
  readonly length: number;
  /** Without it, only `maxTokens` bounds the length. */
  readonly maxLength?: number;
  append(tokens: Int32Array, want: "last", options: AppendOptions): Promise<LastLogits>;
  /**
   * With it, a generation gives its memory back when all wait for each other, and goes on later; and takes back the last
   * token when what comes after its append fails.
   */
  truncate?(length: number): void;
}

/**
 * Why a generation ended: a stop token or stop string; `maxTokens` or a full session; its signal; an error; or its
 * consumer wanted no more.
 */
export type FinishReason = "stop" | "length" | "abort" | "error" | "closed";

export interface GeneratedToken {
  readonly token: number;
  /** 0 for the first that was generated. */
  readonly index: number;
  /** With a `tokenizer`: what is certain to be text by now, "" while it isn't. All together are the text. */
  readonly text?: string;
  /** With `logprobs`: ln of the token's probability, before temperature, filters and `processLogits`. */
  readonly logprob?: number;
  /** With the last one. */
  readonly finishReason?: FinishReason;
}

/** Tokens as they are generated; for one `for await`. */
export class Generation implements AsyncIterableIterator<GeneratedToken> {
  /** What the tokens were drawn with. */
  readonly seed: number;
  readonly #session: GenerationSession;
  readonly #options: GenerateOptions;
  readonly #checked: CheckedOptions;
  readonly #text: TokenText | undefined;
  readonly #prompt: Int32Array;
  readonly #tokens: number[] = [];
  readonly #iterator: AsyncGenerator<GeneratedToken, undefined>;
  #finishReason: FinishReason | undefined;
  #stoppedBy: number | string | undefined;

  /** See {@link generate}. */
  constructor(session: GenerationSession, tokens: ArrayLike<number>, options: GenerateOptions) {
    this.#session = session;
    this.#options = options;
    this.#checked = checkGenerateOptions(options);
    this.seed = this.#checked.place.seed;
    const { tokenizer, skipSpecialTokens = true } = options;
    this.#text = tokenizer && new TokenText(tokenizer, this.#checked.stops, skipSpecialTokens);
    tokenCount(tokens);
    this.#prompt = tokenIds(tokens, 2 ** 31);
    this.#iterator = this.#run();
  }

  /** Undefined while it goes on. */
  get finishReason(): FinishReason | undefined {
    return this.#finishReason;
  }

  /** For `"stop"`: the token or the string. */
  get stoppedBy(): number | string | undefined {
    return this.#stoppedBy;
  }

  next(): Promise<IteratorResult<GeneratedToken, undefined>> {
    return this.#iterator.next();
  }

  async return(): Promise<IteratorResult<GeneratedToken, undefined>> {
    const result = await this.#iterator.return(undefined);
    this.#finishReason ??= "closed"; // it may not even have begun
    return result;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#run(): AsyncGenerator<GeneratedToken, undefined> {
    const { signal } = this.#options;
    const start = this.#session.length;
    let tokens = this.#prompt;
    let isAhead = false; // the session has the token that was given out last
    try {
      while (this.#finishReason === undefined) {
        const logits = await this.#append(tokens, start);
        isAhead = tokens !== this.#prompt;
        signal?.throwIfAborted();
        const token = this.#next(logits.last);
        // Who has seen them may have kept them.
        if (this.#options.processLogits === undefined) logits[Symbol.dispose]?.();
        tokens = Int32Array.of(token.token);
        isAhead = false;
        yield token;
      }
    } catch (error) {
      if (isAhead) this.#stepBack();
      this.#finishReason ??= signal?.aborted && error === signal.reason ? "abort" : "error";
      throw error;
    } finally {
      this.#finishReason ??= "closed";
    }
  }

  #stepBack(): void {
    try {
      this.#session.truncate?.(this.#session.length - 1);
    } catch {
      // It has been disposed of, or is busy with an append of somebody else's; the error that ends this matters more.
    }
  }

  /** Appends tokens; if all wait for memory of each other, anew from the start when the others have got on. */
  async #append(tokens: Int32Array, start: number): Promise<LastLogits> {
    const session = this.#session;
    const { signal, whenFull, onProgress } = this.#options;
    const options = { signal, whenFull, onProgress };
    try {
      return await session.append(tokens, "last", options);
    } catch (error) {
      const stalled = error instanceof SchedulerError && error.code === "ERR_STALLED";
      if (!stalled || session.truncate === undefined) throw error;
      session.truncate(start);
      const all = new Int32Array(this.#prompt.length + this.#tokens.length);
      all.set(this.#prompt);
      all.set(this.#tokens, this.#prompt.length);
      return await session.append(all, "last", options);
    }
  }

  #next(logits: Float32Array): GeneratedToken {
    const { logprobs, processLogits } = this.#options;
    const original = logprobs && processLogits ? logits.slice() : logits;
    processLogits?.(logits, this.#tokens);
    const position = this.#session.length;
    const { sampling, place } = this.#checked;
    const token = sampleToken(logits, sampling, uniform({ ...place, position }));
    const index = this.#tokens.push(token) - 1;
    const text = this.#take(token);
    return {
      token,
      index,
      ...(text === undefined ? {} : { text }),
      ...(logprobs ? { logprob: logProbability(original, token) } : {}),
      ...(this.#finishReason === undefined ? {} : { finishReason: this.#finishReason }),
    };
  }

  /** A token's text; finishes where it is to. */
  #take(token: number): string | undefined {
    const { stopTokens, maxTokens } = this.#checked;
    const { length, maxLength = Infinity } = this.#session;
    if (stopTokens.has(token)) {
      const text = this.#text?.end();
      return this.#finish("stop", this.#text?.stopped ?? token, text);
    }
    const text = this.#text?.push(token);
    if (this.#text?.stopped !== undefined) return this.#finish("stop", this.#text.stopped, text);
    if (this.#tokens.length < maxTokens && length < maxLength) return text;
    const rest = this.#text?.end() ?? "";
    const stopped = this.#text?.stopped;
    const all = text === undefined ? undefined : text + rest;
    return this.#finish(stopped === undefined ? "length" : "stop", stopped, all);
  }

  #finish<T>(reason: FinishReason, by: number | string | undefined, text: T): T {
    this.#finishReason = reason;
    this.#stoppedBy = by;
    return text;
  }
}

/**
 * Appends the tokens of a prompt (at least one), then generates tokens one by one. Greedy unless `temperature` is set.
 *
 * Whenever and however it ends, the session holds the prompt and every token that was given out but the last, which
 * was not appended yet; and what it held before if the prompt could not be appended. The session stays the caller's.
 *
 * When appends wait for each other's memory and this one is to give way, it gives back what it took and appends prompt and
 * tokens anew when there is room. The tokens are the same; if that append fails, the session holds what it held before.
 *
 * @throws SchedulerError ERR_ARGUMENT and ERR_TOKEN at once; while it runs, what `session.append` throws, `signal.reason`, and
 * ERR_LOGITS if the model gives NaN.
 */
export function generate(
  session: GenerationSession,
  tokens: ArrayLike<number>,
  options: GenerateOptions = {},
): Generation {
  return new Generation(session, tokens, options);
}
