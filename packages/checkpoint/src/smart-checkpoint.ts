// From a training program to one that holds less: plan, rewrite, and hold the plan
// against the arena that the rewritten program really has.

import {
  type BindOptions,
  type InputArrays,
  type InputSpecs,
  Program,
  type Returned,
  recompute,
} from "@ryanstream/tensor";
import { type StepCosts, stepCosts } from "./costs.js";
import { CheckpointError, ensure } from "./errors.js";
import type { Option } from "./evaluate.js";
import { type Knapsack, leastPeak, solveKnapsack } from "./knapsack.js";
import { type Layer, type LayerOf, layerByNumber, layersOf } from "./layers.js";
import { fixedChoice, paretoChoices } from "./options.js";
import { CheckpointPlan, type PlannedLayer } from "./plan.js";
import { type Timeline, timelineOf } from "./timeline.js";

const modes = ["auto", "selective", "full", "none"] as const;
/**
 * `"auto"`: the cheapest plan whose arena fits the budget. `"selective"`: norms, activations and other operations
 * of one element are made again, products never. `"full"`: all that can be made again within its layer is.
 * `"none"`: the program as it is.
 */
export type Mode = (typeof modes)[number];

export interface CheckpointOptions {
  readonly mode: Mode;
  /** Bytes that the arena may have. Needed with `auto`; with other modes, what they must not exceed. */
  readonly budget?: number;
  /** Which layer a scope belongs to, without `grad` in front. Default: up to the number of `layers.N`. */
  readonly layer?: LayerOf;
}

export interface ApplyOptions extends BindOptions {
  /** How many runs of the sample are timed. Default: 3. */
  readonly repeats?: number;
}

export interface Checkpointed<I extends InputSpecs, R extends Returned> {
  /** Equal results, to the bit. Yours to dispose of, as the one that was given is. */
  readonly program: Program<I, R>;
  readonly plan: CheckpointPlan;
}

export interface SmartCheckpoint {
  /**
   * @param program a traced training step: a forward pass, `grad`, and updates if there are any.
   * @param sample inputs to time its operations with. Without them, operations and bytes are counted.
   * @throws {@link CheckpointError} ERR_BUDGET, with `leastBytes`, if no plan fits; ERR_NO_BACKWARD for a program
   *   without a gradient.
   */
  apply<I extends InputSpecs, R extends Returned>(
    program: Program<I, R>,
    sample?: InputArrays<I>,
    options?: ApplyOptions,
  ): Promise<Checkpointed<I, R>>;
}

/**
 * Chooses which activations of a training step stay in memory and which are computed again.
 *
 * @example
 * const { program, plan } = await SmartCheckpoint({ mode: "auto", budget: 128 * 2 ** 20 }).apply(step, batch);
 * console.log(String(plan));
 *
 * @see Jain et al., "Checkmate", 2020, arXiv 1910.02653; Zhao et al., "Rockmate", 2023, arXiv 2307.01236.
 * @throws {@link CheckpointError} ERR_OPTION
 */
export function SmartCheckpoint(options: CheckpointOptions): SmartCheckpoint {
  const { mode, budget } = options;
  ensure(
    modes.includes(mode),
    "ERR_OPTION",
    () => `mode: expected ${modes.join(", ")}, found ${String(mode)}`,
  );
  ensure(
    budget === undefined || (Number.isSafeInteger(budget) && budget > 0),
    "ERR_OPTION",
    () => `budget: expected whole bytes above 0, found ${String(budget)}`,
  );
  ensure(
    mode !== "auto" || budget !== undefined,
    "ERR_OPTION",
    () => "mode auto needs a budget: the bytes that the arena may have",
  );
  return { apply: (program, sample, how) => apply(program, options, sample, how) };
}

async function apply<I extends InputSpecs, R extends Returned>(
  program: Program<I, R>,
  { mode, budget, layer = layerByNumber }: CheckpointOptions,
  sample: InputArrays<I> | undefined,
  { repeats = 3, ...bind }: ApplyOptions = {},
): Promise<Checkpointed<I, R>> {
  ensure(
    Number.isSafeInteger(repeats) && repeats > 0,
    "ERR_OPTION",
    () => `repeats: expected a whole number from 1, found ${String(repeats)}`,
  );
  const timeline = timelineOf(program);
  ensure(
    timeline.isLate.includes(true),
    "ERR_NO_BACKWARD",
    () => "the program has no backward pass: nothing in it was made by grad()",
  );
  const times: number[][] = [];
  for (let i = 0; sample !== undefined && i < repeats; i++) {
    const { rows } = await program.profile(sample, bind);
    times.push(rows.map((r) => r.nanoseconds));
  }
  const costs = stepCosts(program, program.cost(bind.dims), times);
  const layers = layersOf(timeline, costs, layer);
  const task: Task<I, R> = { program, mode, budget, timeline, costs, layers };
  if (mode === "auto") return cheapest(task, budget as number);
  const only = { none: "nothing", selective: "cheap", full: "all" } as const;
  const chosen = layers.map((l) => fixedChoice(l, timeline, only[mode]));
  const made = rewritten(task, chosen);
  const { arenaBytes } = made.plan.data;
  if (budget !== undefined && arenaBytes > budget) throw overBudget(mode, budget, arenaBytes);
  return made;
}

