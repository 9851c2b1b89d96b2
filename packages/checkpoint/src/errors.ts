export type CheckpointErrorCode = "ERR_BUDGET" | "ERR_OPTION" | "ERR_NO_BACKWARD";

/** What a checkpointing option or program was refused for. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  constructor(
    readonly code: CheckpointErrorCode,
    message: string, // what was expected and what was found
    /** With ERR_BUDGET: the smallest arena that the mode can reach, in bytes. */
    readonly leastBytes?: number,
  ) {
    super(message);
  }
}

/** Throws a {@link CheckpointError} unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: CheckpointErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new CheckpointError(code, message());
}
