// Finds the addon for this machine and loads it. When none loads, the error says
// in one sentence why and how to mend it, and lists every place with its reason.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelsUnavailableError, type LoadAttempt } from "./errors.js";
import { platformTriple, sourceBuildPath } from "./paths.js";

const require = createRequire(import.meta.url);

/** A place where the addon may be. */
export interface Candidate {
  readonly path: string;
  readonly load: () => unknown;
}

const file = (path: string): Candidate => ({ path, load: () => require(path) });

/** The prebuilt package of a platform. The names are literals so that bundlers see them. */
function prebuilt(triple: string): Candidate | undefined {
  switch (triple) {
    case "linux-x64-gnu":
      return {
        path: "@ryanstream/native-kernels-linux-x64-gnu",
        load: () => require("@ryanstream/native-kernels-linux-x64-gnu"),
      };
    default:
      return undefined;
  }
}

/** Where the addon may be, in the order in which the places are tried. */
export function candidates(triple = platformTriple()): Candidate[] {
  const override = process.env["RYANSTREAM_KERNELS_PATH"];
  if (override) return [file(override)];
  const checkout = fileURLToPath(new URL("../build/Release/kernels.node", import.meta.url));
  const packaged = prebuilt(triple);
  return [file(checkout), ...(packaged ? [packaged] : []), file(sourceBuildPath())];
}

interface CodedError extends Error {
  readonly code?: string;
}

/** Why a binary did not load, in a few words for each cause that users meet. */
export function explain(path: string, error: CodedError): string {
  const [first = ""] = error.message.split("\n");
  const missing = isAbsolute(path) ? !existsSync(path) : error.code === "MODULE_NOT_FOUND";
  if (missing) return isAbsolute(path) ? "no such file" : "not installed";
  const glibc = /version `(GLIBC(?:XX)?_[\d.]+)' not found/.exec(error.message);
  if (glibc) return `made for a newer C library: it needs ${glibc[1]}`;
  if (/invalid ELF header|file too short|wrong ELF class|cannot open shared object/.test(first)) {
    return `not a binary for this platform (${first})`;
  }
  if (/undefined symbol|did not self-register|NODE_MODULE_VERSION/.test(error.message)) {
    return `made for another Node (${first})`;
  }
  return first;
}

/** Whether the addon itself loaded and refused: its own message says what to do. */
const isRefusal = (error: CodedError): boolean =>
  error.code?.startsWith("ERR_") === true &&
  !/^ERR_(DLOPEN_FAILED|MODULE_NOT_FOUND|PACKAGE_PATH_NOT_EXPORTED|REQUIRE_)/.test(error.code);

function remedy(attempts: readonly LoadAttempt[]): string {
  if (process.env["RYANSTREAM_KERNELS_PATH"]) {
    return "Correct RYANSTREAM_KERNELS_PATH, or unset it to search the usual places.";
  }
  const packaged = attempts.find(({ path }) => path.startsWith("@"));
  const build =
    "compile it here with: npx ryanstream-kernels build (needs CMake and a C++20 compiler)";
  if (packaged?.reason === "not installed") {
    return `Install ${packaged.path} (npm leaves it out with --omit=optional), or ${build}.`;
  }
  return `Please ${build}.`;
}

/**
 * Loads the addon from the first place that has one that works.
 *
 * @throws {@link KernelsUnavailableError} when none does.
 */
export function loadBinding(places: readonly Candidate[] = candidates()): {
  binding: unknown;
  from: string;
} {
  const attempts: LoadAttempt[] = [];
  let cause: unknown;
  for (const { path, load } of places) {
    try {
      return { binding: load(), from: path };
    } catch (thrown) {
      const error = thrown as CodedError;
      if (isRefusal(error)) throw error;
      const reason = explain(path, error);
      attempts.push({ path, reason });
      if (reason !== "no such file" && reason !== "not installed") cause = error;
    }
  }
  const list = attempts.map(({ path, reason }) => `  ${path}: ${reason}`).join("\n");
  throw new KernelsUnavailableError(
    `No native kernels for ${platformTriple()} (Node ${process.versions.node}) could be loaded. ` +
      `${remedy(attempts)}\nTried:\n${list}`,
    attempts,
    { cause },
  );
}
