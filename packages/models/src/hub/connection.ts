// How the hub is reached, as options and the environment say.

import { endpointOf, tokenOf } from "./environment.js";
import { HubError } from "./errors.js";
import type { Connection } from "./request.js";
import type { SnapshotOptions } from "./snapshot-options.js";

/** @throws HubError `ERR_ARGUMENT` */
export async function connectionOf(
  options: Pick<SnapshotOptions, "fetch" | "endpoint" | "token" | "signal" | "timeout" | "retries">,
): Promise<Connection> {
  return {
    fetch: options.fetch ?? fetch,
    endpoint: endpointOf(options.endpoint),
    token: await tokenOf(options.token),
    signal: options.signal,
    timeout: checkCount("timeout", options.timeout ?? 30_000, 1, 2 ** 31 - 1),
    retries: checkCount("retries", options.retries ?? 5, 0, 1000),
  };
}

/** @throws HubError `ERR_ARGUMENT` */
export function checkCount(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new HubError(
    "ERR_ARGUMENT",
    `expected a whole number from ${least} to ${most} as ${name}, found ${value}`,
  );
}
