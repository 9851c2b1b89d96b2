// How long parts of a generation took.

import { millisecondsText, rateText } from "../cli/units.js";

export interface Timings {
  readonly loadMs: number;
  readonly promptTokens: number;
  /** From the beginning to the first token of the last sequence that got one. */
  readonly promptMs: number;
  readonly promptTokensPerSecond: number;
  /** Of all sequences. */
  readonly generatedTokens: number;
  /** From then on. */
  readonly decodeMs: number;
  /** Of all sequences, without their first tokens; 0 if there are no more. */
  readonly decodeTokensPerSecond: number;
}

export class Stopwatch {
  readonly #start = performance.now();
  readonly #sequences: number;
  #begun = 0;
  #tokens = 0;
  #promptEnd: number | undefined;

  constructor(sequences = 1) {
    this.#sequences = sequences;
  }

  /** @param index  of the token in its sequence. */
  token(index: number): void {
    this.#tokens++;
    if (index === 0 && ++this.#begun === this.#sequences) this.#promptEnd = performance.now();
  }

  timings(loadMs: number, promptTokens: number): Timings {
    const end = performance.now();
    const promptEnd = this.#promptEnd ?? end;
    const promptMs = promptEnd - this.#start;
    const decodeMs = end - promptEnd;
    const rest = this.#tokens - this.#begun;
    return {
      loadMs,
      promptTokens,
      promptMs,
      promptTokensPerSecond: (promptTokens * 1000) / promptMs,
      generatedTokens: this.#tokens,
      decodeMs,
      decodeTokensPerSecond: rest > 0 ? (rest * 1000) / decodeMs : 0,
    };
  }
}

/** One line for people. */
export function timingsText(timings: Timings, extra: readonly string[] = []): string {
  const { loadMs, promptTokens, generatedTokens, decodeTokensPerSecond } = timings;
  const decode = decodeTokensPerSecond > 0 ? ` at ${rateText(decodeTokensPerSecond)}` : "";
  return [
    `load ${millisecondsText(loadMs)}`,
    `prompt ${promptTokens} tokens at ${rateText(timings.promptTokensPerSecond)}`,
    `generated ${generatedTokens}${decode}`,
    ...extra,
  ].join(", ");
}
