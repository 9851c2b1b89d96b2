// What the scorer and the process that samples say to each other. Gold answers are not among it.

import type { ProofSamplerOptions } from "@ryanstream/sampler";

export interface ArmRequest {
  readonly questions: readonly string[];
  readonly options: Omit<ProofSamplerOptions, "verifiers" | "grammar">;
  /** A verifier in place of the checks, that calls lines false at random so often: a placebo. */
  readonly placebo?: number;
  readonly seed: number;
  readonly maxNewTokens: number;
  /** Problems at once. */
  readonly together: number;
}

export interface Attempt {
  readonly answer: string | undefined;
  /** Sampled or forced, thrown away ones too. */
  readonly tokens: number;
  readonly discarded: number;
  readonly replayed: number;
  readonly backtracks: number;
  /** Drafts of lines, thrown away ones too. */
  readonly drafts: number;
  /** Lines with a claim that was checked. */
  readonly checkable: number;
  readonly lines: number;
  /** With chains: the answer of each. */
  readonly chainAnswers: readonly (string | undefined)[];
}

export interface ArmReply {
  readonly attempts: readonly Attempt[];
  readonly seconds: number;
}
