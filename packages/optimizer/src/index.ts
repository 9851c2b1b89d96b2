export { type AdamWOptions, adamw } from "./adamw.js";
export { type ClippedGradients, clipByGlobalNorm, globalNorm } from "./clip.js";
export { type GroupOptions, parameterGroups } from "./groups.js";
export { type MuonOptions, muon, type RateAdjustment } from "./muon.js";
export {
  type Coefficients,
  type OrthogonalizeOptions,
  orthogonalize,
  quintic,
} from "./newton-schulz.js";
export type { LearningRate, Optimizer } from "./optimizer.js";
export {
  type CosineOptions,
  constant,
  cosine,
  type Schedule,
  type ScheduleOptions,
  type WarmupStableDecayOptions,
  warmupStableDecay,
} from "./schedules.js";
export { loadState, type OptimizerState, saveState } from "./state.js";
