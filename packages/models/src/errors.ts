export type ModelErrorCode =
  | "ERR_NOT_FOUND"
  | "ERR_AMBIGUOUS"
  | "ERR_ARCHITECTURE"
  | "ERR_CONFIG"
  | "ERR_WEIGHTS"
  | "ERR_MEMORY"
  | "ERR_ARGUMENT"
  | "ERR_DISPOSED";

/** What can't be loaded or run, with what was expected, what was found and where. */
export class ModelError extends Error {
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ModelError";
    this.code = code;
  }
}

export function ensure(
  condition: boolean,
  code: ModelErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new ModelError(code, message());
}
