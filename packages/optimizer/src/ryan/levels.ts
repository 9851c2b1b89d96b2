// What can be spent on orthogonalising the matrices of one shape, from nothing to all of them in every step.

import { f32, program } from "@ryanstream/tensor";
import { type CoefficientList, type NewtonSchulzForm, orthogonalize } from "../newton-schulz.js";

/** `"rows"`: never orthogonalised, its rows are normalised in each step instead. */
export type LaneForm = NewtonSchulzForm | "rows";

export interface Level {
  /** Of how many matrices one is orthogonalised in each step: all are shared out among so many lanes. */
  readonly lanes: number;
  readonly form: LaneForm;
  readonly iterations: number;
  /** Of one orthogonalisation. */
  readonly flops: number;
}

export interface Limits {
  readonly count: number;
  readonly iterations: number;
  readonly minIterations: number;
  readonly maxPeriod: number;
}

interface Sides {
  readonly short: number;
  readonly long: number;
  readonly coefficients: CoefficientList;
}

/** In one step, of all matrices of the group. */
export const levelFlops = ({ lanes, form, flops }: Level): number =>
  form === "rows" ? 0 : lanes * flops;

/** Ever dearer, ever better. */
export function levelsOf(limits: Limits, sides: Sides): Level[] {
  const { count, iterations, minIterations, maxPeriod } = limits;
  const levels: Level[] = [{ lanes: count, form: "rows", iterations: 0, flops: 0 }];
  const fewest = cheapestForm(sides, minIterations);
  for (let lanes = Math.ceil(count / maxPeriod); lanes <= count; lanes++) {
    levels.push({ lanes, ...fewest });
  }
  for (let more = minIterations + 1; more <= iterations; more++) {
    levels.push({ lanes: count, ...cheapestForm(sides, more) });
  }
  return levels;
}

/** The members in as many lanes, whose lengths differ by one at most. */
export function shareOut(members: readonly number[], lanes: number): number[][] {
  return Array.from({ length: lanes }, (_, lane) => members.filter((_, i) => i % lanes === lane));
}

function cheapestForm(sides: Sides, iterations: number): Omit<Level, "lanes"> {
  const [plain, gram] = (["plain", "gram"] as const).map((form) => ({
    form,
    iterations,
    flops: countedFlops(sides, form, iterations),
  })) as [Omit<Level, "lanes">, Omit<Level, "lanes">];
  return gram.flops < plain.flops ? gram : plain;
}

/** Counted from the operations that the optimizer will trace, rather than from a formula. */
function countedFlops(
  { short, long, coefficients }: Sides,
  form: NewtonSchulzForm,
  steps: number,
): number {
  const options = { form, steps, coefficients };
  using traced = program({ x: f32(short, long) }, ({ x }) => orthogonalize(x, options));
  return traced.cost().flops;
}
