export { type AdamWOptions, adamw } from "./adamw.js";
export { type ClippedGradients, clipByGlobalNorm, globalNorm } from "./clip.js";
export { type GroupOptions, parameterGroups } from "./groups.js";
export { momentumFor } from "./momentum.js";
export { type MuonOptions, muon, type RateAdjustment } from "./muon.js";
export {
  type CoefficientList,
  type Coefficients,
  type NewtonSchulzForm,
  type OrthogonalizeOptions,
  orthogonalize,
  quintic,
} from "./newton-schulz.js";
export type { LearningRate, Optimizer } from "./optimizer.js";
export { polarExpress } from "./polar-express.js";
export type { AveragedWeights } from "./ryan/averaged-weights.js";
export type { LaneForm } from "./ryan/levels.js";
export {
  type Lane,
  type MatrixShape,
  type OrthogonalizationOptions,
  type OrthogonalizationPlan,
  type PlannedMatrix,
  planOrthogonalization,
} from "./ryan/plan.js";
export {
  type RyanOptimizer,
  type RyanOptimizerOptions,
  ryanOptimizer,
} from "./ryan/ryan-optimizer.js";
export type { LookAheadOptions, TailOptions } from "./ryan/shared-buffer.js";
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
