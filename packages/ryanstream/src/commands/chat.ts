// `ryanstream chat`: a conversation at a terminal, or one message from a pipe.

import type { ModelConfiguration } from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { completionOutput } from "../cli/completions.js";
import { CliError } from "../cli/errors.js";
import { failureOf, tell } from "../cli/failure.js";
import { inputText } from "../cli/input-text.js";
import type { Terminal } from "../cli/terminal.js";
import { endTokensOf } from "../model/end-tokens.js";
import { openEngine } from "../model/open-engine.js";
import { modelOptions, modelPositional, modelSettings, openModel } from "../model/open-model.js";
import { readingProgress } from "../model/reading-progress.js";
import {
  type SamplingSettings,
  samplingOptions,
  samplingSettings,
  seedText,
} from "../model/sampling-options.js";
import { Stopwatch, timingsText } from "../model/timings.js";

const USUAL_CONTEXT = 4096;

export const chatCommand: Command = {
  name: "chat",
  summary: "Talks with a model by its chat template. From a pipe: one message in, its answer out.",
  positionals: [
    modelPositional,
    {
      name: "MESSAGE",
      help: "answer this and end; default: a dialogue, or all of stdin if it is no terminal",
      required: false,
    },
  ],
  options: {
    system: { value: "TEXT", help: "the system's message, which says how to answer" },
    ...samplingOptions,
    context: { short: "c", value: "N", help: "tokens of the whole conversation; default 4096" },
    ...modelOptions,
  },
  examples: [
    ["chat Qwen/Qwen2.5-0.5B-Instruct", "a dialogue; /clear begins anew, /exit leaves"],
    ['chat model.gguf "What is 17 * 23?"', "one answer"],
    ["chat model.gguf --system 'Answer with a number.' < question.txt", "in a script"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const settings = modelSettings(given);
  const sampling = samplingSettings(given);
  const asked = given.integer("context", { min: 1, max: 2 ** 31 - 1 });
  const system = given.text("system");
  const { signal } = terminal;
  const [name, argument] = given.positionals;
  const interactive = argument === undefined && process.stdin.isTTY === true;
  if (interactive && terminal.json) {
    throw new CliError(
      "ERR_USAGE",
      "--json: expected a MESSAGE, or one on stdin, found a terminal",
    );
  }
  const message = interactive
    ? undefined
    : await inputText({ argument, what: "a message", signal });
  if (message?.trim() === "") {
    throw new CliError("ERR_INPUT", "expected a message, found an empty one");
  }

  const prepare = (tokenizer: Tokenizer, { maxPositions }: ModelConfiguration) => {
    needTemplate(tokenizer, name as string);
    const context = asked ?? Math.min(USUAL_CONTEXT, maxPositions);
    if (context <= maxPositions) {
      return { context, sequences: 1, options: { context: "--context" } };
    }
    throw new CliError(
      "ERR_CONTEXT",
      `--context: expected at most ${maxPositions} tokens, found ${context}`,
    );
  };
  using open = await openModel(name as string, given, settings, terminal, prepare);
  const { model, tokenizer, plan, loadMs } = open;
  await using engine = await openEngine(model, settings, plan);
  const { Conversation } = await import("../chat/conversation.js");
  const conversation = new Conversation(engine.createSession(), tokenizer, {
    ...sampling,
    stopTokens: endTokensOf(model, tokenizer),
    ...(system === undefined ? {} : { system }),
  });
  if (message !== undefined) {
    return await answer(message, conversation, { loadMs, sampling }, terminal);
  }
  await talk(conversation, terminal, name as string);
  const [seed] = seedText(sampling);
  if (seed !== undefined) terminal.note(terminal.errorStyle.dim(seed));
}

/** @throws CliError `ERR_NO_CHAT_TEMPLATE` */
function needTemplate(tokenizer: Tokenizer, name: string): void {
  if (tokenizer.config.chatTemplate === undefined) {
    throw new CliError(
      "ERR_NO_CHAT_TEMPLATE",
      `expected a chat template in the tokenizer of ${name}, found none: this model wasn't made for chats`,
      "Continue a text with `ryanstream generate`, or name a tokenizer that has one with --tokenizer.",
    );
  }
}

type Talk = import("../chat/conversation.js").Conversation;
type ReplyToken = import("../chat/conversation.js").ReplyToken;

async function answer(
  message: string,
  conversation: Talk,
  { loadMs, sampling }: { readonly loadMs: number; readonly sampling: SamplingSettings },
  terminal: Terminal,
): Promise<void> {
  const promptTokens = await conversation.countTokens(message);
  terminal.progress.show(() => `reading ${promptTokens} tokens`);
  const watch = new Stopwatch();
  let all = "";
  let end: Pick<ReplyToken, "finishReason" | "stoppedBy"> = {};
  const tokens: number[] = [];
  const onProgress = readingProgress(terminal.progress);
  const reply = conversation.reply(message, { signal: terminal.signal, onProgress });
  const output = await completionOutput(terminal, 1);
  for await (const part of reply) {
    const { token, text = "", index } = part;
    watch.token(index);
    tokens.push(token);
    all += text;
    end = part;
    await output.token(0, token, text);
  }
  const { finishReason, stoppedBy } = end;
  await output.end(0, { text: all, tokens, finishReason, stoppedBy, seed: sampling.seed });
  const timings = watch.timings(loadMs, promptTokens);
  if (terminal.json) return await terminal.writeJson({ event: "timings", ...timings });
  terminal.note(terminal.errorStyle.dim(timingsText(timings, seedText(sampling))));
}

async function talk(conversation: Talk, terminal: Terminal, name: string): Promise<void> {
  const { readLines } = await import("../chat/lines.js");
  const { dialogue } = await import("../chat/dialogue.js");
  const { stdin, stdout, stderr } = process;
  const { dim } = terminal.errorStyle;
  const output = stdout.isTTY ? stdout : stderr;
  terminal.note(dim(`${name}: /clear begins anew, /exit leaves, Ctrl-C ends an answer`));
  using lines = readLines(stdin, output, output.isTTY === true);
  let last = "\n";
  await dialogue(
    conversation,
    lines,
    {
      text: (text) => {
        if (text !== "") last = text;
        return terminal.writeText(text);
      },
      reading: () => readingProgress(terminal.progress),
      note: (text) => terminal.note(dim(text)),
      answered: async () => {
        terminal.progress.clear();
        if (!last.endsWith("\n")) await terminal.line();
        await terminal.line();
        last = "\n";
      },
    },
    {
      signal: terminal.signal,
      failed: (error) => {
        terminal.progress.clear();
        const { report } = failureOf(error, terminal.signal);
        // A conversation that got too long can begin anew; other errors would come again.
        if (report?.code !== "ERR_LENGTH") return false;
        const advice = "/clear begins a new conversation; --context N allows a longer one.";
        tell({ ...report, advice }, false, terminal.errorStyle);
        return true;
      },
    },
  );
}
