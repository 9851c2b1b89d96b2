// What this package throws.

/**
 * - `ERR_ARGUMENT`: an option out of its range, or of the wrong kind
 * - `ERR_LOGITS`: logits with NaN, or none that is possible
 * - `ERR_GRAMMAR`: a grammar, schema or regular expression that is wrong
 * - `ERR_UNSUPPORTED`: a part of a grammar or schema that isn't supported, rather than a weaker one
 * - `ERR_LIMIT`: input larger than a limit allows
 * - `ERR_DEAD_END`: no token can follow
 */
export type SamplerErrorCode =
  | "ERR_ARGUMENT"
  | "ERR_LOGITS"
  | "ERR_GRAMMAR"
  | "ERR_UNSUPPORTED"
  | "ERR_LIMIT"
  | "ERR_DEAD_END";

export class SamplerError extends Error {
  override readonly name = "SamplerError";
  readonly code: SamplerErrorCode;

  constructor(code: SamplerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @throws SamplerError with what `message` gives, unless `condition`. */
export function ensure(
  condition: boolean,
  code: SamplerErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new SamplerError(code, message());
}
