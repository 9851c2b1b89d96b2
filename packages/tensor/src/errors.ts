// One error class for the package. A program is refused while it is traced, so
// the stack of the error leads to the line of the user's code that is wrong.

export type TensorErrorCode =
  | "ERR_ADJOINT"
  | "ERR_ATTRIBUTE"
  | "ERR_CONSTANT_SIZE"
  | "ERR_DIM_RANGE"
  | "ERR_DIM_UNBOUND"
  | "ERR_DISPOSED"
  | "ERR_DTYPE"
  | "ERR_DUPLICATE_NAME"
  | "ERR_FOREIGN_SYMBOL"
  | "ERR_GRAPH"
  | "ERR_INPUT"
  | "ERR_JSON"
  | "ERR_NOT_CONNECTED"
  | "ERR_NOT_DIFFERENTIABLE"
  | "ERR_NO_TRACE"
  | "ERR_OUTPUT"
  | "ERR_SHAPE"
  | "ERR_SLOT_UNBOUND"
  | "ERR_SYMBOL_VALUE"
  | "ERR_TRACE_ASYNC"
  | "ERR_TRACE_IMPURE"
  | "ERR_TRACE_NESTED"
  | "ERR_UNKNOWN_NAME"
  | "ERR_UNKNOWN_OPERATION";

export class TensorError extends Error {
  override readonly name = "TensorError";
  constructor(
    readonly code: TensorErrorCode,
    message: string, // what was expected, what was found, where
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the message already says which operation it is about. */
  readonly located: boolean = false;

  /** The same error, its message led by where it happened. The stack stays. */
  at(where: string): this {
    reword(this, `${where}: ${this.message}`);
    (this as { located: boolean }).located = true;
    return this;
  }
}

/** Changes the message of an error, also where its stack repeats it. */
export function reword(error: Error, message: string): void {
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
  error.message = message;
}

/** Throws a {@link TensorError} unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: TensorErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new TensorError(code, message());
}
