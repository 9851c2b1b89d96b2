// One error class for the package: a code to branch on, and a message that says
// what was expected, what was found and where.

export type ProblemsErrorCode =
  /** An argument is of the wrong type or out of range. */
  "ERR_ARGUMENT";

export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  constructor(
    readonly code: ProblemsErrorCode,
    message: string, // what was expected, what was found, where
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a {@link ProblemsError} unless `condition` holds; the message is built only then. */
export function ensure(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ProblemsError("ERR_ARGUMENT", message());
}
