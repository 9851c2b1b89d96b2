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
import { checkedDecoding } from "../solving/checked-decoding.js";
import { progressSession } from "../solving/progress-session.js";
import { questionPrompt } from "../solving/question-prompt.js";
import { marksText, stepMark } from "../solving/step-marks.js";

const USUAL_TOKENS = 512;
const USUAL_TEMPERATURE = 0.5;

export const solveCommand: Command = {
  name: "solve",
  summary:
    "Solves a mathematics problem, showing the steps. Each line's claims are checked (✓), written anew where they are false (↻), or can't be checked (·). Works offline with the model that comes along, which knows grade-school problems.",
  positionals: [{ name: "PROBLEM", help: "the problem; default: stdin", required: false }],
  options: {
    file: { short: "f", value: "PATH", help: "take the problem from a file" },
    model: {
      short: "m",
      value: "MODEL",
      help: "a GGUF file, a folder or a hub id with a chat template; default: abacus, which comes along",
    },
    "max-tokens": { value: "N", help: `tokens of the longest solution; default ${USUAL_TOKENS}` },
    chains: { value: "N", help: "solve it N times, and take the answer that most have; default 1" },
    temperature: {
      value: "T",
      help: `with --chains: how much solutions differ; default ${USUAL_TEMPERATURE}`,
    },
    seed: { value: "N", help: "the same one gives the same solution; default 0" },
    "no-check": { help: "write what the model says, and check nothing" },
    ...modelOptions,
  },
  examples: [
    ['solve "What is 3/4 + 5/6?"', "the steps, then the answer"],
    ['solve "A shop sells pens at 3 dollars each. How much are 12 pens?" --json', "for a program"],
    ['solve "Solve for x: 2x + 6 = 21." --chains 5', "five solutions, and the answer of most"],
    ["solve --model Qwen/Qwen2.5-Math-1.5B-Instruct < problem.txt", "another model"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const maxTokens = given.integer("max-tokens", { min: 1, max: 2 ** 20 }) ?? USUAL_TOKENS;
  const chains = given.integer("chains", { min: 1, max: 256 }) ?? 1;
  if (chains === 1 && given.has("temperature")) {
    throw new CliError("ERR_USAGE", "--temperature: expected --chains too, found none");
  }
  const temperature = given.number("temperature", { min: 0, max: 100 }) ?? USUAL_TEMPERATURE;
  const seed = given.integer("seed", { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
  const isChecked = !given.has("no-check");
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
    return { context, sequences: chains, options: { context: "--max-tokens" } };
  };
  using open = await openModel(name, given, settings, terminal, prepare);
  const { model, tokenizer, loadMs } = open;
  const prompt = await promptOf(question, tokenizer, name);
  const context = contextFor(model, { asked: undefined, prompt: prompt.length, maxTokens });
  await using engine = await openEngine(model, settings, { context, sequences: chains });
  const { extractAnswer, ProofSampler } = await import("@ryanstream/sampler");
  const sampler = new ProofSampler(tokenizer, {
    ...(chains > 1 ? { mode: "vote", chains, temperature } : {}),
    ...(isChecked ? checkedDecoding : unchecked),
    seed,
    stopTokens: endTokensOf(model, tokenizer),
  });
  using session = engine.createSession();
  let [tokens, ended, isRead] = [0, 0, false];
  const onRead = () => {
    if (!isRead) watch.token(0);
    isRead = true;
  };
  const reading = progressSession(session, readingProgress(terminal.progress), onRead);
  const running = sampler.sample(reading, prompt, { maxNewTokens: maxTokens, question, signal });
  for await (const event of running) {
    // The first of them is there when the prompt has been read.
    if (event.type === "text") for (const _ of event.tokens) if (tokens++ > 0) watch.token(tokens);
    if (event.type === "chain") {
      const now = ++ended;
      terminal.progress.show(() => `${now} of ${chains} solved`);
    }
    if (terminal.json) continue;
    if (event.type === "text" && !isChecked) await terminal.writeText(event.text);
    if (event.type === "step" && isChecked) {
      await terminal.write(`${stepMark(event.status, terminal.style)} `);
      await terminal.writeText(`${event.text}\n`);
    }
  }
  const { text, steps, finish: finishReason, usage, votes } = await running;
  const answer = extractAnswer(text, { strict: true })?.text;
  if (terminal.json) {
    const found = { question, steps, answer: answer ?? null, text, finishReason, usage };
    await terminal.writeJson(votes === undefined ? found : { ...found, votes, chains });
  } else {
    if (!isChecked && !text.endsWith("\n")) await terminal.line();
    const share = votes === undefined ? "" : ` (${votes} of ${ended} solutions)`;
    if (answer !== undefined) {
      await terminal.line(terminal.style.bold(`Answer: ${answer}`) + terminal.style.dim(share));
    }
    const lines = steps.filter((step) => step.text.trim() !== "");
    if (isChecked) {
      const statuses = lines.map(({ status }) => status);
      terminal.note(marksText(statuses, terminal.errorStyle));
      if (statuses.includes("false")) {
        terminal.note("A line is false and could not be mended: the answer may be wrong.");
      }
    }
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

const unchecked = { backtrack: false, checkSteps: false, calculator: false } as const;

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
