// The state of a run as one file: written beside and renamed when the disk has it, so that it is whole or not there.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openTensors, type TensorInput, writeSafetensors } from "@ryanstream/format";
import { loadState, type Optimizer, saveState } from "@ryanstream/optimizer";
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

const PATTERN = /^step-(\d{10})\.safetensors$/;
const OPTIMIZER = "optimizer.";
const nameOf = (step: number) => `step-${String(step).padStart(10, "0")}.safetensors`;

/** Steps of the checkpoints in a folder, ascending. */
export async function checkpointsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const steps = names.flatMap((name) => PATTERN.exec(name)?.slice(1).map(Number) ?? []);
  return steps.sort((a, b) => a - b);
}

/** Writes a checkpoint, then removes those before the last `keep`. */
export async function saveCheckpoint(
  folder: string,
  state: RunState,
  { parameters, optimizer, identity }: Checkpointed,
  keep: number,
): Promise<void> {
  const tensors: TensorInput[] = parameters.map((each) => ({
    name: each.name,
    dtype: "F32",
    shape: each.shape as readonly number[],
    data: () => each.read() as Float32Array,
  }));
  for (const [name, bytes] of saveState(optimizer)) {
    tensors.push({ name: OPTIMIZER + name, dtype: "U8", shape: [bytes.length], data: bytes });
  }
  const metadata = { identity: JSON.stringify(identity), state: JSON.stringify(state) };
  await writeSafetensors(join(folder, nameOf(state.step)), tensors, { metadata });
  const old = (await checkpointsIn(folder)).filter((step) => step <= state.step).slice(0, -keep);
  for (const step of old) await rm(join(folder, nameOf(step)), { force: true });
}

/**
 * Reads the checkpoint of a step into weights and optimizer; all of it is read before any of it is written.
 *
 * @throws TrainError `ERR_CHECKPOINT` for one of another run; FormatError for a file that is damaged
 */
export async function loadCheckpoint(
  folder: string,
  step: number,
  { parameters, optimizer, identity }: Checkpointed,
): Promise<RunState> {
  const file = join(folder, nameOf(step));
  const source = await openTensors(file);
  try {
    const others = differences(identity, parse(source.metadata.get("identity"), file));
    ensure(
      others.length === 0,
      "ERR_CHECKPOINT",
      () =>
        `${file}: expected a checkpoint of this recipe, found one with another ${others.join(", ")}`,
    );
    const states = new Map<string, Uint8Array>();
    for (const { name, byteLength } of source.tensors.values()) {
      if (!name.startsWith(OPTIMIZER)) continue;
      const bytes = new Uint8Array(byteLength);
      await source.read(name, { into: bytes });
      states.set(name.slice(OPTIMIZER.length), bytes);
    }
    const weights: Float32Array[] = [];
    for (const each of parameters) weights.push(await source.readF32(each.name));
    const state = parse<RunState>(source.metadata.get("state"), file);
    loadState(optimizer, states);
    for (const [i, each] of parameters.entries()) each.write(weights[i] as Float32Array);
    return state;
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

function parse<T>(text: unknown, file: string): T {
  try {
    return JSON.parse(text as string) as T;
  } catch (cause) {
    throw new TrainError("ERR_CHECKPOINT", `${file}: expected the state of a run`, { cause });
  }
}
