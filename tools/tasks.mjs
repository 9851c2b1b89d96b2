// What `node tools/run.mjs` can do. A task returns an exit status, or nothing
// when all went well; modules that need installed packages are loaded after set-up.

import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { clearResults, finish, recordVitest, vitestReport } from "./lib/results.mjs";
import { lock, setup } from "./lib/setup.mjs";
import { attempt, must, root } from "./lib/steps.mjs";

/** Compiles the addon; the TypeScript needs no build before it can run here. */
async function native(options) {
  setup();
  const { buildNative } = await import("./native-build.mjs");
  buildNative(options);
}

/** Runs vitest and keeps its report. */
export function vitest(step, args = [], { env = {}, node = process.execPath } = {}) {
  mkdirSync(dirname(vitestReport), { recursive: true });
  rmSync(vitestReport, { force: true });
  const status = attempt(
    node,
    [
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${vitestReport}`,
      ...args,
    ],
    { env, label: `vitest ${args.join(" ")}`.trim() },
  );
  return recordVitest(step, status);
}

/** Runs a TypeScript or JavaScript file that imports the packages' sources. */
function script(file, args) {
  return attempt("tsx", ["--conditions=@ryanstream/source", file, ...args], {
    label: file,
    stdio: "inherit",
  });
}

async function test(args) {
  clearResults();
  await native({ tests: true });
  if (args.length === 0) {
    const { runNativeTests } = await import("./native-test.mjs");
    runNativeTests({ step: "native-test" });
  }
  vitest("vitest", args);
  return finish() ? 0 : 1;
}

export const tasks = {
  start: {
    about: "set up, compile and show the stack at work",
    async run(args) {
      await native();
      return script("tools/start.ts", args);
    },
  },
  test: {
    about: "set up, compile and run all tests; arguments go to vitest",
    run: test,
  },
  setup: { about: "install what the lockfile says", run: setup },
  native: { about: "compile the addon", run: () => native() },
  "native-test": {
    about: "compile and run the native tests alone",
    async run() {
      await native({ tests: true });
      const { runNativeTests } = await import("./native-test.mjs");
      return runNativeTests({ step: "native-test" }) ? 0 : 1;
    },
  },
  build: {
    about: "compile the addon and build every package into its dist",
    run() {
      setup();
      must("pnpm", ["-r", "--sort", "run", "build"]);
    },
  },
  types: {
    about: "check the types of every package and of the tools",
    async run() {
      setup();
      const { checkTypes } = await import("./checks/types.mjs");
      return (await checkTypes()) ? 0 : 1;
    },
  },
  lint: {
    about: "format and lint rules, floors, machine paths, package shapes",
    async run() {
      setup();
      const { lint } = await import("./checks/lint.mjs");
      return (await lint()) ? 0 : 1;
    },
  },
  format: {
    about: "rewrite files as the format rules want them",
    run() {
      setup();
      return attempt("biome", ["check", "--write", "."]);
    },
  },
  check: {
    about: "types, lint, build, package checks, each package alone in an empty project",
    async run() {
      clearResults();
      await native();
      const { check } = await import("./check.mjs");
      return (await check()) ? 0 : 1;
    },
  },
  sanitize: {
    about: "native tests under the address, undefined and thread sanitizers, or one of them",
    async run(args) {
      setup();
      const { sanitize } = await import("./sanitize.mjs");
      return sanitize(args) ? 0 : 1;
    },
  },
  bench: {
    about: "list the benchmarks",
    async run(args) {
      const { bench } = await import("./bench.mjs");
      return bench(args);
    },
  },
  "native-bench": {
    about: "compile the kernel benchmark",
    run: () => native({ bench: true }),
  },
  "node-matrix": {
    about: "run the tests on other versions of Node",
    async run(args) {
      await native({ tests: true });
      const { nodeMatrix } = await import("./node-matrix.mjs");
      return nodeMatrix(args) ? 0 : 1;
    },
  },
  "isa-matrix": {
    about: "run the tests with every instruction set",
    async run() {
      await native({ tests: true });
      const { isaMatrix } = await import("./isa-matrix.mjs");
      return (await isaMatrix()) ? 0 : 1;
    },
  },
  script: {
    about: "run a TypeScript or JavaScript file against the packages' sources",
    async run([file = "", ...args]) {
      await native();
      return script(file, args);
    },
  },
  lock: { about: "write pnpm-lock.yaml anew and install", run: lock },
  pnpm: {
    about: "run the pinned pnpm",
    run(args) {
      setup();
      return attempt("pnpm", args, { stdio: "inherit" });
    },
  },
};
