// A sequence that is written line by line and can be taken back. Keys and values, text, penalties, random numbers and
// grammar are all here, so that they go back together.

import type { Grammar } from "../grammar/grammar.js";
import type { Mark, Matcher } from "../grammar/matcher.js";
import type { EngineLogits } from "../sampling/engine-logits.js";
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
  /** What goes on in a line, where that is known without the model. */
  readonly continuation: ((line: string) => string | undefined) | undefined;
  /** Whether it is to be known how sure a choice was. */
  readonly margins: boolean;
}

export interface WriteOptions {
  /** How often the line was begun before: other random numbers. */
  readonly attempt: number;
  /** In place of the sampler's own. */
  readonly temperature: number | undefined;
  /** Tokens that may not follow. */
  readonly banned: ((line: readonly LineToken[]) => readonly number[] | undefined) | undefined;
  /** The most tokens of the whole sequence. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
}

/** A token of the line, what was before it, and what is told of it. */
export interface LineToken {
  readonly token: number;
  readonly sampling: SamplingMark;
  readonly grammar: Mark | undefined;
  /** Mirostat's bound after it. */
  readonly bound: number;
  /** Whether it was not sampled. */
  readonly isForced: boolean;
  /** ln of its probability, where the sampler tells it, else 0. */
  readonly logprob: number;
  /** By how much its logit was above all others; `Infinity` for one that was not sampled, or where nobody asks. */
  readonly margin: number;
}

export class LineWriter {
  readonly trail: TokenTrail;
  /** Tokens that were appended a second time. */
  replayed = 0;
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
  /** Of the lines before. */
  #kept = { forced: 0, logprob: 0 };
  #line: LineToken[] = [];
  /** Ids of text that is to come next. */
  #pending: number[] = [];
  /** Tokens at the end of the trail that were never appended. */
  #fresh = 0;
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

  /** Length of the text that no stop string can take back. */
  get certain(): number {
    return this.#textEnd ?? this.trail.text.length - this.#state.heldText.length;
  }

