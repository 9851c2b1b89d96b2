// What runs over paired seeds say of Ryan-Optimizer.

import type { Row } from "../rows.js";
import { median } from "../rows.js";
import { pairedMean } from "./paired.js";
import type { OptimizerName, RunResult, Setting } from "./train.js";
import type { Tuned } from "./tune.js";

/** A row with what its ratio lies between, of 1,000 such comparisons 999 times; in JSON `null` is no bound. */
export interface PairedRow extends Row {
  readonly interval: readonly [low: number, high: number];
  /** In how many seeds the target was reached; the ratio counts the others as if it was at the end. */
  readonly reached: number;
  readonly seeds: number;
}

const titles = { adamw: "AdamW", muon: "Muon" } as const;
// Of 30% and 8% fewer tokens.
const targets = { adamw: 1 / 0.7, muon: 1 / 0.92 } as const;

export function compare(
  setting: Setting,
  runs: ReadonlyMap<OptimizerName, readonly RunResult[]>,
  tuned: ReadonlyMap<OptimizerName, Tuned>,
): Row[] {
  const { name, batch, time, steps } = setting;
  const ours = runs.get("ryan") ?? [];
  const rows: Row[] = [];
  for (const [optimizer, results] of runs) {
    const { rate, weightDecay } = tuned.get(optimizer) as Tuned;
    const of = `${name}, ${optimizer} (rate ${rate}, decay ${weightDecay})`;
    rows.push(
      { name: `${of}: loss after ${steps} steps`, ours: meanOf(results, (r) => r.loss), unit: "" },
      { name: `${of}: step`, ours: median(results.map((r) => r.stepSeconds)), unit: "s" },
    );
  }
  for (const peer of ["adamw", "muon"] as const) {
    const theirs = runs.get(peer) ?? [];
    const pairs = ours.map((our, i) => pairOf(our, theirs[i] as RunResult, steps));
    const reached = pairs.filter((p) => p.reached).length;
    const common = { name, peer: titles[peer], reached, seeds: pairs.length };
    const tokens = batch * time;
    rows.push(
      pairedRow(common, "tokens", "M", {
        ours: pairs.map((p) => (p.ours * tokens) / 1e6),
        theirs: pairs.map((p) => (p.theirs * tokens) / 1e6),
        target: targets[peer],
      }),
      pairedRow(common, "time", "s", {
        ours: pairs.map((p) => p.ours * p.ourSeconds),
        theirs: pairs.map((p) => p.theirs * p.theirSeconds),
        target: 1,
      }),
    );
  }
  return rows;
}

interface Pair {
  readonly reached: boolean;
  /** Steps to the peer's final loss. */
  readonly ours: number;
  readonly theirs: number;
  readonly ourSeconds: number;
  readonly theirSeconds: number;
}

function pairOf(our: RunResult, their: RunResult, steps: number): Pair {
  const target = their.loss;
  const ours = crossing(our.curve, target);
  return {
    reached: ours !== undefined,
    ours: ours ?? steps,
    theirs: crossing(their.curve, target) ?? steps,
    ourSeconds: our.stepSeconds,
    theirSeconds: their.stepSeconds,
  };
}

/** Where a curve first is at a loss, between its points on a straight line. */
export function crossing(curve: RunResult["curve"], target: number): number | undefined {
  for (const [i, [step, loss]] of curve.entries()) {
    if (loss > target) continue;
    const [before, higher] = curve[i - 1] ?? [0, Infinity];
    if (!Number.isFinite(higher)) return step;
    return before + ((step - before) * (higher - target)) / (higher - loss);
  }
  return undefined;
}

function pairedRow(
  { name, peer, reached, seeds }: { name: string; peer: string; reached: number; seeds: number },
  what: string,
  unit: string,
  { ours, theirs, target }: { ours: readonly number[]; theirs: readonly number[]; target: number },
): PairedRow {
  const logs = ours.map((our, i) => Math.log((theirs[i] as number) / our));
  const { mean, low, high } = pairedMean(logs);
  const [ratio, least, most] = [Math.exp(mean), Math.exp(low), Math.exp(high)];
  const between = `99.9%: ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
  return {
    name: `${name}: ${what} to ${peer}'s final loss, reached in ${reached} of ${seeds} seeds (${between})`,
    ours: meanOf(ours, (x) => x),
    peer: meanOf(theirs, (x) => x),
    peerName: peer,
    unit,
    ratio,
    target,
    met: reached === seeds && ratio >= target,
    interval: [least, most],
    reached,
    seeds,
  };
}

function meanOf<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0) / all.length;
}
