// A sequence that is written line by line and can be taken back. Keys and values, text, penalties, random numbers and
// grammar are all here, so that they go back together.

import type { Grammar } from "../grammar/grammar.js";
import type { Mark, Matcher } from "../grammar/matcher.js";
import type { LogitsSampler } from "../sampling/sampler.js";
import type { SamplingMark, SamplingState } from "../sampling/state.js";
import {
  continuationIds,
  type ProofLogits,
  type ProofSession,
  type ProofTokenizer,
} from "./engine.js";
import { TokenTrail } from "./token-trail.js";

/**
 * - `line`: the text has come to a line feed
 * - `stop`: a stop token or stop string, or the grammar is over
 * - `length`: no more tokens are allowed, or the session is full
 */
export type LineEnd = "line" | "stop" | "length";

export interface WriterParts {
  readonly tokenizer: ProofTokenizer;
  readonly sampler: LogitsSampler;
  readonly grammar: Grammar | undefined;
  readonly stopTokens: ReadonlySet<number>;
  readonly stopStrings: readonly string[];
  /** What goes on in a line, where that is known without the model. */
  readonly continuation: ((line: string) => string | undefined) | undefined;
}

export interface WriteOptions {
  /** How often the line was begun before: other random numbers. */
  readonly attempt: number;
  /** In place of the sampler's own. */
  readonly temperature: number | undefined;
  /** Tokens that may not follow. */
  readonly banned: ((line: readonly number[]) => readonly number[] | undefined) | undefined;
  /** The most tokens of the whole sequence. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
}

interface Before {
  readonly sampling: SamplingMark;
  readonly grammar: Mark | undefined;
  /** Whether the token was not sampled. */
  readonly isForced: boolean;
  /** Of the tokens before. */
  readonly logprob: number;
  /** By how much the token's logit was above all others; `Infinity` for one that was not sampled. */
  readonly margin: number;
}

export class LineWriter {
  readonly trail: TokenTrail;
  /** Tokens that a calculator gave, among those of the trail. */
  forced = 0;
  /** ln of the probability of all tokens together, where the sampler tells it. */
  logprob = 0;
  /** Tokens that were appended a second time. */
  replayed = 0;
  /** Whether the last token was a stop token, which is not in the trail. */
  stopToken: number | undefined;
  readonly #parts: WriterParts;
  readonly #session: ProofSession;
  readonly #state: SamplingState;
  readonly #matcher: Matcher | undefined;
  /** Tokens of the session before the first of the trail. */
  readonly #start: number;
  /** What follows the token before the line. */
  readonly #lineLogits: Float32Array;
  #logits: ProofLogits | undefined;
  /** The first token of the line, and the first character. */
  #lineToken = 0;
  #lineText = 0;
  /** What was before each token of the line. */
  #before: Before[] = [];
  #pending: number[] = [];
  /** Length of the text before a stop string. */
  #textEnd: number | undefined;

  private constructor(
    parts: WriterParts,
    session: ProofSession,
    at: {
      readonly trail: TokenTrail;
      readonly state: SamplingState;
      readonly matcher: Matcher | undefined;
      readonly start: number;
      readonly logits: Float32Array;
    },
  ) {
    this.#parts = parts;
    this.#session = session;
    this.trail = at.trail;
    this.#state = at.state;
    this.#matcher = at.matcher;
    this.#start = at.start;
    this.#lineLogits = at.logits.slice();
  }

  /** Appends the prompt to a session that the writer owns from then on. */
  static async begin(
    parts: WriterParts,
    session: ProofSession,
    prompt: Int32Array,
    signal: AbortSignal | undefined,
  ): Promise<LineWriter> {
    const logits = await session.append(prompt, "last", { signal });
    try {
      return new LineWriter(parts, session, {
        trail: new TokenTrail(parts.tokenizer, prompt),
        state: parts.sampler.start(prompt),
        matcher: parts.grammar?.start(),
        start: session.length,
        logits: logits.last,
      });
    } finally {
      logits[Symbol.dispose]?.();
    }
  }

  /** All text, without a stop string. */
  get text(): string {
    return this.#textEnd === undefined ? this.trail.text : this.trail.text.slice(0, this.#textEnd);
  }

