// Options that say how tokens are chosen, and when it ends.

import type { GenerateOptions } from "@ryanstream/scheduler";
import type { Arguments } from "../cli/arguments.js";
import type { OptionSpecs } from "../cli/command.js";
import { CliError } from "../cli/errors.js";

export const samplingOptions: OptionSpecs = {
  "max-tokens": {
    short: "m",
    value: "N",
    help: "generate at most N tokens; default: until the model ends or the context is full",
  },
  temperature: {
    value: "X",
    help: "0 (default) takes the likeliest token; 1 chooses as the model says, less is nearer to 0",
  },
  "top-k": { value: "N", help: "choose among the N likeliest tokens; default 0: all" },
  "top-p": {
    value: "X",
    help: "choose among the likeliest that have this share of probability together; default 1",
  },
  "min-p": {
    value: "X",
    help: "leave out those below this share of the likeliest's probability; default 0",
  },
  seed: {
    short: "s",
    value: "N",
    help: "same seed, same text; default: a random one, told at the end",
  },
  stop: { value: "TEXT", repeatable: true, help: "end right before this text; may be repeated" },
};

export type SamplingSettings = Pick<
  GenerateOptions,
  "maxTokens" | "temperature" | "topK" | "topP" | "minP" | "stop"
> & { readonly seed: number };

/** @throws CliError `ERR_USAGE` */
export function samplingSettings(given: Arguments): SamplingSettings {
  const stop = given.all("stop");
  if (stop.includes(""))
    throw new CliError("ERR_USAGE", "--stop: expected a text, found an empty one");
  const topP = given.number("top-p", { min: 0, max: 1 });
  if (topP === 0) throw new CliError("ERR_USAGE", "--top-p: expected a number above 0, found 0");
  return definedOnly({
    maxTokens: given.integer("max-tokens", { min: 1 }),
    temperature: given.number("temperature", { min: 0 }),
    topK: given.integer("top-k", { max: 2 ** 31 - 1 }),
    topP,
    minP: given.number("min-p", { min: 0, max: 1 }),
    stop: stop.length > 0 ? stop : undefined,
    seed: given.integer("seed") ?? Math.floor(Math.random() * 2 ** 32),
  }) as SamplingSettings;
}

/** What repeats a text that chance has made; nothing where it had no part. */
export const seedText = ({ temperature = 0, seed }: SamplingSettings): string[] =>
  temperature > 0 ? [`seed ${seed}`] : [];

function definedOnly(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
