// The commands, each in a module that is loaded when it is called.

import type { Command } from "./command.js";
import type { CommandSummary } from "./help.js";

export interface CommandEntry extends CommandSummary {
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "bench",
    summary: "measures how fast a model runs here",
    load: async () => (await import("../commands/bench.js")).benchCommand,
  },
  {
    name: "chat",
    summary: "talks with a model",
    load: async () => (await import("../commands/chat.js")).chatCommand,
  },
  {
    name: "evaluate",
    summary: "tells how many problems a model solves",
    load: async () => (await import("../commands/evaluate.js")).evaluateCommand,
  },
  {
    name: "generate",
    summary: "continues a prompt",
    load: async () => (await import("../commands/generate.js")).generateCommand,
  },
  {
    name: "inspect",
    summary: "shows what a model file is made of",
    load: async () => (await import("../commands/inspect.js")).inspectCommand,
  },
  {
    name: "pack",
    summary: "writes a model as one RyanFormat file",
    load: async () => (await import("../commands/pack.js")).packCommand,
  },
  {
    name: "solve",
    summary: "solves a mathematics problem, showing the steps",
    load: async () => (await import("../commands/solve.js")).solveCommand,
  },
  {
    name: "tokenize",
    summary: "shows the tokens of a text, or the text of ids",
    load: async () => (await import("../commands/tokenize.js")).tokenizeCommand,
  },
  {
    name: "train",
    summary: "trains a model from a recipe",
    load: async () => (await import("../commands/train.js")).trainCommand,
  },
  {
    name: "unpack",
    summary: "writes a RyanFormat file as safetensors or GGUF",
    load: async () => (await import("../commands/unpack.js")).unpackCommand,
  },
  {
    name: "verify",
    summary: "says whether files are as they were written",
    load: async () => (await import("../commands/verify.js")).verifyCommand,
  },
];
