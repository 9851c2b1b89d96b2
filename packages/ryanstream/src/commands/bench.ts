// `ryanstream bench`: how fast a model reads and writes on this machine.

import type { ModelConfiguration } from "@ryanstream/models";
import type { Engine, Session } from "@ryanstream/scheduler";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, countText, millisecondsText, rateText } from "../cli/units.js";
import { expectMemory } from "../model/expect-memory.js";
import { openEngine } from "../model/open-engine.js";
import {
  type ModelSettings,
  modelOptions,
  modelPositional,
  modelSettings,
  openWeights,
} from "../model/open-model.js";
import { findModel } from "../model/place-options.js";

/** Tokens before those that are generated. */
const START = 16;

const { tokenizer: _, ...options } = modelOptions;

export const benchCommand: Command = {
  name: "bench",
  summary: "Measures how fast a model runs here: the median of rounds over random tokens.",
  positionals: [modelPositional],
  options: {
    prompt: { short: "p", value: "N", help: "tokens of the prompt that is read; default 512" },
    tokens: { short: "n", value: "N", help: "tokens that are generated; default 64" },
    sequences: { value: "N", help: "sequences that are generated together; default 8" },
    rounds: { value: "N", help: "rounds of each measurement; default 3" },
    ...options,
  },
  examples: [
    ["bench model.gguf", "prompt, one sequence, eight sequences"],
    ["bench model.gguf --weights int4 --threads 4 --json", "one setting for a script"],
  ],
  run,
};

interface Sizes {
  readonly prompt: number;
  readonly tokens: number;
  readonly sequences: number;
  readonly rounds: number;
}

interface Measurement {
  readonly name: "prompt" | "generate" | "together";
  readonly sequences: number;
  /** Of a round, all sequences. */
  readonly tokens: number;
  /** The median of the rounds. */
  readonly tokensPerSecond: number;
  /** Of each round. */
  readonly rounds: readonly number[];
}

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const count = (name: string, usual: number, max = 2 ** 20) =>
    given.integer(name, { min: 1, max }) ?? usual;
  const sizes: Sizes = {
    prompt: count("prompt", 512),
    tokens: count("tokens", 64),
    sequences: count("sequences", 8, 512),
    rounds: count("rounds", 3, 1000),
  };
  const needs = {
    context: Math.max(sizes.prompt, START + sizes.tokens),
    sequences: sizes.sequences,
    options: { context: "--prompt and --tokens", sequences: "--sequences" },
  };
  const { describeModel } = await import("@ryanstream/models");
  const check = (model: ModelConfiguration) => {
    expectContext(needs.context, model);
    expectMemory(model, settings, needs);
  };
  const { weights } = settings;
  const name = given.positionals[0] as string;
  const place = await findModel(name, given, terminal, async ({ describe }) => {
    const model = await describe(weights);
    if (model !== undefined) check(model);
  });
  check(await describeModel(place.path, { weights, signal: terminal.signal }));
  using open = await openWeights(place.path, settings, terminal);
  const { model, loadMs } = open;
  await using engine = await openEngine(model, settings, needs);
  const measurements = await measure(engine, sizes, terminal);
  const { native } = await import("@ryanstream/native-kernels");
  const { isa, threads } = native().info();
  await report(
    {
      model: name,
      parameters: model.parameters,
      ...settings,
      isa,
      threads,
      loadMs,
      weightBytes: model.weightBytes,
      residentBytes: process.memoryUsage().rss,
      measurements,
    },
    terminal,
  );
}

/** @throws CliError `ERR_CONTEXT` */
function expectContext(context: number, { maxPositions }: ModelConfiguration): void {
  if (context <= maxPositions) return;
  throw new CliError(
    "ERR_CONTEXT",
    `expected --prompt and --tokens within ${maxPositions} tokens, found ${context}`,
    "Lower --prompt or --tokens.",
  );
}

