// How often step checking is right, and what a line costs.
//
//   npm run bench:steps [-- --json --misses]
//
// Right solutions: 20,000 of @ryanstream/problems, of all its kinds, with their questions; the worked answers of GSM8K's
// training set, where RYANSTREAM_TOKENIZER_DATA has gsm8k/train.jsonl. Wrong ones: the same with one number of one line
// corrupted, where an independent check (@ryanstream/problems' verify; doubles for annotations) says that it is wrong;
// found means that the first line called false is that one. Chains: multi-step arithmetic as in BIG-Bench Mistake, half of
// them with a mistake from which the rest goes on. A line's
// time is processor time, the median of 9 rounds over all lines.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { problems } from "@ryanstream/problems";
import { checkSteps, StepChecker } from "@ryanstream/sampler";
import {
  arithmeticChains,
  corruptedAnnotations,
  corruptedSolutions,
  percentOf,
  rightSolutions,
  type Share,
  total,
} from "../../packages/ryanstream/test/solving/steps/support/figures.js";
import { median, printRows, type Row, type Skipped } from "./rows.js";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    /** Prints what was flagged or missed. */
    misses: { type: "boolean", default: false },
    count: { type: "string", default: "20000" },
  },
});
const rows: (Row | Skipped)[] = [];

function atLeast(name: string, share: Share, least: number): void {
  const ours = percentOf(share);
  const met = ours >= least;
  rows.push({
    name,
    ours,
    peer: least,
    peerName: "at least",
    unit: "%",
    ratio: ours / least,
    target: 1,
    met,
  });
}

function atMost(name: string, ours: number, most: number, unit: string): void {
  const ratio = ours === 0 ? undefined : most / ours;
  rows.push({
    name,
    ours,
    peer: most,
    peerName: "at most",
    unit,
    ratio,
    target: 1,
    met: ours <= most,
  });
}

function plain(name: string, share: Share): void {
  rows.push({ name: `  ${name} (${share.of})`, ours: percentOf(share), unit: "%" });
}

function show(title: string, lines: readonly string[]): void {
  if (values.misses) for (const line of lines) console.log(`${title}: ${line}`);
}

/** Microseconds of processor time a line. */
function time(solutions: readonly (readonly string[])[]): number {
  const lines = solutions.reduce((sum, { length }) => sum + length, 0);
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const start = process.cpuUsage();
    for (const solution of solutions) {
      const checker = new StepChecker();
      for (const line of solution) checker.check(line);
    }
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / lines);
  }
  return median(times);
}

const count = Number(values.count);
const right = rightSolutions(count, 71);
show("called false", right.alarms);
atMost(
  `problems: right solutions of ${count}, lines called false`,
  right.alarms.length,
  0,
  "lines",
);
atLeast("problems: lines with an equation that are checked", right.covered, 90);

const wrong = corruptedSolutions(count, 72);
show("missed", wrong.missed);
atLeast("problems: one number wrong, found at its line", total(wrong.recall.values()), 95);
for (const [name, share] of [...wrong.recall].sort()) plain(name, share);

const chains = arithmeticChains(10_000, 73);
atLeast("chains: first mistake at its exact step", chains.exact, 95);
atMost("chains: right ones called false", percentOf(chains.alarms), 0, "%");

const data = process.env["RYANSTREAM_TOKENIZER_DATA"];
const file = data === undefined ? "" : join(data, "gsm8k", "train.jsonl");
if (data === undefined || !existsSync(file)) {
  rows.push({ skipped: "gsm8k", why: "RYANSTREAM_TOKENIZER_DATA has no gsm8k/train.jsonl" });
} else {
  const answers = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { answer: string }).answer.replace(/\n####.*$/, ""));
  const covered: Share = { of: 0, is: 0 };
  let flagged = 0;
  for (const answer of answers) {
    const { claims, coverage, firstFalse } = checkSteps(answer);
    covered.of += coverage.lines;
    covered.is += coverage.linesChecked;
    if (firstFalse === undefined) continue;
    flagged++;
    const shown = claims.filter(({ verdict }) => verdict === "false");
    show(
      "called false",
      shown.map(({ start, end, reason }) => `${answer.slice(start, end)}: ${reason}`),
    );
  }
  atMost(
    "gsm8k: worked answers called false, mistakes of theirs too",
    (100 * flagged) / answers.length,
    0.8,
    "%",
  );
  atLeast("gsm8k: lines that are checked", covered, 90);
  const { recall, missed } = corruptedAnnotations(answers, 74);
  show("missed", missed);
  atLeast("gsm8k: one annotation wrong, found at its line", total(recall.values()), 90);
  for (const [name, share] of [...recall].sort()) plain(name, share);
  atMost(
    "gsm8k: a line",
    time(answers.slice(0, 2000).map((answer) => answer.split("\n"))),
    50,
    "us",
  );
}
const solutions = [...problems({ seed: 5, split: "train", count: 2000 })].map(
  ({ solution }) => solution,
);
atMost("problems: a line", time(solutions), 50, "us");
printRows(rows, values.json);
