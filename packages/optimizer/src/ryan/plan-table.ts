// A plan as a table: matrices that are served alike share a line.

import type { OrthogonalizationPlan, PlannedMatrix } from "./plan.js";

type Plan = Pick<OrthogonalizationPlan, "matrices" | "stepFlops" | "flops" | "share" | "limit">;

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
const giga = (flops: number) => (flops / 1e9).toPrecision(4);

export function planTable({ matrices, stepFlops, flops, share, limit }: Plan): string {
  const alike = new Map<string, PlannedMatrix[]>();
  for (const matrix of matrices) {
    const { rows, columns, form, iterations, period } = matrix;
    const key = [rows, columns, form, iterations, period].join();
    alike.set(key, [...(alike.get(key) ?? []), matrix]);
  }
  const lines = [...alike.values()].map((all) => {
    const { rows, columns, form, iterations, period } = all[0] as PlannedMatrix;
    const total = (of: (m: PlannedMatrix) => number) => all.reduce((sum, m) => sum + of(m), 0);
    return [
      `${rows}x${columns}`,
      `${all.length}`,
      form,
      `${iterations}`,
      period === Infinity ? "never" : `${period}`,
      giga(total((m) => m.flops)),
      percent(total((m) => m.share)),
    ];
  });
  const head = ["matrix", "count", "form", "iterations", "period", "GFLOP a step", "share"];
  const cells = [
    head,
    ...lines,
    ["all", `${matrices.length}`, "", "", "", giga(flops), percent(share)],
  ];
  const widths = head.map((_, i) => Math.max(...cells.map((line) => (line[i] as string).length)));
  const table = cells.map((line) =>
    line
      .map((cell, i) =>
        i === 0 || i === 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const step = Number.isFinite(stepFlops) ? `${giga(stepFlops)} GFLOP` : "unknown";
  return `${table.join("\n")}\nforward and backward: ${step}; at most ${percent(limit)} of the step`;
}
