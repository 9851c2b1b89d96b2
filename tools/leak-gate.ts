// A leaked handle fails the tests: vitest loads this before each test file, and
// after the file's last test as much native memory must be alive as before it. It
// waits for what is being freed, but never asks the collector: that would hide the
// leaks that it happens to find.

import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import { liveNames } from "../packages/tensor/src/leaks.js";

interface Alive {
  readonly buffers: number;
  readonly programs: number;
}

const none: Alive = { buffers: 0, programs: 0 };
const patience = 2000; // milliseconds: a run in flight keeps its program

/** What the addon says, without loading it: a test file need not use it. */
function alive(): Alive {
  const loaded = Object.entries(createRequire(import.meta.url).cache).find(([path]) =>
    path.endsWith(".node"),
  );
  const addon = loaded?.[1]?.exports as { liveHandles?(): Alive } | undefined;
  return addon?.liveHandles?.() ?? none;
}

const before = alive();
const named = liveNames();
const collected: string[] = [];
process.on("warning", (warning: Error & { code?: string }) => {
  if (warning.code === "RYANSTREAM_LEAK") collected.push(warning.message);
});

const excess = ({ buffers, programs }: Alive) => ({
  buffers: buffers - before.buffers,
  programs: programs - before.programs,
});

afterAll(async () => {
  const deadline = performance.now() + patience;
  let left = excess(alive());
  while ((left.buffers > 0 || left.programs > 0) && performance.now() < deadline) {
    await sleep(10);
    left = excess(alive());
  }
  await sleep(0); // a warning is emitted in the next turn
  const names = liveNames().filter((name) => !named.includes(name));
  if (left.buffers <= 0 && left.programs <= 0 && collected.length === 0) return;
  throw new Error(
    [
      `this file leaves behind: ${left.buffers} of buffers, ${left.programs} of programs`,
      `not disposed of: ${names.join(", ") || "nothing that has a name; look for new Buffer() and new Program()"}`,
      ...collected,
    ].join("\n"),
  );
});
