// `ryanstream evaluate`: how many generated problems a model solves, by kind.

import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import { type Column, table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { percentText, waitText } from "../cli/units.js";
import { visible } from "../cli/visible.js";
import { embeddedModel } from "../model/embedded-model.js";
import { type ModelSettings, modelOptions, modelSettings, openModel } from "../model/open-model.js";
import { findModel } from "../model/place-options.js";
import type { PairedComparison } from "../solving/paired-comparison.js";
import type { Solved } from "../solving/solve-problems.js";

const splits = ["test", "dev", "longer", "larger"] as const;

export const evaluateCommand: Command = {
  name: "evaluate",
  summary:
    "Tells how many generated problems a model solves greedily, by kind; with --check by decoding that checks its own work.",
  positionals: [
    {
      name: "MODEL",
      help: "a GGUF file, a folder or a hub id with a chat template; default: abacus, which comes along",
      required: false,
    },
  ],
  options: {
    split: {
      short: "s",
      value: "NAME",
      help: "test (default), dev, or one that training has nothing like: longer, larger",
    },
    problems: { short: "n", value: "N", help: "how many; default 1000" },
    seed: { value: "N", help: "which; default 1" },
    "max-tokens": { value: "N", help: "tokens of the longest solution; default 400" },
    check: { help: "check each line, and write it anew where it is false, as solve does" },
    wrong: { help: "show those that it got wrong" },
    compare: {
      value: "OTHER",
      help: "solve them with this model too, weights as-is, and tell how much worse MODEL may be",
    },
    flips: { help: "with --compare: show those that only one of both solved" },
    ...modelOptions,
  },
  examples: [
    ["evaluate --check", "what checking gains"],
    ["evaluate", "abacus on problems of the kind that it was trained on"],
    [
      "evaluate quantised --compare original --problems 6000",
      "whether a quantised model is as good: problems lost and gained, and a bound of the loss",
    ],
    ["evaluate runs/mine/model --split larger --problems 500 --json", "a model of your own"],
  ],
  run,
};

const right = { align: "right" } as const;
const columns: readonly Column[] = [
  { title: "kind" },
  { title: "right", ...right },
  { title: "of", ...right },
  { title: "", ...right },
];
const comparedColumns: readonly Column[] = [
  ...columns,
  { title: "other", ...right },
  { title: "", ...right },
  { title: "lost", ...right },
  { title: "gained", ...right },
];

interface Asked {
  readonly settings: ModelSettings;
  readonly split: (typeof splits)[number];
  readonly count: number;
  readonly seed: number;
  readonly maxTokens: number;
  readonly check: boolean;
}

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const asked: Asked = {
    settings: modelSettings(given),
    split: given.choice("split", splits) ?? "test",
    count: given.integer("problems", { min: 1, max: 10 ** 6 }) ?? 1000,
    seed: given.integer("seed") ?? 1,
    maxTokens: given.integer("max-tokens", { min: 1, max: 2 ** 20 }) ?? 400,
    check: given.has("check"),
  };
  const other = given.text("compare");
  if (given.has("flips") && other === undefined) {
    throw new CliError("ERR_USAGE", "--flips: expected --compare OTHER beside it, found none");
  }
  const name = given.positionals[0] ?? (await embeddedModel());
  // A model that isn't there is told before the other has solved thousands of problems.
  if (other !== undefined) await findModel(other, given, terminal);
  const { score } = await import("../solving/evaluation.js");
  const began = performance.now();
  const results = await solve(name, asked, given, terminal);
  const reference: Asked = { ...asked, settings: { ...asked.settings, weights: "as-is" } };
  const otherResults =
    other === undefined ? undefined : await solve(other, reference, given, terminal);
  const seconds = (performance.now() - began) / 1e3;
  const { split, seed } = asked;
  const { kinds, ...total } = score(split, results);
  if (otherResults === undefined) {
    if (terminal.json) return await terminal.writeJson({ ...total, seed, kinds, seconds });
    const rows = kinds.map(({ kind, correct, solved }) => shares(kind, correct, solved));
    rows.push(shares("all", total.correct, total.problems));
    for (const line of table(columns, rows, terminal.style.bold)) await terminal.line(line);
  } else {
    const { comparePaired } = await import("../solving/paired-comparison.js");
    const comparison = comparePaired(results, otherResults);
    const compare = { model: other, ...comparison };
    if (terminal.json) return await terminal.writeJson({ ...total, seed, kinds, seconds, compare });
    await tellComparison(results, otherResults, comparison, terminal);
    if (given.has("flips")) await tellFlips(comparison, terminal);
  }
  if (given.has("wrong")) await tellWrong(results, terminal);
  terminal.note(terminal.errorStyle.dim(`${waitText(1000 * seconds)}, seed ${seed}`));
}

