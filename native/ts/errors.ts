/** One place where a binary was looked for, and why it did not serve. */
export interface LoadAttempt {
  /** A file, or the name of a package. */
  readonly path: string;
  readonly reason: string;
}

/** Thrown when no binary of the kernels can be loaded on this machine. */
export class KernelsUnavailableError extends Error {
  override readonly name = "KernelsUnavailableError";
  readonly code = "ERR_RYANSTREAM_KERNELS_UNAVAILABLE";

  constructor(
    message: string,
    readonly attempts: readonly LoadAttempt[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
