// The best of the sequences that have ended.

import type { CheckedBeamOptions } from "./beam-options.js";

/** A sequence that a beam search found. */
export interface Beam {
  /** Without the prompt; a stop token is the last. */
  readonly tokens: readonly number[];
  /** ln of its probability. */
  readonly logprob: number;
  /** `logprob / tokens.length ** lengthPenalty`. */
  readonly score: number;
  readonly finishReason: "stop" | "length";
}

export class FinishedBeams {
  readonly #options: CheckedBeamOptions;
  /** The best score first. */
  #best: Beam[] = [];

  constructor(options: CheckedBeamOptions) {
    this.#options = options;
  }

  get best(): readonly Beam[] {
    return this.#best;
  }

  add(tokens: readonly number[], logprob: number, finishReason: Beam["finishReason"]): void {
    const score = logprob / tokens.length ** this.#options.lengthPenalty;
    this.#best.push({ tokens, logprob, score, finishReason });
  }

  /** Keeps the best, once those that ended with the same length were added. */
  keepBest(): void {
    this.#best.sort((a, b) => b.score - a.score);
    this.#best.length = Math.min(this.#best.length, this.#options.beams);
  }

  /**
   * Looks whether it is worth going on.
   *
   * @param logprob  of the best beam that hasn't ended; undefined if all have.
   * @param length  its tokens.
   */
  shouldGoOn(logprob: number | undefined, length: number): boolean {
    const { beams, earlyStopping, lengthPenalty, maxTokens } = this.#options;
    if (logprob === undefined) return false;
    const longest = earlyStopping === "never" && lengthPenalty > 0 ? maxTokens : length;
    if (this.#best.length < beams) return true;
    const worst = this.#best.at(-1)?.score ?? -Infinity;
    return earlyStopping !== true && logprob / longest ** lengthPenalty > worst;
  }
}
