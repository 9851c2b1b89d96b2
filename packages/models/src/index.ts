export type { Architecture, Traits } from "./architectures/architecture.js";
export { activationOf, windowsOf } from "./architectures/architecture.js";
export { architectures } from "./architectures/index.js";
export type { DecoderConfig } from "./decoder-config.js";
export {
  type DescribeOptions,
  describeFolder,
  describeFound,
  describeModel,
  type FoundDescription,
  type ModelConfiguration,
  type ModelDescription,
} from "./describe-model.js";
export { ModelError, type ModelErrorCode } from "./errors.js";
export type { Fields } from "./fields.js";
export { HubError, type HubErrorCode, type SnapshotProgress } from "./hub/snapshot.js";
export type { KvType } from "./kv-type.js";
export type {
  AdvanceOptions,
  BeginOptions,
  LayeredMatrix,
  LayeredModel,
  LayeredPass,
  LayeredVector,
  LayerInput,
  LogitsOptions,
  ReplacedMatrices,
} from "./layerwise/layered-model.js";
export { type OpenLayersOptions, openLayers } from "./layerwise/open-layers.js";
export { type LoadModelOptions, loadModel } from "./load-model.js";
export type { LoadProgress } from "./load-weights.js";
export { Model, type RunnerOptions } from "./model.js";
export { type HubName, parseHubName } from "./model-name.js";
export { type ModelHeaders, type OpenHeadersOptions, openHeaders } from "./open-headers.js";
export {
  type FoundRepository,
  type HubOptions,
  type ModelPlace,
  type ResolveModelOptions,
  resolveModel,
} from "./resolve-model.js";
export type { DecoderRunner, Step } from "./runner.js";
export { fillRandom } from "./training/initial-weights.js";
export {
  type CreateDecoderOptions,
  createDecoder,
  openDecoder,
  type SaveDecoderOptions,
  type SavedType,
  saveDecoder,
  TrainableDecoder,
} from "./training/trainable-decoder.js";
export type { WeightRole } from "./training/trainable-weights.js";
export type { LossRows, TrainingInputs } from "./training/training-loss.js";
export type { WeightFormat } from "./weight-format.js";
export type { Adapt } from "./whole-rows.js";