  /** Text since the line began. */
  get lineText(): string {
    return this.text.slice(this.#lineText);
  }

  /** Tokens of the line, a stop token included. */
  get line(): readonly LineToken[] {
    return this.#line;
  }

  /** A stop token at the end, which is not in the trail. */
  get stopToken(): number | undefined {
    const last = this.#line.at(-1)?.token;
    return last !== undefined && this.#parts.stopTokens.has(last) ? last : undefined;
  }

  /** Tokens that a calculator gave. */
  get forced(): number {
    return this.#kept.forced + this.#line.filter(({ isForced }) => isForced).length;
  }

  /** ln of the probability of all tokens together, where the sampler tells it. */
  get logprob(): number {
    return this.#line.reduce((sum, { logprob }) => sum + logprob, this.#kept.logprob);
  }

  /** The token of the line, by its place there, that an offset in the line lies in. */
  lineTokenAt(offset: number): number {
    return this.trail.tokenAt(this.#lineText + offset, this.#lineToken) - this.#lineToken;
  }

  /** The offset in the line at which one of its tokens begins; below 0 where it began before the line. */
  lineOffsetOf(token: number): number {
    return this.trail.startOf(this.#lineToken + token) - this.#lineText;
  }

  /** The token of the line, from one up to another, that was the least sure choice. */
  leastSure(from: number, to: number): number {
    let least = from;
    const margin = (token: number) => this.#line[token]?.margin ?? Infinity;
    for (let token = from; token < to; token++) if (margin(token) < margin(least)) least = token;
    return least;
  }

  /** Goes on to the end of the line; yields after each token. */
  async *write(options: WriteOptions): AsyncGenerator<void, LineEnd> {
    const { most, signal } = options;
    for (;;) {
      signal?.throwIfAborted();
      const { maxLength = Infinity } = this.#session;
      const { length } = this.trail;
      if (length >= most || this.#start + length >= maxLength) return "length";
      if (this.#isComplete()) return "stop";
      const token = await this.#next(options);
      if (this.#parts.stopTokens.has(token)) return "stop";
      this.#push(token);
      if (this.#textEnd !== undefined || this.#matcher?.isOver) return "stop";
      if (this.#hasLine()) return "line";
      yield;
      if (this.#pending.length > 0) continue;
      const more = this.#parts.continuation?.(this.lineText);
      if (more !== undefined) this.force(more);
    }
  }

  /** The next tokens are those of this text; not where a grammar or a stop token is against it. */
  force(text: string): boolean {
    const { tokenizer, stopTokens } = this.#parts;
    const ids = continuationIds(tokenizer, text);
    const trial = this.#matcher?.fork();
    for (const id of ids) {
      if (stopTokens.has(id) || trial?.accept(id) === false) return false;
    }
    this.#pending.push(...ids);
    return true;
  }

  /** Begins the next line. */
  async keep(signal: AbortSignal | undefined): Promise<void> {
    await this.#append(signal);
    this.#lineLogits.set(this.#logits?.last ?? this.#lineLogits);
    this.#drop();
    this.#kept = { forced: this.forced, logprob: this.logprob };
    this.#lineToken = this.trail.length;
    this.#lineText = this.text.lastIndexOf("\n") + 1;
    this.#line = [];
  }

  /** Takes back the line but for its first tokens. */
  back(tokens: number): void {
    this.#drop();
    this.#pending = [];
    const first = this.#line[tokens];
    if (first === undefined) return; // nothing came after them
    this.#textEnd = undefined;
    const length = this.#lineToken + tokens;
    const held = Math.min(this.#session.length - this.#start, length);
    // The last one is appended again, for its logits; those before the line are held.
    this.#session.truncate(this.#start + (tokens > 0 ? Math.min(held, length - 1) : held));
    this.#fresh = 0;
    this.#state.rollback(first.sampling);
    if (first.grammar !== undefined) this.#matcher?.reset(first.grammar);
    this.trail.truncate(length);
    this.#line.length = tokens;
  }

  /** Takes back the line and has one that was there before: all is as it was then. */
  restore(line: readonly LineToken[]): void {
    this.back(0);
    for (const each of line) {
      const { token, bound } = each;
      this.#line.push({ ...each, sampling: this.#state.mark(), grammar: this.#matcher?.mark() });
      this.#state.add(token, bound);
      this.#matcher?.accept(token);
      if (!this.#parts.stopTokens.has(token)) this.#push(token);
    }
    this.#fresh = 0;
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
    copy.#kept = this.#kept;
    return copy;
  }

  [Symbol.dispose](): void {
    this.#drop();
    this.#session[Symbol.dispose]?.();
  }

  async #next(options: WriteOptions): Promise<number> {
    const sampling = this.#state.mark();
    const grammar = this.#matcher?.mark();
    const known = this.#pending.shift();
    if (known !== undefined) {
      this.#state.push(known);
      const bound = this.#state.surpriseBound;
      const told = { isForced: true, logprob: 0, margin: Infinity };
      this.#line.push({ token: known, sampling, grammar, bound, ...told });
      this.#matcher?.accept(known);
      return known;
    }
    await this.#append(options.signal);
    const { attempt, temperature } = options;
    const ban = options.banned?.(this.#line);
    const mask = this.#matcher?.mask();
    const logits = this.#logits?.top ?? this.#logits?.last ?? this.#lineLogits;
    const { token, logprob = 0 } = this.#parts.sampler.sample(logits, this.#state, {
      attempt,
      ...(temperature === undefined ? {} : { temperature }),
      ...(ban === undefined ? {} : { ban }),
      ...(mask === undefined ? {} : { mask }),
    });
    const margin = this.#parts.margins ? marginOf(logits, token) : Infinity;
    const bound = this.#state.surpriseBound;
    this.#line.push({ token, sampling, grammar, bound, isForced: false, logprob, margin });
    this.#drop();
    this.#matcher?.accept(token);
    return token;
  }

  /** Adds a token to the text. */
  #push(token: number): void {
    const { length } = this.trail.text;
    const certain = this.certain;
    this.trail.push(token);
    this.#fresh++;
    const sure = this.#state.text(this.trail.text.slice(length));
    if (this.#state.stoppedBy !== undefined) this.#textEnd = certain + sure.length;
  }

  /** Appends what the session doesn't hold yet. */
  async #append(signal: AbortSignal | undefined): Promise<void> {
    const held = this.#session.length - this.#start;
    if (held === this.trail.length) return;
    this.#drop();
    const tokens = Int32Array.from(this.trail.tokens(held));
    this.#logits = await this.#session.append(tokens, "last", { signal });
    this.replayed += Math.max(0, tokens.length - this.#fresh);
    this.#fresh = 0;
  }

  #drop(): void {
    this.#logits?.[Symbol.dispose]?.();
    this.#logits = undefined;
  }

  #hasLine(): boolean {
    return this.trail.text.indexOf("\n", this.#lineText) >= 0;
  }

  /** Whether a grammar without end tokens has nothing left to say. */
  #isComplete(): boolean {
    const { grammar } = this.#parts;
    if (grammar === undefined || grammar.vocabulary.endTokens.length > 0) return false;
    const mask = this.#matcher?.isComplete ? this.#matcher.mask() : undefined;
    return mask?.every((word) => word === 0) === true;
  }
}

/** Of equal logits and of unlikelier ones than another it isn't above 0. */
function marginOf(logits: Float32Array | EngineLogits, token: number): number {
  if (!(logits instanceof Float32Array)) {
    const { ids, values } = logits.topK(Math.min(2, logits.size));
    const other = ids[0] === token ? values[1] : values[0];
    return (logits.values[token] as number) - (other ?? -Infinity);
  }
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (logit > most && id !== token) most = logit;
  }
  return (logits[token] as number) - most;
}
