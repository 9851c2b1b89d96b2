import { constant, cosine, type Schedule, warmupStableDecay } from "@ryanstream/optimizer";
import type { Recipe } from "./recipe.js";

export function scheduleOf({ schedule, optimizer: { rate: peak }, steps }: Recipe): Schedule {
  const { type, warmup, decay } = schedule;
  if (type === "constant") return constant({ peak, warmup });
  if (type === "cosine") return cosine({ peak, warmup, steps });
  return warmupStableDecay({ peak, warmup, steps, decay });
}
