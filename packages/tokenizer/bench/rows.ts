// What the benchmark prints: rows of one shape, as a table for people or as JSON lines.

export interface Row {
  readonly name: string;
  /** Absent where ours could not be measured. */
  readonly ours?: number | undefined;
  /** What ours is held against: a peer's figure or a limit. */
  readonly peer?: number | undefined;
  readonly peerName?: string | undefined;
  readonly unit: string;
  /** How many times better ours is: the median of the ratios within rounds. */
  readonly ratio?: number | undefined;
  /** The least and the greatest of those. */
  readonly range?: readonly [number, number] | undefined;
  /** The least ratio asked for. */
  readonly target?: number | undefined;
  readonly met?: boolean | undefined;
}

export interface Note {
  readonly note: string;
}

export type Line = Row | Note;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** A row for a figure that must not exceed `limit`; its ratio is how far below it stays. */
export function below(name: string, unit: string, ours: number | undefined, limit: number): Row {
  const known = ours !== undefined && Number.isFinite(ours);
  return {
    name,
    ours,
    peer: limit,
    peerName: "limit",
    unit,
    ...(known ? { ratio: limit / ours, target: 1, met: ours <= limit } : {}),
  };
}

const figure = (x: number | undefined): string =>
  x === undefined || Number.isNaN(x)
    ? ""
    : Math.abs(x) >= 100
      ? x.toFixed(0)
      : Math.abs(x) < 0.01
        ? x.toFixed(3)
        : x.toPrecision(3);

const HEAD = ["", "ours", "unit", "peer", "which", "ratio", "range", "target"];
const RIGHT = new Set([1, 3, 5]);

export function printLines(lines: readonly Line[], json: boolean): void {
  if (json) {
    for (const line of lines) console.log(JSON.stringify(line));
    return;
  }
  const rows = lines.filter((line): line is Row => "name" in line);
  const cells = rows.map((row) => [
    row.name,
    figure(row.ours),
    row.unit,
    figure(row.peer),
    row.peerName ?? "",
    figure(row.ratio),
    row.range ? `${figure(row.range[0])}-${figure(row.range[1])}` : "",
    row.target === undefined ? "" : `${figure(row.target)} ${row.met ? "met" : "MISSED"}`,
  ]);
  const widths = HEAD.map((title, i) =>
    Math.max(title.length, ...cells.map((cell) => cell[i]?.length ?? 0)),
  );
  const print = (line: readonly string[]) =>
    console.log(
      line
        .map((c, i) => (RIGHT.has(i) ? c.padStart(widths[i] ?? 0) : c.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    );
  if (rows.length > 0) [HEAD, ...cells].forEach(print);
  for (const line of lines) if ("note" in line) console.log(`  ${line.note}`);
}