async function solve(
  name: string,
  { settings, split, count, seed, maxTokens, check }: Asked,
  given: Arguments,
  terminal: Terminal,
): Promise<Solved[]> {
  const { problems } = await import("@ryanstream/problems");
  const { solveProblems } = await import("../solving/solve-problems.js");
  const prepare = () => ({
    context: maxTokens,
    sequences: 64,
    options: { context: "--max-tokens" },
  });
  using open = await openModel(name, given, settings, terminal, prepare);
  const results = await solveProblems(
    open.model,
    open.tokenizer,
    problems({ seed, split, count }),
    {
      maxTokens,
      check,
      kvType: settings.kvType,
      signal: terminal.signal,
      onProgress: (solved, correct) =>
        terminal.progress.show(() => `${solved} of ${count} solved, ${correct} of them right`),
    },
  );
  terminal.progress.clear();
  return results;
}

const shares = (kind: string, correct: number, solved: number): string[] => [
  kind,
  String(correct),
  String(solved),
  percentText(solved === 0 ? 0 : correct / solved),
];

async function tellComparison(
  results: readonly Solved[],
  other: readonly Solved[],
  { lost, gained, loss, lossBound, sameText, problems }: PairedComparison,
  terminal: Terminal,
): Promise<void> {
  const kinds = [...new Set(results.map(({ problem }) => problem.kind))].sort();
  const rowOf = (title: string, places: readonly number[]): string[] => {
    const has = (list: readonly Solved[], i: number) => list[i]?.correct === true;
    const count = (of: (i: number) => boolean) => places.filter(of).length;
    const theirs = count((i) => has(other, i));
    return [
      ...shares(
        title,
        count((i) => has(results, i)),
        places.length,
      ),
      String(theirs),
      percentText(places.length === 0 ? 0 : theirs / places.length),
      String(count((i) => has(other, i) && !has(results, i))),
      String(count((i) => has(results, i) && !has(other, i))),
    ];
  };
  const all = results.map((_, i) => i);
  const rows = kinds.map((kind) =>
    rowOf(
      kind,
      all.filter((i) => results[i]?.problem.kind === kind),
    ),
  );
  rows.push(rowOf("all", all));
  for (const line of table(comparedColumns, rows, terminal.style.bold)) await terminal.line(line);
  const points = (share: number) => (100 * share).toFixed(2);
  await terminal.line(
    `\nloss ${points(loss)} points (${lost} lost, ${gained} gained of ${problems}), with 95 % confidence below ` +
      `${points(lossBound)}; ${sameText} solutions are the same`,
  );
}

async function tellFlips({ flips }: PairedComparison, terminal: Terminal): Promise<void> {
  for (const { question, expected, answer, otherAnswer, lost } of flips) {
    await terminal.line(`\n${lost ? "lost" : "gained"}: ${terminal.style.bold(question)}`);
    const found = [answer, otherAnswer].map((text) =>
      text === undefined ? "none" : visible(text),
    );
    await terminal.line(
      terminal.style.dim(`expected ${expected}, found ${found[0]}; the other ${found[1]}`),
    );
  }
}

async function tellWrong(results: readonly Solved[], terminal: Terminal): Promise<void> {
  for (const { problem, text, correct } of results) {
    if (correct) continue;
    await terminal.line(`\n${terminal.style.bold(problem.question)}\n`);
    await terminal.writeText(`${text}\n`);
    await terminal.line(terminal.style.dim(`expected ${problem.answer.text}`));
  }
}
