// What a run costs, counted from the operations at concrete sizes: floating point
// operations that are executed, those that a dense implementation would execute,
// and bytes that move. Counts, not measurements: profile() measures.

import { bytesPerElement } from "./dtype.js";
import type { Dim, DimValue, Size } from "./extent.js";
import type { Graph } from "./graph.js";
import { type ConcreteType, type Facts, findOperation } from "./operation.js";
import type { Plan } from "./plan.js";
import { evaluate } from "./shape.js";
import { table } from "./table.js";
import type { TensorType } from "./type.js";

export interface Counts {
  readonly flops: number;
  readonly denseFlops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface CostRow extends Counts {
  readonly operation: string;
  readonly scope: string;
}

export interface Cost extends Counts {
  readonly rows: readonly CostRow[];
  /** The share of dense operations that are not executed. */
  readonly savedShare: number;
  toString(): string;
}

export function costOf(graph: Graph, plan: Plan, value: DimValue, facts: Facts): Cost {
  const concrete = (id: number): ConcreteType => {
    const { dtype, shape } = graph.values[id] as TensorType;
    const sizes = shape.map((s: Size) => evaluate(s, value));
    const elements = sizes.reduce((n, s) => n * s, 1);
    return { dtype, shape: sizes, elements, bytes: elements * bytesPerElement(dtype) };
  };
  const rows = plan.steps.map((node): CostRow => {
    const inputs = node.inputs.map(concrete);
    const outputs = node.outputs.map(concrete);
    const { attrs, operation, scope } = node;
    const counted = findOperation(operation).cost?.({ inputs, outputs, attrs, facts });
    const flops = counted?.flops ?? 0;
    const updated = outputs.slice(0, node.updates.length);
    return {
      operation,
      scope,
      flops,
      denseFlops: counted?.denseFlops ?? flops,
      bytesRead:
        counted?.bytesRead ?? bytes(inputs) + (operation === "assign" ? 0 : bytes(updated)),
      bytesWritten: counted?.bytesWritten ?? bytes(outputs),
    };
  });
  const total = (of: (row: CostRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const flops = total((r) => r.flops);
  const denseFlops = total((r) => r.denseFlops);
  const counts: Counts = {
    flops,
    denseFlops,
    bytesRead: total((r) => r.bytesRead),
    bytesWritten: total((r) => r.bytesWritten),
  };
  const savedShare = denseFlops === 0 ? 0 : 1 - flops / denseFlops;
  return { ...counts, rows, savedShare, toString: () => costTable(rows, counts, savedShare) };
}

/** Looks dims up by name; one that isn't given stands at its maximum. */
export function dimLookup(dims: Readonly<Record<string, number>>): DimValue {
  return (d: Dim) => dims[d.name] ?? d.max;
}

function bytes(types: readonly ConcreteType[]): number {
  return types.reduce((sum, t) => sum + t.bytes, 0);
}

function costTable(rows: readonly CostRow[], total: Counts, savedShare: number): string {
  const line = (name: string, scope: string, c: Counts) => [
    name,
    scope,
    String(c.flops),
    String(c.denseFlops),
    String(c.bytesRead),
    String(c.bytesWritten),
  ];
  const header = ["operation", "scope", "flops", "dense flops", "bytes read", "bytes written"];
  const body = rows.map((r) => line(r.operation, r.scope, r));
  const text = table(header, [...body, line("total", "", total)], [2, 3, 4, 5]);
  return `${text}\n${(100 * savedShare).toFixed(1)}% of dense operations saved`;
}
