// From a bare checkout to installed packages: says what is missing on the machine
// before anything fails halfway, and installs only when the lockfile changed.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, must, root } from "./steps.mjs";
import { packages } from "./workspace.mjs";

const MINIMUM_NODE = [20, 19];

const read = (file) => readFileSync(join(root, file), "utf8");
const stamp = join(root, "node_modules", ".installed");

/** pnpm and the version that package.json pins, such as `pnpm@10.34.9`. */
export const packageManager = () => JSON.parse(read("package.json")).packageManager;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantMajor, wantMinor] = MINIMUM_NODE;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  fail(`Node ${MINIMUM_NODE.join(".")} or later is needed; this is ${process.versions.node}.`);
}

const starts = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** What compiling needs and this machine lacks, as one sentence; nothing when all is there. */
export function missingForCompiling(has = starts) {
  if (!has("cmake")) {
    return "CMake is needed to compile native/: install it (Debian: apt-get install cmake).";
  }
  if (process.platform === "win32") return undefined;
  if (!["ninja", "make"].some(has)) {
    return "Ninja or make is needed to compile native/: install one (Debian: apt-get install ninja-build).";
  }
  const compilers = [process.env.CXX, "c++", "g++", "clang++"].filter(Boolean);
  if (!compilers.some(has)) {
    return "A C++20 compiler is needed to compile native/: g++ 12 or clang 14 or later.";
  }
  return undefined;
}

/** Ends with one sentence when the machine cannot compile the addon. */
export function requireCompiler() {
  const missing = missingForCompiling();
  if (missing !== undefined) fail(missing);
}

/** What the install depends on: the lockfile and every manifest it was made from. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"]) {
    hash.update(read(file));
  }
  for (const { manifest } of packages()) {
    const { dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest;
    const all = [dependencies, optionalDependencies, peerDependencies, devDependencies];
    hash.update(JSON.stringify([manifest.name, all]));
  }
  return hash.update(process.platform + process.arch).digest("hex");
}

/** Installs when the lockfile is not the one that was installed last. */
export function setup() {
  requireNode();
  const want = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === want) return;
  const status = attempt("npx", ["--yes", packageManager(), "install", "--frozen-lockfile"]);
  if (status !== 0) {
    fail("The install failed. If a package.json changed, write the lockfile anew: npm run lock");
  }
  writeFileSync(stamp, want);
}

/** Writes the lockfile anew, after a package or a dependency came or went. */
export function lock() {
  requireNode();
  must("npx", ["--yes", packageManager(), "install", "--no-frozen-lockfile"]);
  writeFileSync(stamp, fingerprint());
}
