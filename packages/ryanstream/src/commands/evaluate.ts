// `ryanstream evaluate`: how many generated problems a model solves, by kind.

import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { type Column, table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { percentText, waitText } from "../cli/units.js";
import { embeddedModel } from "../model/embedded-model.js";
import { modelOptions, modelSettings, openModel } from "../model/open-model.js";

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
    ...modelOptions,
  },
  examples: [
    ["evaluate --check", "what checking gains"],
    ["evaluate", "abacus on problems of the kind that it was trained on"],
    ["evaluate runs/mine/model --split larger --problems 500 --json", "a model of your own"],
  ],
  run,
};

const columns: readonly Column[] = [
  { title: "kind" },
  { title: "right", align: "right" },
  { title: "of", align: "right" },
  { title: "", align: "right" },
];

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const split = given.choice("split", splits) ?? "test";
  const count = given.integer("problems", { min: 1, max: 10 ** 6 }) ?? 1000;
  const seed = given.integer("seed") ?? 1;
  const maxTokens = given.integer("max-tokens", { min: 1, max: 2 ** 20 }) ?? 400;
  const name = given.positionals[0] ?? (await embeddedModel());
  const { problems } = await import("@ryanstream/problems");
  const { solveProblems } = await import("../solving/solve-problems.js");
  const { score } = await import("../solving/evaluation.js");
  const prepare = () => ({
    context: maxTokens,
    sequences: 64,
    options: { context: "--max-tokens" },
  });
  using open = await openModel(name, given, settings, terminal, prepare);
  const began = performance.now();
  const results = await solveProblems(
    open.model,
    open.tokenizer,
    problems({ seed, split, count }),
    {
      maxTokens,
      check: given.has("check"),
      kvType: settings.kvType,
      signal: terminal.signal,
      onProgress: (solved, correct) =>
        terminal.progress.show(() => `${solved} of ${count} solved, ${correct} of them right`),
    },
  );
  const { kinds, ...total } = score(split, results);
  const seconds = (performance.now() - began) / 1e3;
  if (terminal.json) return await terminal.writeJson({ ...total, seed, kinds, seconds });
  const row = (kind: string, correct: number, solved: number) => [
    kind,
    String(correct),
    String(solved),
    percentText(solved === 0 ? 0 : correct / solved),
  ];
  const rows = kinds.map(({ kind, correct, solved }) => row(kind, correct, solved));
  rows.push(row("all", total.correct, total.problems));
  for (const line of table(columns, rows, terminal.style.bold)) await terminal.line(line);
  if (given.has("wrong")) {
    for (const { problem, text, correct } of results) {
      if (correct) continue;
      await terminal.line(`\n${terminal.style.bold(problem.question)}\n`);
      await terminal.writeText(`${text}\n`);
      await terminal.line(terminal.style.dim(`expected ${problem.answer.text}`));
    }
  }
  terminal.note(terminal.errorStyle.dim(`${waitText(1000 * seconds)}, seed ${seed}`));
}
