// Time per operation of one run, beside what it computed.

import type { Cost } from "./cost.js";
import { table } from "./table.js";

export interface ProfileRow {
  readonly operation: string;
  readonly scope: string;
  readonly nanoseconds: number;
  readonly share: number;
  /** Executed operations per nanosecond: GFLOP/s. */
  readonly gigaflops: number;
  /** Bytes read and written per nanosecond: GB/s. */
  readonly gigabytes: number;
}

export interface Profile {
  readonly rows: readonly ProfileRow[];
  readonly nanoseconds: number;
  toString(): string;
}

export function profileOf(nanoseconds: Float64Array, cost: Cost): Profile {
  const total = nanoseconds.reduce((sum, ns) => sum + ns, 0);
  const rows = cost.rows.map((row, i): ProfileRow => {
    const ns = nanoseconds[i] ?? 0;
    const per = (amount: number) => (ns === 0 ? 0 : amount / ns);
    return {
      operation: row.operation,
      scope: row.scope,
      nanoseconds: ns,
      share: total === 0 ? 0 : ns / total,
      gigaflops: per(row.flops),
      gigabytes: per(row.bytesRead + row.bytesWritten),
    };
  });
  return { rows, nanoseconds: total, toString: () => profileTable(rows, total) };
}

function profileTable(rows: readonly ProfileRow[], total: number): string {
  const body = rows.map((r) => [
    r.operation,
    r.scope,
    (r.nanoseconds / 1000).toFixed(1),
    `${(100 * r.share).toFixed(1)}%`,
    r.gigaflops.toFixed(1),
    r.gigabytes.toFixed(1),
  ]);
  const sum = ["total", "", (total / 1000).toFixed(1), "100.0%", "", ""];
  const header = ["operation", "scope", "µs", "share", "GFLOP/s", "GB/s"];
  return table(header, [...body, sum], [2, 3, 4, 5]);
}
