#!/usr/bin/env node
// The repository's one entry point. It needs Node, npm, CMake and a C++ compiler;
// it gets the pnpm that package.json names, installs, and runs tasks with what it
// installed. Plain JavaScript without dependencies: it runs before there are any.

import { allResults, inCi, record } from "./lib/results.mjs";
import { tasks } from "./tasks.mjs";

const [name = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) {
  console.error("usage: node tools/run.mjs TASK [ARGUMENTS]\n");
  for (const [task, { about }] of Object.entries(tasks)) {
    console.error(`  ${task.padEnd(14)} ${about}`);
  }
  process.exit(2);
}

// In CI a task that ended before it could record its failure still counts as one.
process.once("exit", (code) => {
  if (!inCi || code === 0) return;
  if (allResults().every(({ failed }) => failed === 0)) {
    record(name, [{ name: `${name} ended early`, ok: false, detail: `exit ${code}` }]);
  }
});

const status = await tasks[name].run(args);
if (status) process.exitCode = status;
