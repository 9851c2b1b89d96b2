#!/usr/bin/env node

// Changed RyanFormat files, opened and read: `packages/format/bench/fuzz.ts` says what they must never do.
//
//   npm run fuzz:format [-- --count 100000] [--from 0] [--seed 1] [--case N] [--json]
//   npm run fuzz:format -- --sanitize …    the native coders under the address sanitizer, in a build folder of their own
//   npm run fuzz:format -- --portable …    without native coders

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setup } from "./lib/setup.mjs";
import { attempt, must, root } from "./lib/steps.mjs";
import { buildNative, nativeFolder, staleness } from "./native-build.mjs";

const words = process.argv.slice(2);
const args = words.filter((word) => word !== "--sanitize" && word !== "--portable");

setup();
const env = {};
if (words.includes("--sanitize")) Object.assign(env, sanitized());
else if (words.includes("--portable")) env.RYANSTREAM_KERNELS_PATH = join(root, "none.node");
else if (process.env.RYANSTREAM_KERNELS_PATH === undefined) buildNative();

process.exitCode = attempt(
  process.execPath,
  [
    "--conditions=@ryanstream/source",
    "--import",
    "tsx",
    join(root, "packages/format/bench/fuzz.ts"),
    ...args,
  ],
  { env, label: "fuzz:format", stdio: "inherit" },
);

/** Compiles the addon with the address sanitizer, and says how Node is to load it. */
function sanitized() {
  const folder = join(root, "build", "sanitize-addon");
  const reason = staleness(folder, nativeFolder);
  if (reason) {
    console.error(`build/sanitize-addon starts anew: ${reason}`);
    rmSync(folder, { recursive: true });
  }
  const options = ["--CDRS_SANITIZE=address", "--CDRS_TESTS=OFF"];
  const parallel = ["--parallel", String(availableParallelism())];
  must(
    join(nativeFolder, "node_modules", ".bin", "cmake-js"),
    ["build", "--out", folder, ...parallel, "--target", "kernels", ...options],
    { cwd: nativeFolder, label: "addon under the address sanitizer" },
  );
  const addon = [join(folder, "Release/kernels.node"), join(folder, "kernels.node")].find(
    existsSync,
  );
  // Node itself isn't instrumented: the sanitizer has to be there before it, and what Node leaves to the end of the
  // process isn't a leak of ours.
  const { stdout } = spawnSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" });
  return {
    RYANSTREAM_KERNELS_PATH: addon,
    LD_PRELOAD: stdout.trim(),
    ASAN_OPTIONS: "detect_leaks=0:halt_on_error=1:abort_on_error=1:quarantine_size_mb=64",
  };
}
