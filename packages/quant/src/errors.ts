/** What went wrong. */
export type QuantErrorCode =
  /** An argument of the wrong type or out of range. */
  | "ERR_ARGUMENT"
  /** No allocation of bits meets the budget. */
  | "ERR_BUDGET"
  /** Weights, calibration or statistics that can't be quantised: NaN, infinity, no rows. */
  | "ERR_VALUE"
  /** What was kept of an interrupted run belongs to another one. */
  | "ERR_RESUME";

export class QuantError extends Error {
  override readonly name = "QuantError";

  constructor(
    readonly code: QuantErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function ensure(
  condition: boolean,
  code: QuantErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new QuantError(code, message());
}
