// What is wrong with what a person typed or piped in. Errors of the packages below come
// through as they are.

export type CliErrorCode =
  /** A command, an option or an argument that can't be; exit code 2. */
  | "ERR_USAGE"
  /** A text is missing, too long, or not UTF-8. */
  | "ERR_INPUT"
  /** A prompt or a conversation is longer than the context. */
  | "ERR_CONTEXT"
  /** Weights, keys and values are more than the machine has memory for. */
  | "ERR_MEMORY"
  /** There is something where a file is to be written. */
  | "ERR_EXISTS"
  /** A file isn't what it was when it was written. */
  | "ERR_DAMAGED"
  /** A solution without an answer. */
  | "ERR_NO_ANSWER"
  /** The model has no chat template. */
  | "ERR_NO_CHAT_TEMPLATE";

export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    readonly code: CliErrorCode,
    message: string,
    /** What to do, as a sentence. */
    readonly advice?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
