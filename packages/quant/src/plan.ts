import type { BlockDType, Profile } from "./quantized-tensor.js";

/** What one matrix becomes in one profile. */
export interface MatrixPlan {
  readonly profile: Profile;
  readonly name: string;
  /** Stored bits per weight that are asked for. */
  readonly bits: number;
  /** `resident` only. */
  readonly dtype?: BlockDType | undefined;
  /** KL divergence of the model's outputs, in nats a token, with this matrix alone quantised; where it was measured. */
  readonly kl?: number | undefined;
}

/** All rates of a run, as plain JSON. */
export interface QuantizationPlan {
  /** A hash of options, matrices and sequences: what is resumed must have the same. */
  readonly fingerprint: string;
  readonly matrices: readonly MatrixPlan[];
}
