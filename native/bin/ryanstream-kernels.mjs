#!/usr/bin/env node
// `npx ryanstream-kernels build`: compiles the addon from the C++ sources in this
// package, for a machine that no prebuilt binary fits. The build tools are
// fetched only now, so that an ordinary install does not carry them.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sourceBuildPath } from "@ryanstream/native-kernels/paths";

const TOOLS = ["cmake-js@8.0.0", "node-addon-api@8.9.2"];

const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[2] !== "build") {
  console.error("usage: ryanstream-kernels build");
  process.exit(2);
}
const target = sourceBuildPath();
const work = join(dirname(target), "build");
const tools = join(work, "tools");
mkdirSync(tools, { recursive: true });
run(npm, "install", "--prefix", tools, "--no-save", "--no-audit", "--no-fund", ...TOOLS);
run(
  process.execPath,
  join(tools, "node_modules/cmake-js/bin/cmake-js"),
  "build",
  "--directory",
  root,
  "--out",
  join(work, "cmake"),
  `--CDRS_NODE_ADDON_API=${join(tools, "node_modules/node-addon-api")}`,
);
copyFileSync(join(work, "cmake/Release/kernels.node"), target);
rmSync(work, { recursive: true });
console.log(`built ${target}`);
