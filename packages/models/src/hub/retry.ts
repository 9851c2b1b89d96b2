// What may succeed when it's tried again, and when to try.

import { HubError } from "./errors.js";
import { pause } from "./pause.js";

const FIRST_WAIT = 500; // milliseconds, doubled each time
const LONGEST_BACKOFF = 30_000;
/** The hub's rate limits are counted over five minutes. */
const LONGEST_WAIT = 330_000;

/** A failure that may pass: a cut transfer, a busy server. */
export class Passing extends Error {
  override readonly name = "Passing";
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface RetryOptions {
  /** How often to try again. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether the last try came further, so that the count starts anew. */
  readonly progressed?: () => boolean;
  /** What to do after the last try; default: to check the connection and try again. */
  readonly advice?: string;
}

/**
 * Calls `attempt` until it doesn't throw {@link Passing}.
 *
 * @throws HubError `ERR_NETWORK` after the last try; whatever else `attempt` throws; whatever the signal
 * was aborted with
 */
export async function retrying<T>(
  what: string,
  { retries, signal, progressed, advice }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      failures = progressed?.() ? 1 : failures + 1;
      const wait = error.wait ?? backoff(failures);
      if (failures > retries || wait > LONGEST_WAIT) {
        throw givenUp(what, failures, wait, error, advice);
      }
      await pause(wait, signal);
    }
  }
}

function givenUp(
  what: string,
  failures: number,
  wait: number,
  cause: Passing,
  usual = "check the connection and try again",
): HubError {
  const minutes = Math.ceil(wait / 60_000);
  const advice = wait > LONGEST_WAIT ? `try again in ${minutes} minutes` : usual;
  return new HubError(
    "ERR_NETWORK",
    `expected ${what}, found a failure in ${failures} ${failures === 1 ? "try" : "tries in a row"}: ` +
      `${cause.message}; ${advice}, or use what the cache has with offline: true`,
    { cause },
  );
}

/** Spread out, since clients that fail together would come back together. */
const backoff = (failures: number): number =>
  Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_BACKOFF) * (0.75 + Math.random() / 2);

/**
 * Milliseconds that a response asks to wait, by Retry-After (RFC 9110, seconds or a date), or by the
 * RateLimit header that the hub sends (`"api";r=0;t=55`: none left, 55 seconds to go).
 */
export function waitAskedFor(headers: Headers, now = Date.now()): number | undefined {
  const after = headers.get("retry-after")?.trim();
  if (after && /^\d+$/.test(after)) return Number(after) * 1000;
  const date = after ? Date.parse(after) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const limit = /;\s*r=0\s*;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "");
  return limit ? (Number(limit[1]) + 1) * 1000 : undefined;
}
