// Running commands: each prints what it was and how long it took.

import { spawn, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** The environment of every command: what was installed here comes first in the path. */
export const env = {
  ...process.env,
  PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH}`,
};

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)}s`;

/**
 * Runs a command with this terminal's output.
 * @returns its exit status; 127 when it could not be started.
 */
export function attempt(command, args = [], options = {}) {
  const since = performance.now();
  const { status, error, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    ...options,
    env: { ...env, ...options.env },
  });
  const end = error?.message ?? signal ?? (status === 0 ? "" : `exit ${status}`);
  console.error(
    `[${seconds(since)}] ${options.label ?? [command, ...args].join(" ")}${end && ` (${end})`}`,
  );
  return error ? 127 : (status ?? 1);
}

/** Runs a command and ends this process when it fails. */
export function must(command, args = [], options = {}) {
  const status = attempt(command, args, options);
  if (status !== 0) process.exit(status);
}

/** Runs a command and resolves with what it printed; for checks that judge the output. */
export function capture(command, args = [], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
      env: { ...env, ...options.env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.once("error", (error) => resolve({ status: 127, stdout, stderr: error.message }));
    child.once("close", (status) => resolve({ status: status ?? 1, stdout, stderr }));
  });
}

/** Times a piece of work that isn't a command. */
export async function timed(label, work) {
  const since = performance.now();
  try {
    return await work();
  } finally {
    console.error(`[${seconds(since)}] ${label}`);
  }
}
