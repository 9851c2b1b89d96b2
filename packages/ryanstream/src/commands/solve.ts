// `ryanstream solve`: a problem's solution, a line a step, and its answer.

import type { ModelConfiguration } from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import { inputText } from "../cli/input-text.js";
import type { Terminal } from "../cli/terminal.js";
import { embeddedModel } from "../model/embedded-model.js";
import { endTokensOf } from "../model/end-tokens.js";
import { contextFor, openEngine } from "../model/open-engine.js";
import { modelOptions, modelSettings, openModel } from "../model/open-model.js";
import { readingProgress } from "../model/reading-progress.js";
import { Stopwatch, timingsText } from "../model/timings.js";
import { boxedIn } from "../solving/boxed.js";
import { questionPrompt } from "../solving/question-prompt.js";

const USUAL_TOKENS = 512;

export const solveCommand: Command = {
  name: "solve",
  summary:
    "Solves a mathematics problem, showing the steps. Works offline with the model that comes along, which knows grade-school problems.",
  positionals: [{ name: "PROBLEM", help: "the problem; default: stdin", required: false }],
  options: {
    file: { short: "f", value: "PATH", help: "take the problem from a file" },
    model: {
      short: "m",
      value: "MODEL",
      help: "a GGUF file, a folder or a hub id with a chat template; default: abacus, which comes along",
    },
    "max-tokens": { value: "N", help: `tokens of the longest solution; default ${USUAL_TOKENS}` },
    ...modelOptions,
  },
  examples: [
    ['solve "What is 3/4 + 5/6?"', "the steps, then the answer"],
    ['solve "A shop sells pens at 3 dollars each. How much are 12 pens?" --json', "for a program"],
    ["solve --model Qwen/Qwen2.5-Math-1.5B-Instruct < problem.txt", "another model"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const maxTokens = given.integer("max-tokens", { min: 1, max: 2 ** 20 }) ?? USUAL_TOKENS;
  const { signal } = terminal;
  const [argument] = given.positionals;
  const question = await inputText({
    argument,
    file: given.text("file"),
    what: "a problem",
    signal,
  });
  if (question.trim() === "") {
    throw new CliError("ERR_INPUT", "expected a problem, found an empty text");
  }
  const name = given.text("model") ?? (await embeddedModel());
  const watch = new Stopwatch(1);
  const prepare = (_: Tokenizer, { maxPositions }: ModelConfiguration) => {
    const context = contextFor({ maxPositions }, { asked: undefined, prompt: 0, maxTokens });
    return { context, sequences: 1, options: { context: "--max-tokens" } };
  };
  using open = await openModel(name, given, settings, terminal, prepare);
  const { model, tokenizer, loadMs } = open;
  const prompt = await promptOf(question, tokenizer, name);
  const context = contextFor(model, { asked: undefined, prompt: prompt.length, maxTokens });
  await using engine = await openEngine(model, settings, { context, sequences: 1 });
  const { generate } = await import("@ryanstream/scheduler");
  using session = engine.createSession();
  const generation = generate(session, prompt, {
    maxTokens,
    tokenizer,
    stopTokens: endTokensOf(model, tokenizer),
    signal,
    onProgress: readingProgress(terminal.progress),
  });
  let text = "";
  for await (const { text: part = "", index } of generation) {
    watch.token(index);
    text += part;
    if (!terminal.json) await terminal.writeText(part);
  }
  const { finishReason } = generation;
  const answer = boxedIn(text);
  if (terminal.json) {
    const steps = text.split("\n").filter((line) => line.trim() !== "");
    await terminal.writeJson({ question, steps, answer: answer ?? null, text, finishReason });
  } else {
    if (!text.endsWith("\n")) await terminal.line();
    if (answer !== undefined) await terminal.line(terminal.style.bold(`Answer: ${answer}`));
    terminal.note(terminal.errorStyle.dim(timingsText(watch.timings(loadMs, prompt.length))));
  }
  if (answer !== undefined) return;
  throw new CliError(
    "ERR_NO_ANSWER",
    finishReason === "length"
      ? `expected an answer in \\boxed{…} within ${maxTokens} tokens, found none`
      : "expected an answer in \\boxed{…}, found none",
    finishReason === "length"
      ? "Raise --max-tokens, or ask for less."
      : "Ask in other words, or name a larger model with --model.",
  );
}

async function promptOf(question: string, tokenizer: Tokenizer, name: string): Promise<Int32Array> {
  if (tokenizer.config.chatTemplate === undefined) {
    throw new CliError(
      "ERR_NO_CHAT_TEMPLATE",
      `expected a chat template in the tokenizer of ${name}, found none`,
      "Name a model that was made for instructions.",
    );
  }
  return await questionPrompt(question, tokenizer);
}
