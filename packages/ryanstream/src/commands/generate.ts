// `ryanstream generate`: continues a prompt, once or several times in one batch.

import type { ModelConfiguration } from "@ryanstream/models";
import type { Generation } from "@ryanstream/scheduler";
import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { type CompletionOutput, completionOutput } from "../cli/completions.js";
import { CliError } from "../cli/errors.js";
import { inputText } from "../cli/input-text.js";
import type { Terminal } from "../cli/terminal.js";
import { endTokensOf } from "../model/end-tokens.js";
import { contextFor, openEngine } from "../model/open-engine.js";
import { modelOptions, modelPositional, modelSettings, openModel } from "../model/open-model.js";
import { readingProgress } from "../model/reading-progress.js";
import { samplingOptions, samplingSettings, seedText } from "../model/sampling-options.js";
import { Stopwatch, timingsText } from "../model/timings.js";

export const generateCommand: Command = {
  name: "generate",
  summary: "Continues a prompt. The text goes to stdout as it is made; what it took, to stderr.",
  positionals: [
    modelPositional,
    { name: "PROMPT", help: "the text to continue; default: stdin", required: false },
  ],
  options: {
    file: { short: "f", value: "PATH", help: "take the prompt from a file" },
    ...samplingOptions,
    n: { value: "N", help: "make N completions at once; default 1" },
    context: {
      short: "c",
      value: "N",
      help: "tokens of prompt and text; default: prompt and --max-tokens, else 4096 or 1024 after a longer prompt",
    },
    "no-special-tokens": { help: "add none at the prompt's beginning" },
    ...modelOptions,
  },
  examples: [
    ['generate model.gguf "Two plus two is" --max-tokens 8', "the likeliest text"],
    [
      'generate Qwen/Qwen2.5-0.5B "Once" --temperature 0.8 --top-p 0.95 --n 4 --seed 1',
      "four texts by chance, the same each time",
    ],
    ["generate model.gguf --weights int4 < prompt.txt", "less memory, prompt from a file"],
    ['generate model.gguf --stop "Q:" --json < questions.txt', "JSON lines for a program"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const sampling = samplingSettings(given);
  const n = given.integer("n", { min: 1, max: 1024 }) ?? 1;
  const asked = given.integer("context", { min: 1, max: 2 ** 31 - 1 });
  const { signal } = terminal;
  const [name, argument] = given.positionals;
  const file = given.text("file");
  const text = await inputText({ argument, file, what: "a prompt", signal });

  let prompt: Int32Array = new Int32Array(0);
  const prepare = (tokenizer: Tokenizer, { maxPositions }: ModelConfiguration) => {
    if (prompt.length === 0) prompt = promptOf(text, tokenizer, given);
    const { maxTokens } = sampling;
    const context = contextFor({ maxPositions }, { asked, prompt: prompt.length, maxTokens });
    return { context, sequences: n, options: { context: "--context", sequences: "--n" } };
  };
  using open = await openModel(name as string, given, settings, terminal, prepare);
  const { model, tokenizer, plan, loadMs } = open;
  await using engine = await openEngine(model, settings, plan);
  const { generate } = await import("@ryanstream/scheduler");

  terminal.progress.show(() => `reading ${prompt.length} tokens`);
  const watch = new Stopwatch(n);
  // The engine ends its sessions.
  const first = engine.createSession();
  // All share the pages of the prompt; each takes its last token itself, to have logits.
  const shared = n > 1 ? prompt.length - 1 : 0;
  const onProgress = readingProgress(terminal.progress);
  if (shared > 0) await first.append(prompt.subarray(0, shared), "none", { signal, onProgress });
  const output = await completionOutput(terminal, n);
  const generations = Array.from({ length: n }, (_, sequence) => {
    const session = sequence === 0 ? first : first.fork();
    const options = { ...sampling, sequence, tokenizer, signal, onProgress };
    const stopTokens = endTokensOf(model, tokenizer);
    return generate(session, prompt.subarray(shared), { ...options, stopTokens });
  });
  await Promise.all(
    generations.map((generation, index) => follow(generation, index, watch, output)),
  );
  const timings = watch.timings(loadMs, prompt.length);
  if (terminal.json) return await terminal.writeJson({ event: "timings", ...timings });
  terminal.note(terminal.errorStyle.dim(timingsText(timings, seedText(sampling))));
}

/** @throws CliError `ERR_INPUT` */
function promptOf(text: string, tokenizer: Tokenizer, given: Arguments): Int32Array {
  const addSpecialTokens = !given.has("no-special-tokens");
  const prompt = tokenizer.encodeIds(text, { addSpecialTokens, truncation: false, padding: false });
  if (prompt.length > 0) return prompt;
  throw new CliError("ERR_INPUT", "expected a prompt of at least one token, found an empty one");
}

async function follow(
  generation: Generation,
  index: number,
  watch: Stopwatch,
  output: CompletionOutput,
): Promise<void> {
  const tokens: number[] = [];
  let all = "";
  for await (const { token, text = "", index: at } of generation) {
    watch.token(at);
    tokens.push(token);
    all += text;
    await output.token(index, token, text);
  }
  const { finishReason, stoppedBy, seed } = generation;
  await output.end(index, { text: all, tokens, finishReason, stoppedBy, seed });
}
