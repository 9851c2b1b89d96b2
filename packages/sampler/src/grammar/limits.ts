// Bounds of compiling. Work is counted in steps, so that the same grammar is
// refused on every machine; a clock only says when to let other work run.

import { ensure, SamplerError } from "../errors.js";

export interface GrammarLimits {
  /** Characters of a grammar's source, or of a schema as JSON text. Default: 1,000,000. */
  readonly sourceLength?: number;
  /** How deep parentheses or schemas may nest. Default: 500. */
  readonly depth?: number;
  /** States of the compiled grammar, and steps that making them may take in tens. Default: 300,000. */
  readonly states?: number;
  /** Memory for masks of states seen, in bytes, after which they are forgotten. Default: 64 MiB. */
  readonly maskBytes?: number;
}

export const DEFAULT_LIMITS: Required<GrammarLimits> = {
  sourceLength: 1_000_000,
  depth: 500,
  states: 300_000,
  maskBytes: 2 ** 26,
};

const CHUNK_MS = 8;

export class Budget {
  readonly limits: Required<GrammarLimits>;
  readonly #signal: AbortSignal | undefined;
  #steps = 0;
  #chunkStart = performance.now();

  constructor(limits: GrammarLimits = {}, signal?: AbortSignal) {
    for (const [name, value] of Object.entries(limits)) {
      ensure(name in DEFAULT_LIMITS, "ERR_ARGUMENT", () => `limits.${name}: no such limit`);
      ensure(
        value === undefined || (Number.isSafeInteger(value) && value > 0),
        "ERR_ARGUMENT",
        () => `limits.${name}: expected a positive integer, found ${value}`,
      );
    }
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** @throws SamplerError `ERR_LIMIT` when the work done comes to more than the limit. */
  spend(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > 10 * this.limits.states) {
      throw new SamplerError(
        "ERR_LIMIT",
        `the grammar takes more than ${10 * this.limits.states} steps to compile (limits.states: ${this.limits.states})`,
      );
    }
  }

  checkDepth(depth: number): void {
    ensure(
      depth <= this.limits.depth,
      "ERR_LIMIT",
      () => `the grammar nests deeper than ${this.limits.depth} (limits.depth)`,
    );
  }

  checkSource(length: number): void {
    ensure(
      length <= this.limits.sourceLength,
      "ERR_LIMIT",
      () =>
        `the grammar has ${length} characters, more than ${this.limits.sourceLength} (limits.sourceLength)`,
    );
  }

  /** Whether other work should run before this goes on. */
  get due(): boolean {
    return performance.now() - this.#chunkStart > CHUNK_MS;
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#signal?.throwIfAborted();
    this.#chunkStart = performance.now();
  }
}
