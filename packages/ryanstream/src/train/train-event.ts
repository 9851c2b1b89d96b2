// What a run tells of while it goes on.

import type { Evaluation } from "../solving/evaluation.js";
import type { PrepareProgress } from "./data/prepare.js";

export interface StepProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly rate: number;
  /** Tokens, padding left out, a second of the last steps. */
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

export type TrainEvent =
  | ({ readonly event: "prepare" } & PrepareProgress)
  | {
      readonly event: "start";
      readonly parameters: number;
      readonly trained: number;
      readonly documents: number;
      readonly tokens: number;
      /** Steps done before. */
      readonly step: number;
      readonly steps: number;
      readonly arenaBytes: number;
    }
  | ({ readonly event: "step" } & StepProgress)
  | {
      readonly event: "evaluating";
      readonly solved: number;
      readonly correct: number;
      readonly problems: number;
    }
  | ({ readonly event: "evaluation"; readonly step: number } & Evaluation)
  | { readonly event: "saved"; readonly step: number }
  /** Something that the run goes on without, such as a checkpoint that is damaged. */
  | { readonly event: "warning"; readonly message: string }
  | { readonly event: "end"; readonly step: number; readonly model: string };
