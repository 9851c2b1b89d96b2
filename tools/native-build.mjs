#!/usr/bin/env node
// Compiles native/ with cmake-js: the addon, and the native tests beside it, from
// the same objects. cmake-js configures only once and then trusts the cache, so a
// cache made from other settings, another folder or another generator is removed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireCompiler } from "./lib/setup.mjs";
import { must, root } from "./lib/steps.mjs";

export const nativeFolder = join(root, "native");
export const buildFolder = join(nativeFolder, "build");

const OPTIONS = ["--CDRS_TESTS=ON"];

const stamp = join(buildFolder, ".configured");

/** What CMakeCache.txt remembers under a name. */
export function cacheEntry(cache, name) {
  return new RegExp(`^${name}:[A-Z]+=(.*)$`, "m").exec(cache)?.[1];
}

const isSame = (a, b) => a !== undefined && existsSync(a) && realpathSync(a) === realpathSync(b);

/**
 * Why a build folder can't be used any more, or undefined when it can.
 * @param {string} folder  the build folder
 * @param {string} source  the folder of the CMakeLists.txt
 */
export function staleness(folder, source) {
  const file = join(folder, "CMakeCache.txt");
  if (!existsSync(file)) return undefined;
  const cache = readFileSync(file, "utf8");
  if (!isSame(cacheEntry(cache, "CMAKE_HOME_DIRECTORY"), source)) return "made for another folder";
  if (!isSame(cacheEntry(cache, "CMAKE_CACHEFILE_DIR"), folder)) return "moved from another folder";
  for (const tool of ["CMAKE_MAKE_PROGRAM", "CMAKE_CXX_COMPILER", "CMAKE_COMMAND"]) {
    const path = cacheEntry(cache, tool);
    if (path !== undefined && isAbsolute(path) && !existsSync(path)) return `${path} is gone`;
  }
  const plan = { Ninja: "build.ninja", "Unix Makefiles": "Makefile" }[
    cacheEntry(cache, "CMAKE_GENERATOR") ?? ""
  ];
  if (plan !== undefined && !existsSync(join(folder, plan))) return "configuring did not finish";
  return undefined;
}

/** The settings that a configured build folder holds on to. */
function fingerprint() {
  const headers = ["cmake-js", "node-addon-api"].map((name) =>
    realpathSync(join(nativeFolder, "node_modules", name)),
  );
  const compiler = [process.env.CXX, process.env.CXXFLAGS, process.env.CMAKE_GENERATOR];
  return createHash("sha256")
    .update(JSON.stringify([OPTIONS, headers, compiler]))
    .digest("hex");
}

/**
 * Builds the addon.
 * @param {{ tests?: boolean, bench?: boolean }} [options]
 *   tests: build the native tests too; bench: build the kernel benchmark instead
 */
export function buildNative({ tests = false, bench = false } = {}) {
  requireCompiler();
  const want = fingerprint();
  const same = existsSync(stamp) && readFileSync(stamp, "utf8") === want;
  const reason = staleness(buildFolder, nativeFolder) ?? (same ? undefined : "other settings");
  if (reason && existsSync(buildFolder)) {
    console.error(`native/build starts anew: ${reason}`);
    rmSync(buildFolder, { recursive: true });
  }
  mkdirSync(buildFolder, { recursive: true });
  writeFileSync(stamp, want);
  const target = tests ? [] : ["--target", bench ? "ryanstream_bench" : "kernels"];
  must(
    join(nativeFolder, "node_modules", ".bin", "cmake-js"),
    ["build", "--parallel", String(availableParallelism()), ...target, ...OPTIONS],
    {
      cwd: nativeFolder,
      label: `native ${bench ? "benchmark" : tests ? "build with its tests" : "build"}`,
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildNative();
