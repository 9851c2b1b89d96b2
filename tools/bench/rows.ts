// What every benchmark prints: rows of one shape, as a table for people or as
// JSON lines, and the machine they were measured on.

import { native } from "@ryanstream/native-kernels";

export interface Row {
  readonly name: string;
  readonly ours: number;
  /** What ours is held against: a peer's figure, a measured ceiling or a limit. */
  readonly peer?: number | undefined;
  readonly peerName?: string | undefined;
  readonly unit: string;
  /** How many times better ours is; for a ceiling, the share of it. */
  readonly ratio?: number | undefined;
  /** The least ratio asked for. */
  readonly target?: number | undefined;
  readonly met?: boolean | undefined;
  /** What the machine was measured to do at most, in the same unit, and ours as a share of it. */
  readonly ceiling?: number | undefined;
  readonly share?: number | undefined;
}

export interface Skipped {
  readonly skipped: string;
  readonly why: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

const figure = (x: number | undefined): string =>
  x === undefined ? "" : x >= 100 ? x.toFixed(0) : x.toPrecision(3);

export function printRows(rows: readonly (Row | Skipped)[], json: boolean): void {
  if (json) {
    for (const row of rows) console.log(JSON.stringify(row));
    return;
  }
  const device = native().devices()[0];
  console.log(
    `${device?.name}, ${device?.isa}, ${device?.threads} threads, Node ${process.version}\n`,
  );
  const cells = rows.map((row) =>
    "skipped" in row
      ? [row.skipped, "skipped", row.why, "", "", "", "", ""]
      : [
          row.name,
          figure(row.ours),
          row.unit,
          figure(row.peer),
          row.peerName ?? "",
          figure(row.ratio),
          row.target === undefined ? "" : `${figure(row.target)} ${row.met ? "met" : "MISSED"}`,
          row.share === undefined
            ? ""
            : `${(100 * row.share).toFixed(0)}% of ${figure(row.ceiling)}`,
        ],
  );
  const head = ["", "ours", "unit", "peer", "which", "ratio", "target", "ceiling"];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((c) => c[i]?.length ?? 0)),
  );
  for (const line of [head, ...cells]) {
    console.log(
      line
        .map((cell, i) =>
          i === 1 || i === 3 || i === 5
            ? cell.padStart(widths[i] ?? 0)
            : cell.padEnd(widths[i] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    );
  }
}
