// Starts the measuring processes: the worker is compiled once, so that none of them
// pays for TypeScript, and each peer and round gets a process of its own.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache } from "./corpora.js";
import type { Answer, Job } from "./jobs.js";
import { pythonPeers } from "./peers.js";

interface Bundler {
  build(options: object): Promise<{
    readonly outputFiles?: readonly { readonly path: string; readonly contents: Uint8Array }[];
    readonly metafile?: { readonly outputs: object };
  }>;
}

/** esbuild, which comes with tsup. */
export function bundler(): Bundler {
  const require = createRequire(createRequire(import.meta.url).resolve("tsup"));
  return require("esbuild") as Bundler;
}

const worker = join(cache, `worker-${process.pid}.mjs`);

export async function compileWorker(): Promise<void> {
  process.once("exit", () => rmSync(worker, { force: true }));
  await bundler().build({
    entryPoints: [fileURLToPath(new URL("worker.ts", import.meta.url))],
    outfile: worker,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
}

let found: string | { why: string } | undefined;

/** The interpreter that RYANSTREAM_PYTHON names, or why there is none. */
export function python(): string | { why: string } {
  found ??= findPython();
  return found;
}

function findPython(): string | { why: string } {
  const named = process.env["RYANSTREAM_PYTHON"];
  if (named === undefined) return { why: "RYANSTREAM_PYTHON names no interpreter" };
  const { status } = spawnSync(named, ["-c", "import tiktoken, tokenizers"], { stdio: "ignore" });
  return status === 0 ? named : { why: "RYANSTREAM_PYTHON can't import tiktoken and tokenizers" };
}

const environment = {
  ...process.env,
  NODE_OPTIONS: "",
  RAYON_NUM_THREADS: "1",
  TOKENIZERS_PARALLELISM: "false",
  // tiktoken's own files must not be fetched: peer.py hands it ours.
  TIKTOKEN_CACHE_DIR: "",
};

/** Runs one job to its end; what goes wrong in it is the answer. */
export function measure(job: Job): Answer | { readonly why: string } {
  const inPython = Object.hasOwn(pythonPeers, job.peer);
  const interpreter = inPython ? python() : process.execPath;
  if (typeof interpreter !== "string") return interpreter;
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  const program = inPython ? [script] : ["--single-threaded", "--expose-gc", worker];
  const { stdout, stderr, status } = spawnSync(interpreter, [...program, JSON.stringify(job)], {
    encoding: "utf8",
    env: environment,
    maxBuffer: 2 ** 26,
    timeout: 600_000,
  });
  if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Answer;
  const lines = stderr.trim().split("\n");
  return {
    why: lines.find((line) => /^\w*Error\b.*:/.test(line)) ?? lines.at(-1) ?? `status ${status}`,
  };
}

/** Whether a file is there for a job to read. */
export const there = (path: string | undefined): path is string =>
  path !== undefined && existsSync(path);
