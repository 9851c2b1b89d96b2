// An engine with memory for what a command is about to do.

import type { Model } from "@ryanstream/models";
import type { Engine } from "@ryanstream/scheduler";
import { CliError } from "../cli/errors.js";
import type { ModelSettings } from "./open-model.js";

const PAGE = 64;
/** More sequences take turns. */
const MOST_IN_A_STEP = 256;

export interface EngineNeeds {
  /** Tokens of the longest sequence. */
  readonly context: number;
  /** Sequences at once. */
  readonly sequences: number;
}

/** Bytes of keys and values that an engine takes for them. */
export function engineMemory(
  model: Pick<Model, "kvBytesPerPosition">,
  { kvType }: Pick<ModelSettings, "kvType">,
  { context, sequences }: EngineNeeds,
): number {
  return Math.ceil(context / PAGE) * sequences * PAGE * model.kvBytesPerPosition(kvType);
}

/** The memory must be there: {@link expectMemory} tells. */
export async function openEngine(
  model: Model,
  settings: Pick<ModelSettings, "kvType">,
  needs: EngineNeeds,
): Promise<Engine> {
  const { Engine } = await import("@ryanstream/scheduler");
  const { context, sequences } = needs;
  return new Engine(model, {
    memory: engineMemory(model, settings, needs),
    kvType: settings.kvType,
    pageSize: PAGE,
    maxLength: context,
    maxSequences: Math.min(sequences, MOST_IN_A_STEP),
  });
}

/**
 * The context to take: what was asked for, else room for the prompt and the answer.
 *
 * @throws CliError `ERR_CONTEXT` if the prompt doesn't fit, or the model can't hold so much
 */
export function contextFor(
  model: Pick<Model, "maxPositions">,
  {
    asked,
    prompt,
    maxTokens,
  }: { asked: number | undefined; prompt: number; maxTokens: number | undefined },
): number {
  const { maxPositions } = model;
  if (asked !== undefined && asked > maxPositions) {
    throw new CliError(
      "ERR_CONTEXT",
      `--context: expected at most ${maxPositions} tokens, which the model was made for, found ${asked}`,
    );
  }
  const usual = maxTokens === undefined ? Math.max(4096, prompt + 1024) : prompt + maxTokens;
  const context = asked ?? Math.min(maxPositions, usual);
  if (prompt <= context) return context;
  throw new CliError(
    "ERR_CONTEXT",
    `expected a prompt of at most ${context} tokens, found ${prompt}`,
    asked !== undefined && asked < maxPositions ? "Raise --context." : "Shorten the prompt.",
  );
}
