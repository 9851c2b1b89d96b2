export type { CheckpointStore } from "./training/checkpoint.js";
export type {
  TrainBpeOptions,
  TrainingCheckpoint,
  TrainingProgress,
} from "./training/options.js";
export type { DigitGrouping } from "./training/split.js";
export { trainBpe } from "./training/train-bpe.js";
