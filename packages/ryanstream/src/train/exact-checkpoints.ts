// Checkpoints as a safetensors file each: written beside and renamed when the disk has it, so that it is whole or not there.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openTensors, type TensorInput, writeSafetensors } from "@ryanstream/format";
import { saveState } from "@ryanstream/optimizer";
import {
  type Checkpointed,
  type CheckpointStore,
  metadataOf,
  OPTIMIZER,
  type RunState,
  restore,
  stateIn,
} from "./run-checkpoint.js";

const PATTERN = /^step-(\d{10})\.safetensors$/;
const nameOf = (step: number) => `step-${String(step).padStart(10, "0")}.safetensors`;

export class ExactCheckpoints implements CheckpointStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async steps(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const steps = names.flatMap((name) => PATTERN.exec(name)?.slice(1).map(Number) ?? []);
    return steps.sort((a, b) => a - b);
  }

  async save(state: RunState, of: Checkpointed, keep: number): Promise<void> {
    const tensors: TensorInput[] = of.parameters.map((each) => ({
      name: each.name,
      dtype: "F32",
      shape: each.shape as readonly number[],
      data: () => each.read() as Float32Array,
    }));
    for (const [name, bytes] of saveState(of.optimizer)) {
      tensors.push({ name: OPTIMIZER + name, dtype: "U8", shape: [bytes.length], data: bytes });
    }
    const path = join(this.#folder, nameOf(state.step));
    await writeSafetensors(path, tensors, { metadata: metadataOf(state, of) });
    const old = (await this.steps()).filter((step) => step <= state.step).slice(0, -keep);
    for (const step of old) await this.#remove(step);
  }

  async load(step: number, into: Checkpointed): Promise<RunState> {
    const file = join(this.#folder, nameOf(step));
    await using source = await openTensors(file);
    const state = stateIn(source.metadata, into, file);
    const states = new Map<string, Uint8Array>();
    for (const { name, byteLength } of source.tensors.values()) {
      if (!name.startsWith(OPTIMIZER)) continue;
      const bytes = new Uint8Array(byteLength);
      await source.read(name, { into: bytes });
      states.set(name.slice(OPTIMIZER.length), bytes);
    }
    const weights: Float32Array[] = [];
    for (const each of into.parameters) weights.push(await source.readF32(each.name));
    restore(into, weights, states);
    return state;
  }

  async clear(step: number): Promise<void> {
    for (const each of await this.steps()) if (each <= step) await this.#remove(each);
  }

  async #remove(step: number): Promise<void> {
    await rm(join(this.#folder, nameOf(step)), { force: true });
  }
}
