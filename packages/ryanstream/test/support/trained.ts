// A run of a recipe, whole or up to a step.

import { parseRecipe } from "../../src/train/recipe.js";
import { train } from "../../src/train/train.js";
import type { TrainEvent } from "../../src/train/train-event.js";
import { tinyRecipe } from "./tiny-recipe.js";

export async function trained(
  folder: string,
  recipe: unknown = tinyRecipe(),
  until = Number.POSITIVE_INFINITY,
): Promise<TrainEvent[]> {
  const found: TrainEvent[] = [];
  const controller = new AbortController();
  const run = train(parseRecipe(recipe), {
    folder,
    signal: controller.signal,
    onEvent: (event) => {
      found.push(event);
      if (event.event === "step" && event.step >= until) controller.abort(new Error("enough"));
    },
  });
  await run.catch((error: Error) => {
    if (error.message !== "enough") throw error;
  });
  return found;
}