/** Ids that look random, the same each time: repeated ones would find everything in the caches. */
function randomTokens(count: number, vocabularySize: number, seed: number): Int32Array {
  let state = seed;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * vocabularySize);
  });
}

async function measure(engine: Engine, sizes: Sizes, terminal: Terminal): Promise<Measurement[]> {
  const { generate } = await import("@ryanstream/scheduler");
  const { signal, progress } = terminal;
  const { tokens, sequences, rounds } = sizes;
  const promptOf = (length: number, seed: number) =>
    randomTokens(length, engine.vocabularySize, seed);

  /** Milliseconds from the first token of all sequences to their last. */
  async function generating(all: readonly Session[]): Promise<number> {
    let begun = 0;
    let start = performance.now();
    await Promise.all(
      all.map(async (session, i) => {
        const own = { maxTokens: tokens + 1, signal };
        for await (const { index } of generate(session, promptOf(START, i + 1), own)) {
          if (index === 0 && ++begun === all.length) start = performance.now();
        }
      }),
    );
    return performance.now() - start;
  }
  async function reading([session]: readonly Session[]): Promise<number> {
    const start = performance.now();
    await session?.append(promptOf(sizes.prompt, 1), "last", { signal });
    return performance.now() - start;
  }

  const plan = [
    { name: "prompt", count: 1, tokens: sizes.prompt, time: reading },
    { name: "generate", count: 1, tokens, time: generating },
    { name: "together", count: sequences, tokens: tokens * sequences, time: generating },
  ] as const;
  const results: Measurement[] = [];
  for (const { name, count, tokens: all, time } of plan) {
    const rates: number[] = [];
    // The first round warms caches up, and doesn't count.
    for (let round = 0; round <= rounds; round++) {
      progress.show(() => `measuring ${name}, round ${round} of ${rounds}`);
      const sessions = Array.from({ length: count }, () => engine.createSession());
      try {
        const ms = await time(sessions);
        if (round > 0) rates.push((all * 1000) / ms);
      } finally {
        for (const session of sessions) session[Symbol.dispose]();
      }
    }
    const tokensPerSecond = median(rates);
    results.push({ name, sequences: count, tokens: all, tokensPerSecond, rounds: rates });
  }
  progress.clear();
  return results;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] as number)) / 2;
}

interface Report extends ModelSettings {
  readonly model: string;
  readonly parameters: number;
  readonly isa: string;
  readonly threads: number;
  readonly loadMs: number;
  readonly weightBytes: number;
  readonly residentBytes: number;
  readonly measurements: readonly Measurement[];
}

async function report(found: Report, terminal: Terminal): Promise<void> {
  if (terminal.json) return terminal.writeJson(found);
  const { dim, bold } = terminal.style;
  const plain = [{ title: "" }, { title: "" }];
  const facts = [
    ["parameters", countText(found.parameters)],
    ["weights", `${bytesText(found.weightBytes)}, ${found.weights}`],
    ["keys and values", found.kvType],
    ["resident memory", bytesText(found.residentBytes)],
    ["load", millisecondsText(found.loadMs)],
    ["processor", `${found.isa}, ${found.threads} threads`],
  ].map(([name = "", value = ""]) => [dim(name), value]);
  const right = { align: "right" } as const;
  const columns = [
    { title: "measured" },
    { title: "tokens", ...right },
    { title: "speed", ...right },
    { title: "each", ...right },
  ];
  const titles = { prompt: "read a prompt", generate: "generate", together: "generate together" };
  const rows = found.measurements.map(({ name, sequences, tokens, tokensPerSecond }) => [
    sequences === 1 ? titles[name] : `${titles[name]} (${sequences})`,
    String(tokens),
    rateText(tokensPerSecond),
    sequences === 1 ? "" : rateText(tokensPerSecond / sequences),
  ]);
  const lines = [bold(found.model), ...table(plain, facts), "", ...table(columns, rows, dim)];
  await terminal.line(lines.join("\n"));
}
