// Angular frequencies of rotary embeddings, in plain numbers: they are computed
// once, when a model is made, and enter its programs as a constant.

import { TensorError } from "@ryanstream/tensor";

/**
 * Stretches long wavelengths by `factor`, leaves short ones, blends between, as
 * Llama 3.1 and later do. Source: Meta's reference code, llama-models
 * `models/llama3/model.py`, `apply_scaling`.
 */
export interface Llama3Scaling {
  readonly type: "llama3";
  readonly factor: number;
  /** The context length of pre-training, in positions. Llama 3.1: 8192. */
  readonly originalLength: number;
  /** Wavelengths beyond `originalLength / lowFactor` are stretched. Default: 1. */
  readonly lowFactor?: number;
  /** Wavelengths below `originalLength / highFactor` are left as they are. Default: 4. */
  readonly highFactor?: number;
}

/**
 * YaRN: Peng, Quesnelle, Fan & Shippole 2023, arXiv 2309.00071. Section 3.2 gives
 * the blend of frequencies, section 3.4 the scale of the attention scores.
 */
export interface YarnScaling {
  readonly type: "yarn";
  readonly factor: number;
  /** The context length of pre-training, in positions. */
  readonly originalLength: number;
  /** Rotations over `originalLength` below which a frequency is interpolated (alpha). Default: 1. */
  readonly lowRotations?: number;
  /** Rotations above which a frequency is left as it is (beta). Default: 32. */
  readonly highRotations?: number;
  /**
   * What the blend between the two is linear in. `"dimension"` is what the authors' code does, and with
   * it every published checkpoint; `"rotations"` is equation 18 of the paper. Default: `"dimension"`.
   */
  readonly ramp?: "dimension" | "rotations";
  /** Whether a ramp over dimensions starts and ends at whole ones. Default: true. */
  readonly truncate?: boolean;
  /** Scale of cosines and sines. Default: `0.1 ln(factor) + 1`, or what `mscale` says. */
  readonly attentionFactor?: number;
  /** DeepSeek's variant of the scale: `(0.1 m ln(factor) + 1)` for `mscale` over that for `mscaleAll`. */
  readonly mscale?: number;
  readonly mscaleAll?: number;
}

/** Every wavelength stretched by `factor`: position interpolation (Chen et al. 2023, arXiv 2306.15595). */
export interface LinearScaling {
  readonly type: "linear";
  readonly factor: number;
}

export type RopeScaling = LinearScaling | Llama3Scaling | YarnScaling;

export interface RopeFrequencyOptions {
  /** Dimensions that are rotated; even. */
  readonly headDim: number;
  /** The base of the geometric series, also called theta. Default: 10000. */
  readonly base?: number;
  /** Default: none. */
  readonly scaling?: RopeScaling | undefined;
}

export interface RopeFrequencies {
  /** Radians a position, one for each pair of dimensions: `headDim / 2` numbers. */
  readonly frequencies: Float32Array<ArrayBuffer>;
  /** What cosines and sines are multiplied by; 1 except for YaRN. Goes to {@link ropeTable}. */
  readonly scale: number;
}

/**
 * The frequencies of a rotary embedding (Su et al. 2021, arXiv 2104.09864, section 3.2.2), plain or scaled
 * to a longer context. Computed in double precision, rounded once.
 *
 * @throws `TensorError` `ERR_ATTRIBUTE` for an odd `headDim` or numbers outside their range.
 *
 * @example
 * ropeFrequencies({ headDim: 128, base: 500000, scaling: { type: "llama3", factor: 8, originalLength: 8192 } });
 */
export function ropeFrequencies({
  headDim,
  base = 10000,
  scaling,
}: RopeFrequencyOptions): RopeFrequencies {
  expect(Number.isSafeInteger(headDim) && headDim > 0 && headDim % 2 === 0, "headDim", headDim);
  expect(base > 1 && Number.isFinite(base), "base", base);
  const plain = Array.from({ length: headDim / 2 }, (_, i) => base ** ((-2 * i) / headDim));
  if (scaling === undefined) return { frequencies: Float32Array.from(plain), scale: 1 };
  expect(scaling.factor >= 1 && Number.isFinite(scaling.factor), "scaling.factor", scaling.factor);
  switch (scaling.type) {
    case "linear":
      return { frequencies: Float32Array.from(plain, (f) => f / scaling.factor), scale: 1 };
    case "llama3":
      return { frequencies: Float32Array.from(plain, (f) => llama3(f, scaling)), scale: 1 };
    case "yarn":
      return {
        frequencies: Float32Array.from(yarn(plain, headDim, base, scaling)),
        scale: yarnScale(scaling),
      };
    default:
      throw unknownScaling(scaling);
  }
}

/** `kept` of the frequency as it is, the rest of it slowed down by `factor`. */
function blend(frequency: number, factor: number, kept: number): number {
  return kept * frequency + ((1 - kept) * frequency) / factor;
}

function clamp01(x: number): number {
  return Math.min(1, Math.max(0, x));
}

function llama3(frequency: number, scaling: Llama3Scaling): number {
  const { factor, originalLength, lowFactor = 1, highFactor = 4 } = scaling;
  expect(originalLength > 0, "scaling.originalLength", originalLength);
  expect(lowFactor > 0 && highFactor > lowFactor, "scaling.highFactor", highFactor);
  const rotations = (originalLength * frequency) / (2 * Math.PI);
  return blend(frequency, factor, clamp01((rotations - lowFactor) / (highFactor - lowFactor)));
}

function yarn(plain: number[], headDim: number, base: number, scaling: YarnScaling): number[] {
  const { factor, originalLength, lowRotations = 1, highRotations = 32 } = scaling;
  const { ramp = "dimension", truncate = true } = scaling;
  expect(originalLength > 0, "scaling.originalLength", originalLength);
  expect(lowRotations > 0 && highRotations > lowRotations, "scaling.highRotations", highRotations);
  if (ramp === "rotations") {
    return plain.map((f) => {
      const rotations = (originalLength * f) / (2 * Math.PI);
      return blend(f, factor, clamp01((rotations - lowRotations) / (highRotations - lowRotations)));
    });
  }
  // The (fractional) pair of dimensions that turns so many times over the original length.
  const pairOf = (rotations: number) =>
    (headDim * Math.log(originalLength / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const whole = (round: (x: number) => number, x: number) => (truncate ? round(x) : x);
  const low = Math.max(whole(Math.floor, pairOf(highRotations)), 0);
  const high = Math.min(whole(Math.ceil, pairOf(lowRotations)), headDim - 1);
  const span = Math.max(high - low, 0.001); // a step where both ends meet
  return plain.map((f, i) => blend(f, factor, 1 - clamp01((i - low) / span)));
}

function yarnScale({ factor, attentionFactor, mscale, mscaleAll }: YarnScaling): number {
  if (attentionFactor !== undefined) return attentionFactor;
  const of = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  return mscale && mscaleAll ? of(mscale) / of(mscaleAll) : of(1);
}

function expect(condition: boolean, what: string, found: unknown): void {
  if (!condition) {
    throw new TensorError("ERR_ATTRIBUTE", `ropeFrequencies: ${what} can't be ${found}`);
  }
}

function unknownScaling(scaling: never): TensorError {
  const { type } = scaling as { type: unknown };
  return new TensorError(
    "ERR_ATTRIBUTE",
    `ropeFrequencies: expected scaling "linear", "llama3" or "yarn", found ${String(type)}`,
  );
}
