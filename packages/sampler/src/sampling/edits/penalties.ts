// Penalties for tokens that there were before.

import type { Candidates } from "../candidates/candidates.js";
import type { History } from "./history.js";
import type { TokenTable } from "./token-table.js";

export interface PenaltyOptions {
  /**
   * Divides positive logits of tokens in the window, prompt included, and multiplies negative ones. Above 0. Default 1: none.
   * N. S. Keskar et al., "CTRL: a conditional transformer language model for controllable generation", 2019.
   */
  readonly repetitionPenalty?: number;
  /** Is subtracted for each time that a token occurred in the window. Default 0. */
  readonly frequencyPenalty?: number;
  /** Is subtracted from tokens that occurred in the window. Default 0. */
  readonly presencePenalty?: number;
  /** How many of the last tokens are looked at. Default: all; 64 with the preset "llama.cpp". */
  readonly penaltyWindow?: number;
  /** Whether the prompt counts for the frequency and presence penalties. Default: only with the preset "llama.cpp". */
  readonly penalizePrompt?: boolean;
}

/** Repetition first, then frequency and presence. */
export class Penalties {
  readonly #options: Required<PenaltyOptions>;

  constructor(options: Required<PenaltyOptions>) {
    this.#options = options;
  }

  /** Whether no penalty raises a logit. */
  get onlyLowers(): boolean {
    const { repetitionPenalty, frequencyPenalty, presencePenalty } = this.#options;
    return repetitionPenalty >= 1 && frequencyPenalty >= 0 && presencePenalty >= 0;
  }

  apply(candidates: Candidates, history: History, table: TokenTable): void {
    const { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow, penalizePrompt } =
      this.#options;
    const { tokens, length, promptLength } = history;
    const begin = Math.max(0, length - penaltyWindow);
    const counted = penalizePrompt ? begin : Math.max(begin, promptLength);
    // Numbers are counts and 1, so that tokens that only the prompt has are in the table too.
    for (let i = begin; i < length; i++) {
      const token = tokens[i] as number;
      const before = table.get(token) || 1;
      table.set(token, i < counted ? before : before + 1);
    }
    candidates.edit();
    for (let i = 0; i < table.size; i++) {
      const token = table.tokens[i] as number;
      const place = candidates.placeOf(token);
      if (place < 0) continue;
      const count = table.get(token) - 1;
      let logit = candidates.logitAt(place);
      logit = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
      if (count > 0) logit -= count * frequencyPenalty + presencePenalty;
      candidates.setLogitAt(place, logit);
    }
    candidates.edited();
    table.clear();
  }
}
