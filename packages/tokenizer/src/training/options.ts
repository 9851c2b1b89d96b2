// What a training run can be asked for, and the checks of it.

import { ensure } from "../errors.js";
import type { CheckpointStore } from "./checkpoint.js";
import type { DigitGrouping } from "./split.js";

export interface TrainingProgress {
  /** `"counting"` reads the corpus, `"merging"` makes the vocabulary. */
  readonly phase: "counting" | "merging";
  /** Bytes of text read, or tokens in the vocabulary. */
  readonly done: number;
  /** The tokens asked for; undefined while counting, since a stream has no length. */
  readonly total: number | undefined;
  /** Texts read. */
  readonly texts: number;
  /** Distinct pieces found, which memory grows with. */
  readonly pieces: number;
}

export type TrainingCheckpoint = ({ readonly path: string } | CheckpointStore) & {
  /** Merges between two checkpoints; 8192 by default. */
  readonly everyMerges?: number;
  /** Bytes of text between two checkpoints while counting; 256 MiB by default. */
  readonly everyBytes?: number;
};

export interface TrainBpeOptions {
  /** Tokens in all: special ones, the 256 bytes, and one for each merge. The corpus may give fewer. */
  readonly vocabularySize: number;
  /**
   * The regular expression that cuts text into pieces; no token crosses a cut, and what no
   * match covers is a piece too. By default that of cl100k and Llama 3, with digits as `digits` says.
   */
  readonly pattern?: string;
  /**
   * How runs of digits are cut: `"right3"` in threes from the right, so that places line up
   * ("1 234 567"), `"single"`, `"left3"` in threes from the left, or `"none"`: not cut further.
   * By default `"right3"`, or `"none"` if there is a `pattern`. Except for `"none"` with a
   * `pattern`, no token has a digit beside something else.
   */
  readonly digits?: DigitGrouping;
  /** Tokens that stand for themselves wherever they occur; they have the lowest ids. Training texts are not searched for them. */
  readonly specialTokens?: readonly string[];
  /** A pair rarer than this is not merged; 0 by default. */
  readonly minFrequency?: number;
  /** Bytes of the longest token that a merge makes, at least 2; no limit by default. Hugging Face's `max_token_length` of n is n - 1 here. */
  readonly maxTokenLength?: number;
  /** Called about fifty times a second, and at the end. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Stops the run, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Saves the state now and then, and goes on from it if there is one. */
  readonly checkpoint?: TrainingCheckpoint;
}

export interface TrainingSettings {
  readonly vocabularySize: number;
  readonly pattern: string | undefined;
  readonly digits: DigitGrouping;
  readonly specialTokens: readonly string[];
  readonly minFrequency: number;
  readonly maxTokenLength: number;
}

/** Tables of the trainer are as long as the vocabulary. */
const MAX_VOCABULARY = 2 ** 22;
const GROUPINGS: readonly unknown[] = ["right3", "single", "left3", "none"];

export function checkOptions(options: TrainBpeOptions): TrainingSettings {
  const o: TrainBpeOptions = options ?? {};
  const { pattern } = o;
  const specialTokens = o.specialTokens ?? [];
  checkSpecialTokens(specialTokens);
  const least = 256 + specialTokens.length;
  whole("vocabularySize", o.vocabularySize, least, MAX_VOCABULARY, () =>
    specialTokens.length === 0
      ? "room for the 256 bytes"
      : `room for the 256 bytes and ${specialTokens.length} special tokens`,
  );
  const minFrequency = o.minFrequency ?? 0;
  whole("minFrequency", minFrequency, 0, Number.MAX_SAFE_INTEGER);
  const maxTokenLength = o.maxTokenLength ?? 0x7fffffff;
  whole("maxTokenLength", maxTokenLength, 2, 0x7fffffff);
  ensure(
    pattern === undefined || (typeof pattern === "string" && pattern !== ""),
    "ERR_ARGUMENT",
    () => `pattern must be a regular expression as a string, found ${shown(pattern)}`,
  );
  const digits = o.digits ?? (pattern === undefined ? "right3" : "none");
  ensure(
    GROUPINGS.includes(digits),
    "ERR_ARGUMENT",
    () => `digits must be "right3", "single", "left3" or "none", found ${shown(digits)}`,
  );
  return {
    vocabularySize: o.vocabularySize,
    pattern,
    digits,
    specialTokens,
    minFrequency,
    maxTokenLength,
  };
}

function checkSpecialTokens(tokens: readonly string[]): void {
  ensure(
    Array.isArray(tokens) && tokens.length <= MAX_VOCABULARY,
    "ERR_ARGUMENT",
    () => `specialTokens must be an array of strings, found ${shown(tokens)}`,
  );
  const seen = new Set<string>();
  for (const [i, token] of tokens.entries()) {
    ensure(
      typeof token === "string" && token !== "" && !/[\ud800-\udfff]/u.test(token),
      "ERR_ARGUMENT",
      () => `specialTokens[${i}] must be text of at least one character, found ${shown(token)}`,
    );
    ensure(
      !seen.has(token),
      "ERR_ARGUMENT",
      () => `specialTokens[${i}] must not occur before, but ${shown(token)} does`,
    );
    seen.add(token);
  }
}

/** Throws unless `value` is a whole number within the limits. */
export function whole(
  name: string,
  value: unknown,
  least: number,
  most: number,
  why?: () => string,
): void {
  ensure(
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    "ERR_ARGUMENT",
    () =>
      `${name} must be a whole number from ${least}${why ? ` (${why()})` : ""} to ${most}, found ${shown(value)}`,
  );
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  return typeof value === "number" || typeof value === "undefined" ? `${value}` : typeof value;
}
