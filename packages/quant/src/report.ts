import type { MatrixKind } from "./quantizable-model.js";
import type { Profile } from "./quantized-tensor.js";

/** What quantising did to one matrix. */
export interface TensorReport {
  readonly profile: Profile;
  readonly name: string;
  readonly kind: MatrixKind;
  readonly layer: number | undefined;
  readonly shape: readonly [number, number];
  /** `grid`, or the type of its blocks. */
  readonly encoding: string;
  /** Stored bits per weight, with steps, scales and outliers. */
  readonly bits: number;
  /** Columns held in 8 bits. */
  readonly outliers: number;
  /** Of the matrix's outputs on the calibration, relative: sum of squares of the difference over sum of squares. Undefined
   * for tensors of an interrupted run. */
  readonly error: number | undefined;
  /** KL divergence in nats a token with this matrix alone quantised, at the rate that it got, by the model of rates; where measured. */
  readonly kl: number | undefined;
}

/** A whole profile. */
export interface ProfileReport {
  readonly profile: Profile;
  /** Stored bytes of all tensors, without the file's index. */
  readonly bytes: number;
  /** Stored bits per weight. */
  readonly bits: number;
  /** How many times smaller than 16 bits per weight. */
  readonly ratio: number;
  /** KL divergence of the outputs from the original's, in nats a token, on the sensitivity sequences; where given. */
  readonly kl: number | undefined;
  /** Share of tokens after which both models prefer the same next one. */
  readonly sameTop: number | undefined;
}

/** Plain JSON. */
export interface QuantizationReport {
  /** Weights of the model. */
  readonly parameters: number;
  readonly calibrationTokens: number;
  readonly sensitivityTokens: number;
  readonly seconds: number;
  readonly profiles: readonly ProfileReport[];
  readonly tensors: readonly TensorReport[];
}

/** The report as a table. */
export function formatReport(report: QuantizationReport): string {
  throw new Error(`not yet: ${report.seconds}`);
}
