// What a program saves against a dense implementation, by where it is saved. The
// dense count is that of the reference: every position through every layer, every
// pair of positions in attention, the head everywhere.

import type { Cost } from "@ryanstream/tensor";

export interface FlopSaving {
  /** The operation that skips work, or what the program leaves out altogether. */
  readonly what: string;
  readonly flops: number;
  /** Of the dense operations. Negative for what costs more than it would densely. */
  readonly share: number;
}

export interface FlopSavings {
  readonly denseFlops: number;
  readonly executedFlops: number;
  /** `1 - executed / dense` */
  readonly savedShare: number;
  readonly items: readonly FlopSaving[];
  toString(): string;
}

/**
 * Itemises the floating point operations that are saved.
 *
 * @param reference `program.cost()` of the program that computes every position, with the facts of the data.
 * @param executed `program.cost()` of a program that gives the same results and leaves positions out.
 *   Default: `reference`.
 *
 * @example
 * console.log(String(flopSavings(full.cost(dims, { lossShare: 0.6 }), compact.cost(dims))));
 */
export function flopSavings(reference: Cost, executed: Cost = reference): FlopSavings {
  const { denseFlops } = reference;
  const byOperation = new Map<string, number>();
  for (const { operation, flops, denseFlops: dense } of reference.rows) {
    if (dense !== flops) {
      byOperation.set(operation, (byOperation.get(operation) ?? 0) + dense - flops);
    }
  }
  const item = (what: string, flops: number) => ({ what, flops, share: flops / denseFlops });
  const items = [...byOperation].map(([operation, flops]) => item(operation, flops));
  const left = reference.flops - executed.flops;
  if (left !== 0) items.push(item("positions left out", left));
  const savings = {
    denseFlops,
    executedFlops: executed.flops,
    savedShare: denseFlops === 0 ? 0 : 1 - executed.flops / denseFlops,
    items,
  };
  return { ...savings, toString: () => describe(savings) };
}

function describe({
  denseFlops,
  executedFlops,
  savedShare,
  items,
}: Omit<FlopSavings, "toString">): string {
  const [unit, size] = denseFlops < 1e9 ? ["MFLOP", 1e6] : ["GFLOP", 1e9];
  const line = (flops: number, share: number, what: string) =>
    `${(flops / size).toFixed(3).padStart(12)} ${unit} ${`${(100 * share).toFixed(1)}%`.padStart(7)}  ${what}`;
  return [
    line(denseFlops, 1, "dense"),
    ...items.map(({ what, flops, share }) => line(-flops, -share, what)),
    line(executedFlops, 1 - savedShare, "executed"),
  ].join("\n");
}
