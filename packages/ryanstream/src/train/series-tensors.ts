// What each tensor of a training run is to a series of checkpoints, by the names that optimizers give to their states.

import type { SeriesRole, SeriesTensor } from "@ryanstream/format";
import { type Optimizer, saveState } from "@ryanstream/optimizer";
import type { Parameter } from "@ryanstream/tensor";
import { OPTIMIZER } from "./run-checkpoint.js";

/** By the part of a state's name before the weight's. */
const ROLES: Readonly<Record<string, SeriesRole>> = {
  first: "first-moment",
  momentum: "first-moment",
  second: "second-moment",
  // Mean squares of rows.
  squares: "second-moment",
  // An average of steps, and of weights in the end.
  shared: "average",
};

/** Weights and states of the optimizer; states that aren't known are stored as they are. */
export function seriesTensors(
  parameters: readonly Parameter<"f32">[],
  optimizer: Pick<Optimizer, "states">,
): SeriesTensor[] {
  const shapeOf = new Map(parameters.map(({ name, shape }) => [name, shape as readonly number[]]));
  const weights = parameters.map(
    (each): SeriesTensor => ({
      name: each.name,
      role: "weight",
      dtype: "F32",
      shape: each.shape as readonly number[],
      data: () => each.read() as Float32Array,
    }),
  );
  const bytes = saveState(optimizer);
  const states = optimizer.states.map((state): SeriesTensor => {
    const name = OPTIMIZER + state.name;
    const data = bytes.get(state.name) as Uint8Array;
    const [role, of] = roleOf(state.name, (weight) => shapeOf.has(weight));
    if (role === undefined || state.dtype !== "f32") {
      return { name, role: "exact", dtype: "U8", shape: [data.length], data };
    }
    return { name, role, of, dtype: "F32", shape: state.shape as readonly number[], data };
  });
  return [...weights, ...states];
}

/** The last part of a state's name is the weight's, the one before says what it is. */
function roleOf(
  name: string,
  isWeight: (name: string) => boolean,
): readonly [role: SeriesRole, of: string] | readonly [undefined, undefined] {
  const parts = name.split(".");
  for (let i = 1; i < parts.length; i++) {
    const [kind, of] = [parts[i - 1] as string, parts.slice(i).join(".")];
    if (Object.hasOwn(ROLES, kind) && isWeight(of)) return [ROLES[kind] as SeriesRole, of];
  }
  return [undefined, undefined];
}
