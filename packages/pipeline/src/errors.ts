// One error class for the package: a code to branch on, and a message that says
// what was expected, what was found and where.

export type PipelineErrorCode =
  /** An argument is of the wrong type or out of range. */
  | "ERR_ARGUMENT"
  /** A file is not what its format says. */
  | "ERR_FORMAT"
  /** A file is shorter than its index says. */
  | "ERR_TRUNCATED"
  /** A file's bytes have another SHA-256 than its index says. */
  | "ERR_CHECKSUM"
  /** A line or a document is longer than allowed. */
  | "ERR_LIMIT"
  /** An optional package isn't installed. */
  | "ERR_DEPENDENCY"
  /** Something was disposed of before. */
  | "ERR_DISPOSED"
  /** The thread that makes batches could not start or ended early. */
  | "ERR_THREAD";

export class PipelineError extends Error {
  override readonly name = "PipelineError";
  constructor(
    readonly code: PipelineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a {@link PipelineError} unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: PipelineErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new PipelineError(code, message());
}
