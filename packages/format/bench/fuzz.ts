// Small valid RyanFormat files with every encoding, changed at random, half of them behind their hashes: each must
// be refused with a code, or give back what was written. Never other data, a hang, or memory beyond the caps.
//
//   npm run fuzz:format [-- --count 100000] [--from 0] [--seed 1] [--case N] [--json]

import { parseArgs } from "node:util";
import { checkCase, Finding } from "./fuzz/check-case.js";
import { sampleFiles } from "./fuzz/sample-files.js";
import { type Parts, partsOf } from "./fuzz/sealed.js";
import { Watchdog } from "./fuzz/watchdog.js";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    case: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seed = Number(options.seed);
const only = options.case === undefined ? undefined : Number(options.case);
const from = only ?? Number(options.from);
const count = only === undefined ? Number(options.count) : 1;

/** Of the process; files take kilobytes, and a chunk 16 MiB at most. */
const MAX_RSS = 2 ** 30;
/** For a case, on a machine that does other things too. */
const MAX_MS = 5000;
const REPORT = 100_000;

// Most cases end in an error, and its stack would cost more than the case.
if (only === undefined) Error.stackTraceLimit = 0;

const files = await sampleFiles();
const parts = files.map(partsOf);
const hasGrid = ({ tensors }: Parts) => tensors.some(({ head }) => head !== undefined);
const samples = {
  files,
  parts,
  grids: [...parts.keys()].filter((i) => hasGrid(parts[i] as Parts)),
  others: [...parts.keys()].filter((i) => !hasGrid(parts[i] as Parts)),
};
const watchdog = new Watchdog(30);
const outcomes = new Map<string, number>();
const findings: { readonly case: number; readonly message: string }[] = [];
const start = performance.now();
let slowest = 0;
let memory = 0;

for (let number = from; number < from + count; number++) {
  watchdog.begin(number);
  const began = performance.now();
  try {
    const outcome = await checkCase(samples, seed, number);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  } catch (error) {
    const message = error instanceof Finding ? error.message : String((error as Error).stack);
    findings.push({ case: number, message });
    process.stderr.write(`case ${number}: ${message}\n`);
    if (findings.length === 20) break;
  }
  const ms = performance.now() - began;
  slowest = Math.max(slowest, ms);
  if (ms > MAX_MS) findings.push({ case: number, message: `${ms.toFixed(0)} ms` });
  if ((number - from) % 1000 === 0) {
    memory = Math.max(memory, process.memoryUsage.rss());
    if (memory > MAX_RSS) {
      findings.push({ case: number, message: `${memory} bytes of memory` });
      break;
    }
  }
  if ((number - from + 1) % REPORT === 0) progress(number - from + 1);
}

const seconds = (performance.now() - start) / 1000;
const result = {
  seed,
  from,
  count,
  seconds,
  perSecond: Math.round(count / seconds),
  slowestMs: Math.round(slowest),
  memory,
  outcomes: Object.fromEntries([...outcomes].sort()),
  findings,
};
if (options.json) console.log(JSON.stringify(result));
else {
  for (const [outcome, times] of [...outcomes].sort()) {
    console.log(`${String(times).padStart(9)}  ${outcome}`);
  }
  console.log(
    `${count} cases from ${from}, seed ${seed}: ${findings.length} findings, ${result.perSecond} a second, ` +
      `slowest ${result.slowestMs} ms, ${Math.round(memory / 2 ** 20)} MiB`,
  );
}
process.exit(findings.length === 0 ? 0 : 1);

function progress(done: number): void {
  const rate = Math.round((1000 * done) / (performance.now() - start));
  process.stderr.write(`${done} of ${count}, ${rate} a second, ${findings.length} findings\n`);
}
