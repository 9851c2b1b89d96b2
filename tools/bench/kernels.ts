// The native kernels beside the measured ceilings of this machine, OpenBLAS and
// oneDNN, in one process and in turns; then what a run costs besides them.
//
//   npm run bench:kernels [-- --json] [--filter TEXT] [--rounds N] [--threads N]
//
// Peers are used where their headers are installed when the benchmark is compiled
// (Debian: libopenblas-dev, libdnnl-dev).

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printRows, type Row, type Skipped } from "./rows.js";
import { runtimeRows } from "./runtime-rows.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    filter: { type: "string" },
    rounds: { type: "string" },
    threads: { type: "string", default: process.env["RYANSTREAM_THREADS"] ?? "2" },
  },
});
const bench = fileURLToPath(new URL("../../native/build/ryanstream_bench", import.meta.url));
const args = ["--threads", options.threads];
if (options.filter !== undefined) args.push("--filter", options.filter);
if (options.rounds !== undefined) args.push("--rounds", options.rounds);
const { status, stdout } = spawnSync(bench, args, {
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
  env: { ...process.env, OPENBLAS_NUM_THREADS: options.threads, OMP_NUM_THREADS: options.threads },
});
if (status !== 0) throw new Error(`${bench} failed with status ${status}`);

const rows: (Row | Skipped)[] = [];
for (const line of stdout.trim().split("\n")) {
  // Rows have names; what else there is says something of the machine or a peer.
  const fields = Object.entries(JSON.parse(line)).filter(([, value]) => value !== null);
  const record = Object.fromEntries(fields) as Row | Record<string, string>;
  if ("name" in record) rows.push(record as Row);
  else if ("skipped" in record) rows.push({ skipped: "peer", why: String(record["skipped"]) });
  else if (!options.json) for (const [what, text] of fields) console.log(`${what}: ${text}`);
}
if (options.filter === undefined) rows.push(...(await runtimeRows()));
printRows(rows, options.json);
