// How much orthogonalising a step can afford: iterations and refresh period of each matrix, from
// counted operations.

import { ensure, wholeNumber, within } from "../check.js";
import type { CoefficientList } from "../newton-schulz.js";
import { polarExpress } from "../polar-express.js";
import { type LaneForm, type Level, levelFlops, levelsOf, shareOut } from "./levels.js";
import { planTable } from "./plan-table.js";

export interface OrthogonalizationOptions {
  /**
   * Operations of forward and backward of one step: `cost().flops` of a program that has both and no optimizer.
   * `Infinity`: no limit.
   */
  readonly stepFlops: number;
  /** The most that orthogonalising may take of a step, forward and backward included. Default: 0.05. */
  readonly share?: number;
  /** The most iterations. Default: 5. */
  readonly iterations?: number;
  /** The fewest; below them matrices take turns instead. Default: 3, or `iterations` where that is less. */
  readonly minIterations?: number;
  /** The most steps from one turn of a matrix to its next. Default: 8. */
  readonly maxPeriod?: number;
  /** Default: {@link polarExpress}. */
  readonly coefficients?: CoefficientList;
}

/** A matrix that is planned for: a parameter, or just its name and shape. */
export interface MatrixShape {
  readonly name: string;
  readonly shape: readonly unknown[];
}

export interface PlannedMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly form: LaneForm;
  readonly iterations: number;
  /** It is orthogonalised every so many steps; `Infinity` is never. */
  readonly period: number;
  /** Mean over steps. */
  readonly flops: number;
  /** Of all operations of a step: forward, backward and orthogonalising. */
  readonly share: number;
}

/** Matrices of one shape, either way up, that take turns: one of them is orthogonalised in each step. */
export interface Lane {
  /** Places among the matrices. */
  readonly members: readonly number[];
  readonly form: LaneForm;
  readonly iterations: number;
  /** In one step. */
  readonly flops: number;
}

export interface OrthogonalizationPlan {
  readonly matrices: readonly PlannedMatrix[];
  readonly lanes: readonly Lane[];
  /** Of forward and backward. */
  readonly stepFlops: number;
  /** Of orthogonalising in one step; every step has the same. */
  readonly flops: number;
  /** Of forward, backward and orthogonalising together. */
  readonly share: number;
  /** What was asked for. */
  readonly limit: number;
  readonly coefficients: CoefficientList;
  /** A table. */
  toString(): string;
}

/**
 * Spends at most a share of the step on orthogonalising. Matrices of one shape, either way up, are a group. All groups
 * are raised in turns, the worst served first, as long as the limit allows: from none to taking turns with the fewest
 * iterations, ever more often, to each matrix in each step, and then to more iterations.
 *
 * @throws TensorError ERR_SHAPE for what is no matrix, ERR_ATTRIBUTE
 *
 * @example
 * const plan = planOrthogonalization(matrices, { stepFlops: lossAndGradients.cost().flops });
 * console.log(String(plan));
 */
export function planOrthogonalization(
  matrices: readonly MatrixShape[],
  {
    stepFlops,
    share = 0.05,
    iterations = 5,
    minIterations = Math.min(3, iterations),
    maxPeriod = 8,
    coefficients = polarExpress,
  }: OrthogonalizationOptions,
): OrthogonalizationPlan {
  ensure(
    typeof stepFlops === "number" && stepFlops > 0,
    "ERR_ATTRIBUTE",
    () => `stepFlops: expected a number above 0, found ${stepFlops}`,
  );
  within("share", share, { min: 0, below: 1 });
  wholeNumber("iterations", iterations, 1);
  wholeNumber("minIterations", minIterations, 1);
  within("minIterations", minIterations, { max: iterations });
  wholeNumber("maxPeriod", maxPeriod, 1);
  const groups = groupsOf(matrices).map((members): Group => {
    const [short, long] = sidesOf(matrices[members[0] as number] as MatrixShape);
    const limits = { count: members.length, iterations, minIterations, maxPeriod };
    return { members, levels: levelsOf(limits, { short, long, coefficients }), chosen: 0 };
  });
  // A share of both together is this much beside the rest.
  raiseInTurns(groups, share === 0 ? 0 : (stepFlops * share) / (1 - share));
  const lanes = groups.flatMap(({ members, levels, chosen }) => {
    const { lanes: count, form, iterations: steps, flops } = levels[chosen] as Level;
    return shareOut(members, count).map((lane) => ({
      members: lane,
      form,
      iterations: steps,
      flops,
    }));
  });
  const flops = lanes.reduce((sum, lane) => sum + lane.flops, 0);
  const planned: PlannedMatrix[] = [];
  for (const { members, form, iterations: steps, flops: ofLane } of lanes) {
    for (const i of members) {
      const { name, shape } = matrices[i] as MatrixShape;
      const [rows, columns] = shape as readonly [number, number];
      const mean = ofLane / members.length;
      const period = form === "rows" ? Infinity : members.length;
      const counts = { flops: mean, share: mean / (stepFlops + flops) };
      planned[i] = { name, rows, columns, form, iterations: steps, period, ...counts };
    }
  }
  const total = { stepFlops, flops, share: flops / (stepFlops + flops), limit: share };
  const plan = { matrices: planned, lanes, ...total, coefficients };
  return { ...plan, toString: () => planTable(plan) };
}

interface Group {
  readonly members: readonly number[];
  /** From the cheapest to the best. */
  readonly levels: readonly Level[];
  /** The place of the chosen one. */
  chosen: number;
}

/** Places of matrices, by their two sides. */
function groupsOf(matrices: readonly MatrixShape[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, matrix] of matrices.entries()) {
    const key = sidesOf(matrix).join();
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()];
}

function sidesOf({ name, shape }: MatrixShape): [short: number, long: number] {
  const [rows, columns] = shape as readonly [number, number];
  ensure(
    shape.length === 2 && shape.every((side) => Number.isSafeInteger(side) && (side as number) > 0),
    "ERR_SHAPE",
    () => `expected matrices of fixed sizes, found ${name} of [${shape.join(", ")}]`,
  );
  return [Math.min(rows, columns), Math.max(rows, columns)];
}

function raiseInTurns(groups: readonly Group[], budget: number): void {
  let left = budget;
  const open = new Set(groups);
  while (open.size > 0) {
    const worst = [...open].reduce((a, b) => (served(b) < served(a) ? b : a));
    const [now, next] = [worst.levels[worst.chosen], worst.levels[worst.chosen + 1]];
    const more = next === undefined ? 0 : levelFlops(next) - levelFlops(now as Level);
    if (next === undefined || more > left) open.delete(worst);
    else {
      left -= more;
      worst.chosen += 1;
    }
  }
}

/** Iterations that a matrix of the group gets in a step, on average. */
function served({ members, levels, chosen }: Group): number {
  const { lanes, form, iterations } = levels[chosen] as Level;
  return form === "rows" ? 0 : (iterations * lanes) / members.length;
}
