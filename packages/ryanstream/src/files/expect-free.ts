import { stat } from "node:fs/promises";
import type { Arguments } from "../cli/arguments.js";
import { CliError } from "../cli/errors.js";
import { visible } from "../cli/visible.js";

/**
 * Refuses to write where something is, unless `--force` was given.
 *
 * @throws CliError `ERR_EXISTS`
 */
export async function expectFree(path: string, given: Arguments): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined || (given.has("force") && status.isFile())) return;
  const what = status.isFile() ? "a file" : "something else";
  throw new CliError(
    "ERR_EXISTS",
    `${visible(path)}: expected nothing there to write to, found ${what}`,
    status.isFile() ? "Add --force to write it anew." : "Name a file.",
  );
}
