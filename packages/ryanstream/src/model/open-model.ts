// A loaded model with its tokenizer, and the options that say how it is loaded.

import type { Model, ModelConfiguration } from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { OptionSpecs } from "../cli/command.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, percentText } from "../cli/units.js";
import { expectMemory, expectWeights, type MemoryNeeds } from "./expect-memory.js";
import { findModel, openTokenizer, placeOptions } from "./place-options.js";

export const weightFormats = ["as-is", "int8", "int4", "nl4"] as const;
export const kvTypes = ["f32", "bf16", "f16"] as const;

export const threadsOption: OptionSpecs = {
  threads: { short: "t", value: "N", help: "threads; default: the processor's cores" },
};

export const modelOptions: OptionSpecs = {
  weights: { value: "HOW", help: "hold weights as-is (default), or as int8, int4 or nl4" },
  packed: {
    value: "FOLDER",
    help: "keep packed weights there, to map them the next time; takes their size on disk",
  },
  kv: { value: "TYPE", help: "hold keys and values as f16 (default), bf16 or f32" },
  ...threadsOption,
  ...placeOptions,
};

export const modelPositional = {
  name: "MODEL",
  help: "a GGUF file, a folder of Hugging Face's files, or a hub id (owner/name, owner/name:Q8_0)",
  required: true,
} as const;

/** Options of a model, checked before anything is loaded. */
export interface ModelSettings {
  readonly weights: (typeof weightFormats)[number];
  readonly kvType: (typeof kvTypes)[number];
  readonly packedFolder?: string;
}

/**
 * Before the native floor is loaded, which reads it then.
 *
 * @throws CliError `ERR_USAGE`
 */
export function useThreads(given: Arguments): void {
  const threads = given.integer("threads", { min: 1, max: 1024 });
  if (threads !== undefined) process.env["RYANSTREAM_THREADS"] = String(threads);
}

/** @throws CliError `ERR_USAGE` */
export function modelSettings(given: Arguments): ModelSettings {
  useThreads(given);
  const packedFolder = given.text("packed");
  return {
    weights: given.choice("weights", weightFormats) ?? "as-is",
    kvType: given.choice("kv", kvTypes) ?? "f16",
    ...(packedFolder === undefined ? {} : { packedFolder }),
  };
}

export interface OpenModel extends Disposable {
  readonly model: Model;
  /** Milliseconds from files on disk to a model that runs. */
  readonly loadMs: number;
}

/** Loads the weights at a place that {@link findModel} gave. */
export async function openWeights(
  path: string,
  { weights, packedFolder }: ModelSettings,
  { signal, progress }: Terminal,
): Promise<OpenModel> {
  const { loadModel } = await import("@ryanstream/models");
  const start = performance.now();
  let last = "loading";
  const model = await loadModel(path, {
    weights,
    ...(packedFolder === undefined ? {} : { packedFolder }),
    signal,
    onProgress: ({ phase, loaded, total }) => {
      if (phase !== last) progress.clear(); // so that the first line of the next is seen
      last = phase;
      const what = phase === "loading" ? phase : "writing packed weights,";
      progress.show(
        () => `${what} ${percentText(loaded / Math.max(1, total))} of ${bytesText(total)}`,
      );
    },
  });
  progress.clear();
  const loadMs = performance.now() - start;
  return { model, loadMs, [Symbol.dispose]: () => model.dispose() };
}

export interface OpenModelAndTokenizer<P> extends OpenModel {
  readonly tokenizer: Tokenizer;
  readonly plan: P;
}

/**
 * Loads a model and its tokenizer: the latter first, since it says sooner what is wrong, and after that what a command
 * makes of both before the weights are loaded, or even fetched.
 *
 * @param prepare  what the command will do; called again when more is known of the model
 * @throws CliError `ERR_MEMORY` if the plan needs more than there is; what `prepare` throws
 */
export async function openModel<P extends MemoryNeeds>(
  name: string,
  given: Arguments,
  settings: ModelSettings,
  terminal: Terminal,
  prepare: (tokenizer: Tokenizer, model: ModelConfiguration) => P,
): Promise<OpenModelAndTokenizer<P>> {
  const { describeModel } = await import("@ryanstream/models");
  const { weights } = settings;
  let early: Tokenizer | undefined;
  const place = await findModel(name, given, terminal, async ({ folder, describe }) => {
    if (folder !== undefined) early = await openTokenizer(folder, given, terminal);
    const model = await describe(weights);
    if (model === undefined) return;
    if (early === undefined) expectWeights(model, settings);
    else expectMemory(model, settings, prepare(early, model));
  });
  const tokenizer = early ?? (await openTokenizer(place.tokenizer, given, terminal));
  const model = await describeModel(place.path, { weights, signal: terminal.signal });
  const plan = prepare(tokenizer, model);
  expectMemory(model, settings, plan);
  return { tokenizer, plan, ...(await openWeights(place.path, settings, terminal)) };
}
