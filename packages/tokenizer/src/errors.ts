// One error class for the package: a code to branch on, and a message that says
// what was expected, what was found and where.

export type TokenizerErrorCode =
  /** An argument is of the wrong type or out of range. */
  | "ERR_ARGUMENT"
  /** Text has a special token where the caller refused them. */
  | "ERR_SPECIAL_TOKEN"
  /** An id or a token that the vocabulary lacks. */
  | "ERR_UNKNOWN_TOKEN"
  /** A file is not in the format that it was read as, or is damaged. */
  | "ERR_FORMAT"
  /** A file is well formed and asks for something that this package does not have. */
  | "ERR_UNSUPPORTED"
  /** Something from outside exceeds a limit. */
  | "ERR_LIMIT"
  /** A regular expression can't be read. */
  | "ERR_PATTERN"
  /** A chat template can't be read, or fails on these messages. */
  | "ERR_TEMPLATE"
  /** A file could not be found, read or fetched. */
  | "ERR_LOAD"
  /** A training corpus or configuration can't be used. */
  | "ERR_TRAINING"
  /** A number is too large to be read. */
  | "ERR_NUMBER";

export class TokenizerError extends Error {
  static override readonly name: string = "TokenizerError"; // as users see it, minified or not
  override readonly name = "TokenizerError";
  constructor(
    readonly code: TokenizerErrorCode,
    message: string, // what was expected, what was found, where
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a {@link TokenizerError} unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: TokenizerErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new TokenizerError(code, message());
}
