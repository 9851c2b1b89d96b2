import type { QuantizationPlan } from "./plan.js";
import type { Profile, QuantizedTensor } from "./quantized-tensor.js";

export interface QuantizerOptions {
  /** What is made, from one calibration pass. Its inputs are those that the first one's layers give. Default: `["file"]`. */
  readonly profiles?: readonly Profile[] | undefined;
  /**
   * Stored bits per weight of the whole model, all in: embedding, head, scales, tables and kept tensors. Rates of its
   * tensors are then measured. For `file` if that is made, else for `resident`. Default: 4 for `file` if no bits of
   * kinds are given. Bits of kinds beside it are for the other profile.
   */
  readonly targetBits?: number | undefined;
  /**
   * Bits of the matrices of a kind, where the profile has no `targetBits`. `resident`: 4 or 8. `file`: stored bits per
   * weight from 1.5 to 8. Default: 8, and 4 for `ffnBits`.
   */
  readonly attentionBits?: number | undefined;
  readonly ffnBits?: number | undefined;
  readonly embeddingBits?: number | undefined;
  readonly headBits?: number | undefined;
  /** The type of resident matrices of 4 bits. Default: `IQ4_NL`. */
  readonly fourBits?: "IQ4_NL" | "Q4_0" | undefined;
  /** `resident`: the share of the columns of a layer's 4-bit matrix that are held in 8 bits instead, in whole groups of 32. 0 to 0.25. Default: 0. */
  readonly outlierColumns?: number | undefined;
  /** `gptq` carries the error of each column to later ones, and needs calibration. Default: `gptq` with calibration. */
  readonly method?: "gptq" | "nearest" | undefined;
  /** Added to the Hessian's diagonal, as a share of its mean. Default: 0.01. */
  readonly damping?: number | undefined;
  /** Tokens that the cost of a tensor is measured on, from the first sequences. Default: 4096. */
  readonly sensitivityTokens?: number | undefined;
  /**
   * What is measured as one and gets one rate: each matrix, those of a layer with the same input, or a whole layer. Large
   * models are measured in half or a seventh of the time. Default: `matrix`.
   */
  readonly sensitivityBy?: "matrix" | "input" | "layer" | undefined;
}

/** Where quantising is. */
export interface QuantizationProgress {
  readonly phase: "sensitivity" | "quantize" | "evaluate";
  /** The layer at work; undefined for embedding and head. */
  readonly layer: number | undefined;
  /** The tensor that is done; undefined where it isn't one tensor's turn. */
  readonly tensor: string | undefined;
  /** Of all work, from 0 to 1. */
  readonly fraction: number;
  /** Since the call. */
  readonly seconds: number;
}

/** What an interrupted run left. */
export interface Resume {
  /** As {@link QuantizeOptions.onPlan} was given it; JSON keeps it. */
  readonly plan: QuantizationPlan;
  /** A tensor that the interrupted run gave, or undefined. */
  readonly find: (
    profile: Profile,
    name: string,
  ) => QuantizedTensor | undefined | Promise<QuantizedTensor | undefined>;
}

export interface QuantizeOptions {
  /** Sequences of tokens that the model is run on. Absent or empty: data-free. */
  readonly calibration?: readonly Int32Array[] | undefined;
  /**
   * Other sequences, on which the cost of each tensor and of the whole is measured. Without them all tensors get the same
   * rate.
   */
  readonly sensitivity?: readonly Int32Array[] | undefined;
  /** Given the rates before the first tensor: keep it to resume. */
  readonly onPlan?: ((plan: QuantizationPlan) => void | Promise<void>) | undefined;
  /** Given each tensor when it is done; it is awaited. Tensors that {@link resume} found aren't given again. */
  readonly onTensor: (tensor: QuantizedTensor) => void | Promise<void>;
  readonly resume?: Resume | undefined;
  readonly onProgress?: ((progress: QuantizationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
