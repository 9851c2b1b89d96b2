// An engine with memory for what a command is about to do.

import { totalmem } from "node:os";
import type { Model } from "@ryanstream/models";
import type { Engine } from "@ryanstream/scheduler";
import { CliError } from "../cli/errors.js";
import { bytesText } from "../cli/units.js";
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

/** Bytes that this machine or container has. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Systems give out memory that they don't have, and kill who uses it.
 *
 * @throws CliError `ERR_MEMORY`
 */
export function ensureMemory(keysAndValues: number, weights: number, available: number): void {
  if (keysAndValues + weights <= available) return;
  throw new CliError(
    "ERR_MEMORY",
    `expected at most ${bytesText(available)} of memory, which this machine has, found ` +
      `${bytesText(keysAndValues)} of keys and values and ${bytesText(weights)} of weights`,
    "Lower --context or the number of sequences, or hold weights as --weights int4.",
  );
}

/** @throws CliError `ERR_MEMORY` */
export async function openEngine(
  model: Model,
  { kvType }: ModelSettings,
  { context, sequences }: EngineNeeds,
): Promise<Engine> {
  const { Engine } = await import("@ryanstream/scheduler");
  const pages = Math.ceil(context / PAGE) * sequences;
  const memory = pages * PAGE * model.kvBytesPerPosition(kvType);
  ensureMemory(memory, model.weightBytes, availableMemory());
  return new Engine(model, {
    memory,
    kvType,
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