interface Task<I extends InputSpecs, R extends Returned> {
  readonly program: Program<I, R>;
  readonly mode: Mode;
  readonly budget: number | undefined;
  readonly timeline: Timeline;
  readonly costs: StepCosts;
  readonly layers: readonly Layer[];
}

/** How many plans are held against a real arena before giving up. */
const mostTries = 16;

// The plan knows what is live, not what is lost between values in the arena. So where
// the cheapest plan's arena is too large, the next one leaves room for as much as
// that one lost.
function cheapest<I extends InputSpecs, R extends Returned>(
  task: Task<I, R>,
  budget: number,
): Checkpointed<I, R> {
  const { program, timeline, layers } = task;
  const choices = paretoChoices(program.graph, layers, timeline);
  const knapsack: Knapsack = {
    layers: choices.map((c) => c.options),
    between: peaksBetween(layers, timeline),
  };
  const pick = (places: readonly number[]) =>
    places.map((place, k) => choices[k]?.options[place] as Option);
  const attempt = (limit: number) => {
    const solution = solveKnapsack(knapsack, limit);
    if (solution === undefined) return undefined;
    const isExact = solution.isExact && choices.every((c) => c.isExact);
    const made = rewritten(task, pick(solution.chosen), { isExact, peak: solution.peak });
    return { made, peak: solution.peak };
  };
  let limit = budget;
  for (let tries = 0; tries < mostTries; tries++) {
    const found = attempt(limit);
    if (found === undefined) break;
    const { arenaBytes, liveBytes } = found.made.plan.data;
    if (arenaBytes <= budget) return found.made;
    limit = Math.min(found.peak - 1, budget - (arenaBytes - liveBytes));
  }
  const { made } = attempt(leastPeak(knapsack)) as { made: Checkpointed<I, R> };
  const { arenaBytes } = made.plan.data;
  if (arenaBytes > budget) throw overBudget("auto", budget, arenaBytes);
  return made;
}

/** At `k`: the most that is live while nothing can be chosen and `k` layers hold activations. */
export function peaksBetween(layers: readonly Layer[], { live, inputBytes }: Timeline): number[] {
  const peaks = layers.map(() => 0);
  peaks.unshift(inputBytes);
  const isChosen =
    (s: number) =>
    ({ early, late }: Layer) =>
      (early.from <= s && s <= early.to) || (late.from <= s && s <= late.to);
  for (const [s, bytes] of live.entries()) {
    if (layers.some(isChosen(s))) continue;
    const k = layers.filter(({ early, late }) => early.to < s && s < late.from).length;
    peaks[k] = Math.max(peaks[k] as number, bytes);
  }
  return peaks;
}

function rewritten<I extends InputSpecs, R extends Returned>(
  { program, mode, budget, timeline, costs, layers }: Task<I, R>,
  options: readonly Option[],
  found?: { readonly isExact: boolean; readonly peak: number },
): Checkpointed<I, R> {
  const dropped = new Set<number>();
  const planned = layers.map((layer, k): PlannedLayer => {
    const option = options[k] as Option;
    for (const [i, isDropped] of option.dropped.entries()) {
      if (isDropped) dropped.add(layer.blocks[i]?.value as number);
    }
    return describe(layer, option);
  });
  const made = new Program<I, R>(recompute(program.graph, dropped));
  const { arena } = made.plan;
  const plan = new CheckpointPlan({
    mode,
    budget,
    arenaBytes: arena.bytes,
    liveBytes: arena.lowerBoundBytes,
    heldBytes: heldBytes(timelineOf(made)),
    before: { arenaBytes: program.plan.arena.bytes, heldBytes: heldBytes(timeline) },
    unit: costs.unit,
    cost: planned.reduce((sum, l) => sum + l.cost, 0),
    stepCost: costs.total,
    // Where the rewritten program is not as foreseen, the plan can't claim to be the best.
    isExact: found === undefined || (found.isExact && found.peak === arena.lowerBoundBytes),
    layers: planned,
  });
  return { program: made, plan };
}

function heldBytes({ isLate, across }: Timeline): number {
  return across[isLate.indexOf(true)] ?? 0;
}

function describe(layer: Layer, option: Option): PlannedLayer {
  const values = (isListed: (i: number) => boolean) =>
    layer.nodes.flatMap(({ node: { operation, scope }, makes }) => {
      const listed = makes.filter(isListed);
      const bytes = listed.reduce((n, i) => n + (layer.blocks[i]?.bytes ?? 0), 0);
      return listed.length > 0 ? [{ operation, scope, bytes }] : [];
    });
  const kept = values((i) => option.isHeld[i] as boolean);
  const recomputed = values((i) => option.dropped[i] as boolean);
  const bytes = (list: readonly { bytes: number }[]) => list.reduce((n, v) => n + v.bytes, 0);
  return {
    name: layer.name,
    kept,
    recomputed,
    keptBytes: bytes(kept),
    recomputedBytes: bytes(recomputed),
    cost: option.cost,
  };
}

function overBudget(mode: Mode, budget: number, least: number): CheckpointError {
  return new CheckpointError(
    "ERR_BUDGET",
    `a budget of ${budget} bytes can't be met: the least that mode ${mode} needs is ${least}`,
    least,
  );
}
