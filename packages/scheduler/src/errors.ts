// One error class for the package: a code to branch on, and a message that says
// what was expected, what was found and where.

export type SchedulerErrorCode =
  /** An argument is of the wrong type or out of range. */
  | "ERR_ARGUMENT"
  /** A token id that the model's vocabulary lacks. */
  | "ERR_TOKEN"
  /** A sequence would become longer than the engine allows. */
  | "ERR_LENGTH"
  /** There is no memory for keys and values, and waiting was not wanted. */
  | "ERR_MEMORY"
  /** An append waited for memory, and nobody was left to give any back. */
  | "ERR_STALLED"
  /** A session has an append under way. */
  | "ERR_BUSY"
  /** A session or its engine was disposed of. */
  | "ERR_DISPOSED"
  /** The model failed while it ran a step; `cause` is its error. */
  | "ERR_RUN"
  /** No token can be chosen from these logits. */
  | "ERR_LOGITS";

export class SchedulerError extends Error {
  override readonly name = "SchedulerError";
  constructor(
    readonly code: SchedulerErrorCode,
    message: string, // what was expected, what was found, where
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a {@link SchedulerError} unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: SchedulerErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new SchedulerError(code, message());
}
