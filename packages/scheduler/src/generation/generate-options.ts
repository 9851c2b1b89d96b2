// What a generation may be told, checked before it begins.

import { describe, integer } from "../check.js";
import { ensure } from "../errors.js";
import type { AppendOptions } from "../session.js";
import { checkSampling, type SamplingOptions } from "./sampling.js";
import type { Detokenizer } from "./token-text.js";

export interface GenerateOptions extends SamplingOptions, AppendOptions {
  /** Tokens to generate, at most. Default: until the session is full. */
  readonly maxTokens?: number;
  /** Tokens that end the generation, such as the end of a turn. They are given out, but not as text. */
  readonly stopTokens?: Iterable<number>;
  /** Strings that end the generation: the text ends before the one that is complete first. Needs `tokenizer`. */
  readonly stop?: string | readonly string[];
  /** Gives the tokens' text. Ids that it has no token for add none. */
  readonly tokenizer?: Detokenizer;
  /** Whether special tokens add no text. Default `true`. */
  readonly skipSpecialTokens?: boolean;
  /** Whether to give each token's `logprob`. Default `false`. */
  readonly logprobs?: boolean;
  /** Same seed, same tokens: from 0 to 2^53 - 1. Default: a random one, which {@link Generation.seed} tells. */
  readonly seed?: number;
  /** Which of several generations with one seed this is. Default 0. */
  readonly sequence?: number;
  /** To be counted up when tokens at the same positions are drawn anew, after a `truncate`. Default 0. */
  readonly attempt?: number;
  /**
   * Changes the logits before a token is chosen from them.
   *
   * @param tokens  those generated so far.
   */
  readonly processLogits?: (logits: Float32Array, tokens: readonly number[]) => void;
}

export interface CheckedOptions {
  readonly sampling: Required<SamplingOptions>;
  readonly maxTokens: number;
  readonly stopTokens: ReadonlySet<number>;
  readonly stops: readonly string[];
  readonly place: { readonly seed: number; readonly sequence: number; readonly attempt: number };
}

/** @throws SchedulerError ERR_ARGUMENT */
export function checkGenerateOptions(options: GenerateOptions): CheckedOptions {
  const { maxTokens = Infinity, stopTokens = [], stop = [], tokenizer } = options;
  if (maxTokens !== Infinity) integer(maxTokens, "maxTokens", 1, Number.MAX_SAFE_INTEGER);
  const ids = new Set(stopTokens);
  for (const id of ids) integer(id, "stopTokens", 0, 2 ** 31 - 1);
  const stops = typeof stop === "string" ? [stop] : [...stop];
  for (const text of stops) {
    ensure(
      typeof text === "string" && text !== "",
      "ERR_ARGUMENT",
      () => `stop: expected strings that are not empty, found ${describe(text)}`,
    );
  }
  ensure(
    stops.length === 0 || tokenizer !== undefined,
    "ERR_ARGUMENT",
    () => "stop: expected a tokenizer to make text with, found none",
  );
  const words = { most: 2 ** 32 - 1, seeds: Number.MAX_SAFE_INTEGER };
  return {
    sampling: checkSampling(options),
    maxTokens,
    stopTokens: ids,
    stops,
    place: {
      seed: integer(options.seed ?? Math.floor(Math.random() * 2 ** 53), "seed", 0, words.seeds),
      sequence: integer(options.sequence ?? 0, "sequence", 0, words.most),
      attempt: integer(options.attempt ?? 0, "attempt", 0, words.most),
    },
  };
}
