export type TrainErrorCode =
  /** A field of a recipe is missing, of the wrong type or out of range. */
  | "ERR_RECIPE"
  /** A folder of a run is of another recipe, or another process trains in it. */
  | "ERR_RUN"
  /** A checkpoint can't be used. */
  | "ERR_CHECKPOINT"
  /** A document can't be trained on. */
  | "ERR_DATA"
  /** The loss is no number any more. */
  | "ERR_DIVERGED";

export class TrainError extends Error {
  override readonly name = "TrainError";
  constructor(
    readonly code: TrainErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function ensure(
  condition: boolean,
  code: TrainErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new TrainError(code, message());
}
