// How a beam search goes, checked before it begins.

import { ensure } from "../errors.js";
import { describe, integer, real, tokenIds } from "../sampling/check.js";
import type { BeamSession } from "./beam-session.js";

export interface BeamSearchOptions {
  /** Sequences that are followed at a time, from 1 to 1024. Default 4. */
  readonly beams?: number;
  /** Sequences to give, no more than `beams`. Default 1. */
  readonly count?: number;
  /** Tokens of a sequence, at most. Default: until the session is full. */
  readonly maxTokens?: number;
  /** Tokens that end a sequence; they are its last. */
  readonly stopTokens?: Iterable<number>;
  /** A sequence's score is its logprob divided by its length to this power: above 0 longer ones are favoured. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * When the search ends, as in transformers. `true`: with `beams` finished sequences. `false`, the default: when the best
   * beam, as long as it is now, scores no better than the worst of them. `"never"`: when it can't score better at any length.
   */
  readonly earlyStopping?: boolean | "never";
  /**
   * Changes a copy of the logits before probabilities are made of them; -Infinity forbids a token.
   *
   * @param tokens  those of the beam so far, without the prompt.
   */
  readonly process?: (logits: Float32Array, tokens: readonly number[]) => void;
  readonly signal?: AbortSignal;
}

export interface CheckedBeamOptions {
  readonly beams: number;
  readonly count: number;
  readonly maxTokens: number;
  readonly stopTokens: ReadonlySet<number>;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
}

/** @throws SamplerError ERR_ARGUMENT */
export function checkBeamOptions(
  options: BeamSearchOptions,
  { length, maxLength }: BeamSession,
  promptLength: number,
): CheckedBeamOptions {
  ensure(promptLength > 0, "ERR_ARGUMENT", () => "prompt: expected one token or more, found none");
  const beams = integer(options.beams ?? 4, "beams", 1, 1024);
  const { earlyStopping = false } = options;
  ensure(
    typeof earlyStopping === "boolean" || earlyStopping === "never",
    "ERR_ARGUMENT",
    () => `earlyStopping: expected true, false or "never", found ${describe(earlyStopping)}`,
  );
  // The last token of a sequence isn't appended.
  const room = maxLength === undefined ? Infinity : maxLength - length - promptLength + 1;
  ensure(
    options.maxTokens !== undefined || room < Infinity,
    "ERR_ARGUMENT",
    () => "maxTokens: expected a number, as the session has no maxLength, found undefined",
  );
  return {
    beams,
    count: integer(options.count ?? 1, "count", 1, beams),
    maxTokens: integer(options.maxTokens ?? room, "maxTokens", 1, Math.min(room, 2 ** 31 - 1)),
    stopTokens: new Set(tokenIds(options.stopTokens ?? [], "stopTokens")),
    lengthPenalty: real(options.lengthPenalty ?? 1, "lengthPenalty", -100, 100),
    earlyStopping,
  };
}
