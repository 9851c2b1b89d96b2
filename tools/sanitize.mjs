// Native tests under a sanitizer: each has its own CMake build folder, with the
// addon left out, since Node itself isn't instrumented.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { clearResults, finish } from "./lib/results.mjs";
import { requireCompiler } from "./lib/setup.mjs";
import { must, root } from "./lib/steps.mjs";
import { nativeFolder, staleness } from "./native-build.mjs";
import { runNativeTests } from "./native-test.mjs";

// Each stops at its first finding and makes the test exit with an error.
export const SANITIZERS = {
  address: { ASAN_OPTIONS: "detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1" },
  undefined: { UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1" },
  thread: { TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1" },
};

const hasNinja = () => spawnSync("ninja", ["--version"], { stdio: "ignore" }).status === 0;

/** Builds all native tests, or one, and returns the folder that they are in. */
export function buildSanitized(kind, target) {
  const folder = join(root, "build", `sanitize-${kind}`);
  const reason = staleness(folder, nativeFolder);
  if (reason) {
    console.error(`${kind}: the build starts anew: ${reason}`);
    rmSync(folder, { recursive: true });
  }
  const fresh = !existsSync(join(folder, "CMakeCache.txt"));
  const generator = fresh && hasNinja() ? ["-G", "Ninja"] : [];
  // -O1 keeps stacks readable, and Debug keeps the assertions.
  const flags = [
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1",
    "-DRS_ADDON=OFF",
    "-DRS_TESTS=ON",
    `-DRS_SANITIZE=${kind}`,
  ];
  must("cmake", ["-S", nativeFolder, "-B", folder, ...generator, ...flags], {
    label: `${kind}: configure`,
  });
  const only = target === undefined ? [] : ["--target", target];
  must("cmake", ["--build", folder, "--parallel", String(availableParallelism()), ...only], {
    label: `${kind}: build`,
  });
  return folder;
}

// gcc's thread sanitizer can't map its shadow where addresses are randomised
// over more bits than it knows; a fixed layout is always in its range.
function fixedLayout() {
  const prefix = ["setarch", process.arch === "x64" ? "x86_64" : process.arch, "-R"];
  const [command, ...args] = [...prefix, "true"];
  return spawnSync(command, args, { stdio: "ignore" }).status === 0 ? prefix : [];
}

/**
 * @param {string[]} kinds  all of them when empty
 * @returns {boolean} whether all tests passed without a finding.
 */
export function sanitize(kinds) {
  const known = Object.keys(SANITIZERS);
  const unknown = kinds.filter((kind) => !known.includes(kind));
  if (unknown.length > 0) {
    console.error(`no sanitizer ${unknown.join(", ")}: expected ${known.join(", ")}`);
    return false;
  }
  requireCompiler();
  clearResults();
  for (const kind of kinds.length > 0 ? kinds : known) {
    const folder = buildSanitized(kind);
    const prefix = kind === "thread" ? fixedLayout() : [];
    runNativeTests({ step: `sanitize-${kind}`, folder, prefix, env: SANITIZERS[kind] });
  }
  return finish();
}
