// Verifies a million problems: counts by kind and split, and the rate.
//
//   npx tsx --conditions=@ryanstream/source packages/problems/bench/verify-million.ts [--count N] [--seed S] [--json]
//
// Exit code 1 if any problem has a fault.

import { parseArgs } from "node:util";
import { problem, verify } from "../src/index.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
const splits = ["train", "dev", "test", "longer", "larger"] as const;

interface Row {
  name: string;
  problems: number;
  faults: number;
  lines: number;
  mostLines: number;
}
const rows = new Map<string, Row>();
const began = performance.now();
let faulty = 0;
for (let i = 0; i < count; i++) {
  const split = splits[i % splits.length] as (typeof splits)[number];
  const made = problem(seed, split, Math.floor(i / splits.length));
  const faults = verify(made);
  const found = rows.get(made.kind);
  const row = found ?? { name: made.kind, problems: 0, faults: 0, lines: 0, mostLines: 0 };
  if (found === undefined) rows.set(made.kind, row);
  row.problems++;
  row.lines += made.solution.length;
  row.mostLines = Math.max(row.mostLines, made.solution.length);
  if (faults.length === 0) continue;
  row.faults++;
  if (faulty++ < 10) console.error(JSON.stringify({ ...made, faults }));
}
const seconds = (performance.now() - began) / 1000;
const table = [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
const summary = { problems: count, faulty, seconds, perSecond: count / seconds };
if (values.json) {
  console.log(JSON.stringify({ ...summary, kinds: table }));
} else {
  console.table(table);
  console.log(
    `${count} problems in ${seconds.toFixed(1)} s (${Math.round(summary.perSecond)} a second), ${faulty} with faults`,
  );
}
if (faulty > 0) process.exitCode = 1;
