// What was decided, for people as a table and for programs as plain data.

import { table } from "@ryanstream/tensor";
import type { Mode } from "./smart-checkpoint.js";

/** What an operation of the forward pass makes for the backward pass. */
export interface PlannedValue {
  readonly operation: string;
  readonly scope: string;
  readonly bytes: number;
}

export interface PlannedLayer {
  readonly name: string;
  /** Held in memory from the forward to the backward pass. */
  readonly kept: readonly PlannedValue[];
  /** Made again in the backward pass, with what is made on the way to it. */
  readonly recomputed: readonly PlannedValue[];
  readonly keptBytes: number;
  readonly recomputedBytes: number;
  /** Of what runs twice, in the plan's unit. */
  readonly cost: number;
}

export interface CheckpointPlanData {
  readonly mode: Mode;
  readonly budget: number | undefined;
  /** The arena of the new program: `program.memory.arenaBytes`. */
  readonly arenaBytes: number;
  /** The most that is live at once in it; what `arenaBytes` has more is lost between values. */
  readonly liveBytes: number;
  /** Bytes that are live between the forward and the backward pass. */
  readonly heldBytes: number;
  /** The same of the program that was given. */
  readonly before: { readonly arenaBytes: number; readonly heldBytes: number };
  /** `"ns"`: measured nanoseconds; `"counted"`: operations, and eight for each byte moved. */
  readonly unit: "ns" | "counted";
  /** Of what runs twice. */
  readonly cost: number;
  /** Of a step of the program that was given. */
  readonly stepCost: number;
  /**
   * No plan that recomputes within layers is cheaper and has as little live at once. The arena has some bytes more where
   * values lie apart, so a cheaper plan might still fit a budget. Always true for other modes than `auto`.
   */
  readonly isExact: boolean;
  readonly layers: readonly PlannedLayer[];
}

export class CheckpointPlan {
  readonly data: CheckpointPlanData;

  constructor(data: CheckpointPlanData) {
    this.data = data;
  }

  toJSON(): CheckpointPlanData {
    return this.data;
  }

  toString(): string {
    const { layers, cost, stepCost, unit, arenaBytes, heldBytes, before } = this.data;
    const share = (part: number) => `${((100 * part) / (stepCost || 1)).toFixed(1)}%`;
    const time = (part: number) => (unit === "ns" ? (part / 1e6).toFixed(2) : part.toPrecision(4));
    const rows = layers.map((layer) => [
      layer.name,
      names(layer.kept),
      mebibytes(layer.keptBytes),
      names(layer.recomputed),
      mebibytes(layer.recomputedBytes),
      time(layer.cost),
      share(layer.cost),
    ]);
    const sum = (of: (layer: PlannedLayer) => number) => layers.reduce((n, l) => n + of(l), 0);
    const total = [
      "total",
      "",
      mebibytes(sum((l) => l.keptBytes)),
      "",
      mebibytes(sum((l) => l.recomputedBytes)),
      time(cost),
      share(cost),
    ];
    const head = [
      "layer",
      "kept",
      "MiB",
      "recomputed",
      "MiB",
      unit === "ns" ? "ms" : "counted",
      "of a step",
    ];
    const text = table(head, [...rows, total], [2, 4, 5, 6]);
    return [
      text,
      `arena ${mebibytes(arenaBytes)} MiB, before ${mebibytes(before.arenaBytes)}; ` +
        `held for the backward pass ${mebibytes(heldBytes)} MiB, before ${mebibytes(before.heldBytes)}`,
    ].join("\n");
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2);
}

/** Equal operations once, with how many there are. */
function names(values: readonly PlannedValue[]): string {
  const counts = new Map<string, number>();
  for (const { operation } of values) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  const all = [...counts].map(([name, n]) => (n === 1 ? name : `${n} ${name}`));
  return all.join(", ") || "nothing";
}
