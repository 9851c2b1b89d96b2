export { CheckpointError, type CheckpointErrorCode } from "./errors.js";
export type { LayerOf } from "./layers.js";
export {
  CheckpointPlan,
  type CheckpointPlanData,
  type PlannedLayer,
  type PlannedValue,
} from "./plan.js";
export {
  type ApplyOptions,
  type Checkpointed,
  type CheckpointOptions,
  type Mode,
  SmartCheckpoint,
} from "./smart-checkpoint.js";
