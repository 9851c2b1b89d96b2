// Whether a machine can hold what a command is about to load.

import { totalmem } from "node:os";
import type { FoundDescription } from "@ryanstream/models";
import { CliError } from "../cli/errors.js";
import { bytesText } from "../cli/units.js";
import { type EngineNeeds, engineMemory } from "./open-engine.js";
import type { ModelSettings } from "./open-model.js";

/** What a command needs, and which of its options say so. */
export interface MemoryNeeds extends EngineNeeds {
  /** Options that bound the context, and the number of sequences. */
  readonly options: { readonly context: string; readonly sequences?: string };
}

/** Bytes that this machine or container has. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Whether no other form of weights takes fewer bytes. */
const isLeast = ({ weights }: Pick<ModelSettings, "weights">): boolean =>
  weights === "int4" || weights === "nl4";

/**
 * Systems give out memory that they don't have, and kill who uses it: so this is asked before anything is loaded.
 *
 * @throws CliError `ERR_MEMORY`
 */
export function expectMemory(
  model: Pick<FoundDescription, "kvBytesPerPosition" | "weightBytes">,
  settings: Pick<ModelSettings, "kvType" | "weights">,
  needs: MemoryNeeds,
  available = availableMemory(),
): void {
  const keysAndValues = engineMemory(model, settings, needs);
  const { weightBytes = 0 } = model;
  if (keysAndValues + weightBytes <= available) return;
  const { context, sequences, options } = needs;
  const times = sequences === 1 ? "" : ` in each of ${sequences} sequences`;
  const weights = weightBytes === 0 ? "" : ` and ${bytesText(weightBytes)} of weights`;
  const lower = [options.context, ...(options.sequences ? [options.sequences] : [])].join(" or ");
  const ways = [
    `lower ${lower}`,
    ...(settings.kvType === "f32" ? ["hold keys and values as --kv f16"] : []),
    ...(weightBytes > 0 && !isLeast(settings) ? ["hold weights as --weights int4"] : []),
  ].join(", or ");
  throw new CliError(
    "ERR_MEMORY",
    `expected at most ${bytesText(available)} of memory, which this machine has, found ` +
      `${bytesText(keysAndValues)} of keys and values (${context} tokens${times}, --kv ${settings.kvType})${weights}`,
    `${ways[0]?.toUpperCase()}${ways.slice(1)}.`,
  );
}

/**
 * The same of weights alone, while nobody knows yet what they are needed for.
 *
 * @throws CliError `ERR_MEMORY`
 */
export function expectWeights(
  { weightBytes = 0 }: Pick<FoundDescription, "weightBytes">,
  { weights }: Pick<ModelSettings, "weights">,
  available = availableMemory(),
): void {
  if (weightBytes <= available) return;
  throw new CliError(
    "ERR_MEMORY",
    `expected at most ${bytesText(available)} of memory, which this machine has, found ` +
      `${bytesText(weightBytes)} of weights`,
    isLeast({ weights }) ? "Take a smaller model." : "Hold weights as --weights int4.",
  );
}
