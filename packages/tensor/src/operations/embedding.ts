// Rows of a table, picked by number.

import { expectDtype, expectRank, input } from "../check.js";
import type { Size } from "../extent.js";
import { defineOperation } from "../operation.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";

const embeddingOperation = defineOperation<Record<never, never>>({
  name: "embedding",
  infer(inputs) {
    const table = input(inputs, 0);
    const ids = input(inputs, 1);
    expectDtype("table", table, "f32", "bf16", "f16");
    expectRank("table", table, 2);
    expectDtype("ids", ids, "i32");
    return [{ dtype: "f32", shape: [...ids.shape, table.shape[1] as Size] }];
  },
  adjoint({ input, needed, cotangent }) {
    if (!needed[0]) return [];
    const rows = { rows: [input(0).shape[0] as Size] };
    return emit(embeddingGrad, [input<"i32">(1), cotangent(0)], rows) as Sym<"f32">[];
  },
  // Only the rows that are picked are read.
  cost: ({ inputs, outputs }) => {
    const [table, ids] = inputs;
    const width = (table?.bytes ?? 0) / Math.max(1, table?.elements ?? 0);
    return { flops: 0, bytesRead: (ids?.bytes ?? 0) + width * (outputs[0]?.elements ?? 0) };
  },
});

const embeddingGrad = defineOperation<{ rows: readonly Size[] }>({
  name: "embedding_grad",
  infer: (inputs, { rows }) => [
    { dtype: "f32", shape: [rows[0] as Size, input(inputs, 1).shape.at(-1) as Size] },
  ],
  cost: ({ inputs }) => ({ flops: inputs[1]?.elements ?? 0 }),
});

/** `table[id]` for each id. A run with an id outside the table fails with ERR_VALUE. */
export function embedding(table: Operand<"f32" | "bf16" | "f16">, ids: Operand<"i32">): Sym<"f32"> {
  return emit(embeddingOperation, [table, ids], {})[0] as Sym<"f32">;
}
