// The state of a run, and what a checkpoint of it must fit.

import { loadState, type Optimizer } from "@ryanstream/optimizer";
import type { BatchState } from "@ryanstream/pipeline";
import type { Parameter } from "@ryanstream/tensor";
import { ensure, TrainError } from "./errors.js";
import { differences, type RunIdentity } from "./run-identity.js";

/** Where a run is, apart from its weights. */
export interface RunState {
  /** Steps done. */
  readonly step: number;
  readonly batches: BatchState;
  /** Targets learned from. */
  readonly lossTokens: number;
  /** Of all sessions. */
  readonly seconds: number;
}

export interface Checkpointed {
  readonly parameters: readonly Parameter<"f32">[];
  readonly optimizer: Optimizer;
  readonly identity: RunIdentity;
}

/** Checkpoints of one form in a folder. */
export interface CheckpointStore {
  /** Ascending. */
  steps(): Promise<readonly number[]>;
  /** Writes a checkpoint, whole or not at all, then removes those before the last `keep`. */
  save(state: RunState, of: Checkpointed, keep: number): Promise<void>;
  /**
   * Reads the checkpoint of a step into weights and optimizer; all of it is read before any of it is written.
   *
   * @throws TrainError `ERR_CHECKPOINT` for one of another run; FormatError for one that is damaged
   */
  load(step: number, into: Checkpointed): Promise<RunState>;
  /** Removes those up to a step. */
  clear(step: number): Promise<void>;
}

/** The prefix of states, so that none has a weight's name. */
export const OPTIMIZER = "optimizer.";

/** What a checkpoint says besides tensors. */
export const metadataOf = (state: RunState, { identity }: Checkpointed) => ({
  identity: JSON.stringify(identity),
  state: JSON.stringify(state),
});

/**
 * @param file  for messages
 * @throws TrainError `ERR_CHECKPOINT`
 */
export function stateIn(
  metadata: ReadonlyMap<string, unknown>,
  { identity }: Checkpointed,
  file: string,
): RunState {
  const others = differences(identity, parse(metadata.get("identity"), file));
  ensure(
    others.length === 0,
    "ERR_CHECKPOINT",
    () =>
      `${file}: expected a checkpoint of this recipe, found one with another ${others.join(", ")}`,
  );
  return parse<RunState>(metadata.get("state"), file);
}

/** @throws TensorError `ERR_INPUT` for states that don't fit, before anything is written */
export function restore(
  { parameters, optimizer }: Checkpointed,
  weights: readonly Float32Array[],
  states: ReadonlyMap<string, Uint8Array>,
): void {
  loadState(optimizer, states);
  for (const [i, each] of parameters.entries()) each.write(weights[i] as Float32Array);
}

function parse<T>(text: unknown, file: string): T {
  try {
    return JSON.parse(text as string) as T;
  } catch (cause) {
    throw new TrainError("ERR_CHECKPOINT", `${file}: expected the state of a run`, { cause });
  }
}
