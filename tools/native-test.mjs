// Runs the native tests: one executable for each file in native/test/native. A
// file without its executable is a failure, so that none is left out silently.

import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { record } from "./lib/results.mjs";
import { attempt } from "./lib/steps.mjs";
import { buildFolder, nativeFolder } from "./native-build.mjs";

const LIMIT_MS = 10 * 60_000;

/** The native tests, as their sources name them. */
export function nativeTests() {
  const folder = join(nativeFolder, "test", "native");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".cpp"))
    .map((file) => basename(file, ".cpp"))
    .sort();
}

/**
 * @param {object} options
 * @param {string} options.step       the name in the results
 * @param {string} [options.folder]   where the executables are
 * @param {string[]} [options.prefix] a command that runs them: an emulator, say
 * @param {Record<string, string>} [options.env]
 * @returns {boolean} whether all passed.
 */
export function runNativeTests({ step, folder = buildFolder, prefix = [], env = {} }) {
  const checks = nativeTests().map((name) => {
    const file = join(folder, `test_${name}`);
    if (!existsSync(file)) return { name, ok: false, detail: "it was not built" };
    const [command = file, ...args] = [...prefix, file];
    const status = attempt(command, args, { env, timeout: LIMIT_MS, label: `${step} ${name}` });
    return { name, ok: status === 0, detail: `exit ${status}` };
  });
  return record(step, checks);
}
