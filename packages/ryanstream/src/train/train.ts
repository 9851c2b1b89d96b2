// A training run, from its recipe to a model that can be loaded.

import { createDecoder, openDecoder } from "@ryanstream/models";
import { type PrepareProgress, prepareData } from "./data/prepare.js";
import { ensure } from "./errors.js";
import { configOf } from "./export-model.js";
import { Lora } from "./lora.js";
import type { Recipe } from "./recipe.js";
import { Run } from "./run.js";
import { openRunFolder } from "./run-folder.js";
import { runIdentity } from "./run-identity.js";
import type { TrainEvent } from "./train-event.js";

export interface TrainOptions {
  /** The folder of the run: its data, checkpoints, metrics and model. Made if it isn't there. */
  readonly folder: string;
  /** Ends the run after the step that is under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

export interface TrainResult {
  readonly step: number;
  /** Whether all steps are done. */
  readonly complete: boolean;
  /** The folder of the model. */
  readonly model: string;
}

/**
 * Trains, or goes on where a run in that folder was: whether it ended, was cancelled or killed, the weights are those of
 * a run without a break.
 *
 * @throws TrainError; errors of the packages below; the signal's reason, once a checkpoint is written
 *
 * @example
 * await train(await readRecipe("recipe.json"), { folder: "runs/mine" });
 */
export async function train(recipe: Recipe, options: TrainOptions): Promise<TrainResult> {
  const { folder, signal, onEvent } = options;
  await using _folder = await openRunFolder(folder, recipe);
  const identity = await runIdentity(recipe);
  checkModel(recipe);
  const prepare = {
    signal,
    onProgress: (progress: PrepareProgress) => onEvent?.({ event: "prepare", ...progress }),
  };
  await using prepared = await prepareData(folder, recipe, prepare);
  const config = await configOf(recipe, prepared.tokenizer);
  using decoder =
    "from" in recipe.model
      ? await openDecoder(recipe.model.from, signal === undefined ? {} : { signal })
      : createDecoder(config, { seed: recipe.seed });
  ensure(
    prepared.tokenizer.size <= decoder.config.vocabularySize,
    "ERR_RECIPE",
    () =>
      `model: expected a vocabulary of at least ${prepared.tokenizer.size}, the tokenizer's, found ${decoder.config.vocabularySize}`,
  );
  using lora = recipe.lora === undefined ? undefined : new Lora(decoder, recipe.lora, recipe.seed);
  return await new Run({ recipe, options, identity, prepared, config, decoder, lora }).run();
}

/** What can be told of a configuration before the tokenizer is there: making data may take long. */
function checkModel({ model, tokenizer, seed }: Recipe): void {
  if ("from" in model) return;
  const vocab_size = "train" in tokenizer ? tokenizer.train.vocabularySize : 2 ** 20;
  createDecoder({ vocab_size, ...model.config }, { seed }).dispose();
}
