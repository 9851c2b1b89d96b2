// The checkpoints of a run, in the form that its recipe asks for. A run may change the form between two sessions: it goes on
// from the last one of either.

import { mkdir } from "node:fs/promises";
import { FormatError } from "@ryanstream/format";
import { ExactCheckpoints } from "./exact-checkpoints.js";
import type { CheckpointsRecipe } from "./recipe.js";
import type { Checkpointed, CheckpointStore, RunState } from "./run-checkpoint.js";
import { SeriesCheckpoints } from "./series-checkpoints.js";

export class RunCheckpoints {
  readonly #folder: string;
  readonly #recipe: CheckpointsRecipe;
  readonly #onDamage: (error: FormatError) => void;
  #stores: Readonly<Record<"exact" | "series", CheckpointStore>> | undefined;

  /** @param onDamage  told of a checkpoint that is left out because it can't be read */
  constructor(folder: string, recipe: CheckpointsRecipe, onDamage: (error: FormatError) => void) {
    this.#folder = folder;
    this.#recipe = recipe;
    this.#onDamage = onDamage;
  }

  /**
   * Puts the last checkpoint that can be read into weights and optimizer.
   *
   * @throws TrainError `ERR_CHECKPOINT` for one of another run
   */
  async resume(into: Checkpointed): Promise<RunState | undefined> {
    const found: { readonly step: number; readonly store: CheckpointStore }[] = [];
    for (const store of Object.values(await this.#open())) {
      for (const step of await store.steps()) found.push({ step, store });
    }
    // Where both have a step, the exact one, which comes first.
    for (const { step, store } of found.sort((a, b) => b.step - a.step)) {
      try {
        return await store.load(step, into);
      } catch (error) {
        // A disk may lose what it said that it has: the one before it is there for that.
        if (!(error instanceof FormatError)) throw error;
        this.#onDamage(error);
      }
    }
    return undefined;
  }

  async save(state: RunState, of: Checkpointed): Promise<void> {
    const { form, keep } = this.#recipe;
    const { exact, series } = await this.#open();
    const [own, other] = form === "exact" ? [exact, series] : [series, exact];
    await mkdir(this.#folder, { recursive: true });
    await own.save(state, of, keep);
    if ((await own.steps()).length >= keep) await other.clear(state.step);
  }

  async #open() {
    this.#stores ??= {
      exact: new ExactCheckpoints(this.#folder),
      series: await SeriesCheckpoints.open(this.#folder, this.#recipe, this.#onDamage),
    };
    return this.#stores;
  }
}
