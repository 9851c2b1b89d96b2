#!/usr/bin/env node
// The repository's one entry point. It needs Node, npm and a C++ toolchain; it
// gets the pnpm that package.json names, installs, and runs tasks with what it
// installed. Plain JavaScript without dependencies: it runs before there are any.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const bin = join(root, "node_modules", ".bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

function run(command, ...args) {
  const start = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  console.error(
    `[${((performance.now() - start) / 1000).toFixed(1)}s] ${command} ${args.join(" ")}`,
  );
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const read = (file) => readFileSync(join(root, file));
const stamp = join(root, "node_modules", ".installed");

/** Installs when the lockfile is not the one that was installed last. */
function setup() {
  const hash = createHash("sha256")
    .update(read("pnpm-lock.yaml"))
    .update(read("package.json"))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  run("npx", "--yes", packageManager, "install", "--frozen-lockfile");
  writeFileSync(stamp, hash);
}

const tasks = {
  setup,
  /** Only the addon has to be compiled before a test; the rest is read as TypeScript. */
  native() {
    setup();
    run("pnpm", "--filter", "@ryanstream/native-kernels", "run", "build:native");
  },
  build() {
    setup();
    run("pnpm", "-r", "--sort", "run", "build");
  },
  test(...args) {
    tasks.native();
    run("vitest", "run", ...args);
  },
  lint() {
    setup();
    run("biome", "check", ".");
  },
  check() {
    tasks.build();
    run("pnpm", "-r", "--parallel", "run", "typecheck");
    run("biome", "check", ".");
    run("vitest", "run");
    run("pnpm", "-r", "run", "lint:package");
  },
  pnpm(...args) {
    setup();
    run("pnpm", ...args);
  },
};

const [name = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) {
  console.error(`usage: node tools/run.mjs ${Object.keys(tasks).join("|")}`);
  process.exit(2);
}
tasks[name](...args);
