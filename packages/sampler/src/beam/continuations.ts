// The best ways to go on from several beams.

import { Candidates } from "../sampling/candidates/candidates.js";
import { topLogprobs } from "../sampling/logprobs.js";

/** One token more. */
export interface Continuation {
  /** Which of the beams it goes on from. */
  readonly beam: number;
  readonly token: number;
  /** Of the beam and the token. */
  readonly logprob: number;
}

export class Continuations {
  #candidates: Candidates | undefined;
  #best: Continuation[] = [];

  /** Takes the best `count` tokens after a beam. @throws SamplerError ERR_LOGITS for NaN or Infinity. */
  add(beam: number, logprob: number, logits: Float32Array, count: number): void {
    if (this.#candidates?.size !== logits.length) this.#candidates = new Candidates(logits.length);
    const candidates = this.#candidates;
    candidates.reset(logits);
    for (const next of topLogprobs(candidates, count, candidates.logTotal())) {
      this.#best.push({ beam, token: next.token, logprob: logprob + next.logprob });
    }
  }

  /** The best `count` of all that were taken: descending; of equals those of the first beam, then the lowest ids. */
  take(count: number): readonly Continuation[] {
    const all = this.#best;
    this.#best = [];
    all.sort((a, b) => b.logprob - a.logprob || a.beam - b.beam || a.token - b.token);
    return all.slice(0, count);
  }
}
