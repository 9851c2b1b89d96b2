export { type AdamW, type AdamWOptions, adamw } from "./adamw.js";
export { type AttentionOptions, fusedAttention } from "./attention.js";
export { type AttentionExtent, type AttentionPairs, attentionPairs } from "./attention-cost.js";
export { crossEntropy } from "./cross-entropy.js";
export {
  type Activation,
  fusedFFN,
  type GatedActivation,
  type GatedFfnOptions,
  type GatedFfnWeights,
  type PlainActivation,
  type PlainFfnOptions,
  type PlainFfnWeights,
} from "./ffn.js";
export { type FlopSaving, type FlopSavings, flopSavings } from "./flop-savings.js";
export { gated } from "./gated.js";
export { type LinearOptions, type LinearWeight, linear } from "./linear.js";
export { linearCrossEntropy } from "./linear-cross-entropy.js";
export { countTargets, type LossOptions } from "./loss.js";
export {
  type BiasedWeight,
  type MergedWeight,
  type NormProjectionOptions,
  normProjection,
  type Projections,
  project,
} from "./norm-projection.js";
export { type BlockType, blockBytes, blockTypes, heldAs, packBlocks } from "./pack-blocks.js";
export {
  type OutlierColumns,
  type PackedFormat,
  type PackedSpec,
  type PackedWeight,
  type PackedWeightOptions,
  packedFormats,
  packedWeight,
} from "./packed-weight.js";
export { embeddingPacked, packCodes, packWeight, unpackWeight } from "./packing.js";
export {
  kvWrite,
  type PagedAttentionOptions,
  type PagedRows,
  pagedAttention,
} from "./paged-attention.js";
export {
  type KvPages,
  type PagedCache,
  type PagedCacheOptions,
  pagedCache,
} from "./paged-cache.js";
export { type AddedNorm, addRmsNorm, type NormOptions, rmsNorm } from "./rms-norm.js";
export { type RopeOptions, type RopeTable, rope, ropeTable } from "./rope.js";
export {
  type LinearScaling,
  type Llama3Scaling,
  type RopeFrequencies,
  type RopeFrequencyOptions,
  type RopeScaling,
  ropeFrequencies,
  type YarnScaling,
} from "./rope-frequencies.js";
export { swiglu } from "./swiglu.js";