  /** Text since the line began. */
  get line(): string {
    return this.text.slice(this.#lineText);
  }

  /** Offset of the line in the text. */
  get lineStart(): number {
    return this.#lineText;
  }

  /** Tokens of the line, without a stop token. */
  get lineTokens(): readonly number[] {
    return this.trail.tokens(this.#lineToken);
  }

  /** The token of the line, by its place there, that an offset in the line lies in. */
  lineTokenAt(offset: number): number {
    return this.trail.tokenAt(this.#lineText + offset, this.#lineToken) - this.#lineToken;
  }

  /** The token of the line, from one up to another, that was the least sure choice. */
  leastSure(from: number, to: number): number {
    let least = from;
    const margin = (token: number) => this.#before[token]?.margin ?? Infinity;
    for (let token = from; token < to; token++) if (margin(token) < margin(least)) least = token;
    return least;
  }

  /** The offset in the line at which one of its tokens begins; below 0 where it began before the line. */
  lineOffsetOf(token: number): number {
    return this.trail.startOf(this.#lineToken + token) - this.#lineText;
  }

  /** Goes on to the end of the line; yields after each token. */
  async *write(options: WriteOptions): AsyncGenerator<void, LineEnd> {
    const { most, signal } = options;
    for (;;) {
      signal?.throwIfAborted();
      const { maxLength = Infinity } = this.#session;
      if (this.trail.length >= most || this.#start + this.trail.length >= maxLength)
        return "length";
      const token = await this.#next(options);
      if (this.#parts.stopTokens.has(token)) {
        this.stopToken = token;
        return "stop";
      }
      this.trail.push(token);
      if (this.#isStopped() || this.#matcher?.isOver) return "stop";
      if (this.#hasLine()) return "line";
      yield;
      if (this.#pending.length > 0) continue;
      const more = this.#parts.continuation?.(this.line);
      if (more !== undefined) this.force(more);
    }
  }

  /** The next tokens are those of this text. */
  force(text: string): void {
    this.#pending.push(...continuationIds(this.#parts.tokenizer, text));
  }

  /** Begins the next line. */
  async keep(signal: AbortSignal | undefined): Promise<void> {
    await this.#append(signal);
    this.#lineLogits.set(this.#logits?.last ?? this.#lineLogits);
    this.#drop();
    this.#lineToken = this.trail.length;
    this.#lineText = this.text.lastIndexOf("\n") + 1;
    this.#before = [];
  }

  /** Takes back the line but for its first tokens. */
  back(tokens: number): void {
    this.#drop();
    this.#pending = [];
    this.stopToken = undefined;
    this.#textEnd = undefined;
    const length = this.#lineToken + tokens;
    const before = this.#before[tokens];
    if (before === undefined) return; // nothing came after them
    const held = Math.min(this.#session.length - this.#start, length);
    // The last one is appended again, for its logits; those before the line are held.
    const kept = tokens > 0 ? Math.min(held, length - 1) : held;
    this.replayed += tokens > 0 && held === length ? 1 : 0;
    this.#session.truncate(this.#start + kept);
    this.#state.rollback(before.sampling);
    if (before.grammar !== undefined) this.#matcher?.reset(before.grammar);
    this.logprob = before.logprob;
    this.trail.truncate(length);
    for (const { isForced } of this.#before.splice(tokens)) if (isForced) this.forced--;
  }

  /** Takes back the line and writes tokens that it had before. */
  rewrite(tokens: readonly number[], stopToken: number | undefined): void {
    this.back(0);
    for (const token of stopToken === undefined ? tokens : [...tokens, stopToken]) {
      this.#take(token, false);
      if (token !== stopToken) this.trail.push(token);
    }
    this.stopToken = stopToken;
    this.replayed += tokens.length;
    this.#isStopped();
  }

  /** A second writer at the beginning of the line. */
  fork(sequence: number): LineWriter {
    const copy = new LineWriter(this.#parts, this.#session.fork(), {
      trail: this.trail.copy(),
      state: this.#state.fork(sequence),
      matcher: this.#matcher?.fork(),
      start: this.#start,
      logits: this.#lineLogits,
    });
    copy.#lineToken = this.#lineToken;
    copy.#lineText = this.#lineText;
    copy.forced = this.forced;
    copy.logprob = this.logprob;
    return copy;
  }

  [Symbol.dispose](): void {
    this.#drop();
    this.#session[Symbol.dispose]?.();
  }

  async #next(options: WriteOptions): Promise<number> {
    const known = this.#pending.shift();
    if (known !== undefined) {
      this.#take(known, true);
      return known;
    }
    await this.#append(options.signal);
    const { attempt, temperature } = options;
    const ban = options.banned?.(this.lineTokens);
    const mask = this.#matcher?.mask();
    const logits = this.#logits?.last ?? this.#lineLogits;
    const sampling = this.#state.mark();
    const grammar = this.#matcher?.mark();
    const { token, logprob = 0 } = this.#parts.sampler.sample(logits, this.#state, {
      attempt,
      ...(temperature === undefined ? {} : { temperature }),
      ...(ban === undefined ? {} : { ban }),
      ...(mask === undefined ? {} : { mask }),
    });
    const margin = marginOf(logits, token);
    this.#before.push({ sampling, grammar, isForced: false, logprob: this.logprob, margin });
    this.#drop();
    this.logprob += logprob;
    this.#matcher?.accept(token);
    return token;
  }

  /** Takes a token that wasn't sampled. */
  #take(token: number, isForced: boolean): void {
    const sampling = this.#state.mark();
    const grammar = this.#matcher?.mark();
    const { logprob } = this;
    this.#before.push({ sampling, grammar, isForced, logprob, margin: Infinity });
    if (isForced) this.forced++;
    this.#state.push(token);
    this.#matcher?.accept(token);
  }

  /** Appends what the session doesn't hold yet. */
  async #append(signal: AbortSignal | undefined): Promise<void> {
    const held = this.#session.length - this.#start;
    if (held === this.trail.length) return;
    this.#drop();
    const tokens = Int32Array.from(this.trail.tokens(held));
    this.#logits = await this.#session.append(tokens, "last", { signal });
  }

  #drop(): void {
    this.#logits?.[Symbol.dispose]?.();
    this.#logits = undefined;
  }

  #isStopped(): boolean {
    const { text } = this.trail;
    for (const stop of this.#parts.stopStrings) {
      // It may have begun in the line before.
      const found = text.indexOf(stop, Math.max(0, this.#lineText - stop.length + 1));
      if (found >= 0 && found < (this.#textEnd ?? Infinity)) this.#textEnd = found;
    }
    return this.#textEnd !== undefined;
  }

  #hasLine(): boolean {
    return this.trail.text.indexOf("\n", this.#lineText) >= 0;
  }
}

/** Of equal logits and of unlikelier ones than another it isn't above 0. */
function marginOf(logits: Float32Array, token: number): number {
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (logit > most && id !== token) most = logit;
  }
  return (logits[token] as number) - most;
}
