#!/usr/bin/env node
// `npx ryanstream-kernels build` compiles the addon from the C++ sources in this
// package, for a machine that no prebuilt binary fits; the build tools are fetched
// only then, so that an ordinary install doesn't carry them. `info` says which
// binary is in use and what it found on this machine.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { native, nativeOrigin } from "@ryanstream/native-kernels";
import { sourceBuildPath } from "@ryanstream/native-kernels/paths";

const TOOLS = ["cmake-js@8.0.0", "node-addon-api@8.9.2", "node-api-headers@1.9.0"];

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", shell: windows });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed (exit ${status})`);
}

function build() {
  const target = sourceBuildPath();
  const work = join(dirname(target), "build");
  const tools = join(work, "tools");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(tools, { recursive: true });
  const quiet = ["--no-save", "--no-audit", "--no-fund"];
  run(windows ? "npm.cmd" : "npm", "install", "--prefix", tools, ...quiet, ...TOOLS);
  const modules = join(tools, "node_modules");
  run(
    process.execPath,
    join(modules, "cmake-js", "bin", "cmake-js"),
    "build",
    "--directory",
    root,
    "--out",
    join(work, "cmake"),
    "--parallel",
    String(availableParallelism()),
    `--CDRS_NODE_ADDON_API=${join(modules, "node-addon-api")}`,
  );
  copyFileSync(join(work, "cmake", "Release", "kernels.node"), target);
  rmSync(work, { recursive: true });
  console.log(target);
}

function info() {
  const found = native().info();
  console.log(JSON.stringify({ ...found, from: nativeOrigin(), node: process.version }, null, 2));
}

const commands = { build, info };
const [name = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(commands, name) || rest.length > 0) {
  console.error("usage: ryanstream-kernels build|info");
  console.error(
    "  build  compile the kernels here (needs CMake, a C++20 compiler and the network)",
  );
  console.error("  info   print the binary in use, the instruction set and the threads");
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  try {
    commands[name]();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
