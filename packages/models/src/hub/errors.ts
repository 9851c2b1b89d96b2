// One error class for everything between a repository's id and its files on disk.

export type HubErrorCode =
  /** A repository id, a revision or an option can't be one. */
  | "ERR_ARGUMENT"
  /** The hub has no such repository, revision or file, or doesn't show it to this token. */
  | "ERR_NOT_FOUND"
  /** The token is missing, not valid, or lacks a permission. */
  | "ERR_UNAUTHORIZED"
  /** The repository's authors have to grant access first. */
  | "ERR_GATED"
  /** The network is not to be used, and the cache lacks something. */
  | "ERR_OFFLINE"
  /** No answer, or a failure, after all retries. */
  | "ERR_NETWORK"
  /** The bytes that came are not those that the hub announced. */
  | "ERR_CHECKSUM"
  /** The server's answer is not one that a hub gives. */
  | "ERR_RESPONSE"
  /** The server's answer, or its chain of redirects, is longer than is sensible. */
  | "ERR_LIMIT"
  /** The disk is full, or the cache can't be written. */
  | "ERR_DISK";

/** What went wrong, where, and what to do next. Branch on {@link HubError.code}. */
export class HubError extends Error {
  override readonly name = "HubError";
  constructor(
    readonly code: HubErrorCode,
    message: string, // what was expected, what was found, where, what to do
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const FULL = /^(ENOSPC|EDQUOT|EFBIG)$/;

/** Failures of the cache's files as {@link HubError}; everything else as it is. */
export function asHubError(error: unknown, cacheDir: string): unknown {
  if (error instanceof HubError || !(error instanceof Error)) return error;
  const { code = "", syscall, path } = error as NodeJS.ErrnoException;
  const full = FULL.test(code);
  if (syscall === undefined || !(full || code === "EIO" || path?.startsWith(cacheDir)))
    return error;
  const advice = full
    ? "free some space, or choose another disk with cacheDir or HF_HUB_CACHE"
    : "make it writable, or choose another folder with cacheDir or HF_HUB_CACHE";
  return new HubError(
    "ERR_DISK",
    `expected to write the cache ${cacheDir}, found ${error.message}; ${advice}`,
    { cause: error },
  );
}
