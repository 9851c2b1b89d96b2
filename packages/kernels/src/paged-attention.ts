// Attention for serving: each row is the next position of some sequence, whose
// keys and values lie in pages. A row gives the same bits alone, in a batch, in a
// chunk of a prompt, and wherever its pages lie.

import {
  type ConcreteType,
  defineOperation,
  emit,
  f32,
  numberFact,
  type Operand,
  type Size,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { keyRun, padded } from "./attention-cost.js";
import { ensure, expectAttribute, expectCount, fixed, operand } from "./check.js";
import type { KvPages } from "./paged-cache.js";

const halves = ["f32", "bf16", "f16"] as const;

/** Checks the pages of a layer. */
function pagesOf(keys: TensorType, values: TensorType, pageSize: number) {
  const k = operand([keys], 0, "key pages", halves, [undefined, undefined, undefined, pageSize]);
  const [pages, G, D] = k.shape as readonly [Size, Size, Size, Size];
  const v = operand([values], 0, "value pages", k.dtype, [pages, G, pageSize, undefined]);
  expectAttribute(
    Number.isSafeInteger(pageSize) && pageSize > 0 && pageSize % 16 === 0,
    () => `expected pages of a multiple of 16 positions, found ${pageSize}`,
  );
  return { G, D, E: v.shape[3] as Size };
}

/** Checks the sequence and position of each row, and the page table. */
function rowsOf(inputs: readonly TensorType[], first: number, rows: Size): void {
  operand(inputs, first, "seq", "i32", [rows]);
  operand(inputs, first + 1, "pos", "i32", [rows]);
  operand(inputs, first + 2, "table", "i32", [undefined, undefined]);
}

const writeOperation = defineOperation<{ readonly pageSize: number }>({
  name: "kv_write",
  attributes: ["pageSize"],
  updates: 2,
  infer(inputs, { pageSize }, updates) {
    expectCount(inputs, 5);
    const keys = operand(updates, 0, "key pages", halves);
    const values = operand(updates, 1, "value pages", halves);
    const { G, D, E } = pagesOf(keys, values, pageSize);
    const rows = operand(inputs, 0, "k", "f32", [undefined, G, D]).shape[0] as Size;
    operand(inputs, 1, "v", "f32", [rows, G, E]);
    rowsOf(inputs, 2, rows);
    return [];
  },
  cost({ inputs: [k, v] }) {
    const bytes = (k?.bytes ?? 0) + (v?.bytes ?? 0);
    return { flops: 0, bytesRead: bytes, bytesWritten: bytes };
  },
});

type PagedAttributes = {
  readonly scale: number;
  readonly window: number;
  readonly pageSize: number;
};

const pagedOperation = defineOperation<PagedAttributes>({
  name: "paged_attention",
  attributes: ["scale", "window", "pageSize"],
  infer(inputs, { scale, window, pageSize }) {
    expectCount(inputs, 6);
    const keys = operand(inputs, 1, "key pages", halves);
    const { G, D, E } = pagesOf(keys, operand(inputs, 2, "value pages", halves), pageSize);
    const q = operand(inputs, 0, "q", "f32", [undefined, undefined, D]);
    const [rows, H] = q.shape as readonly [Size, Size, Size];
    const [heads, keyHeads] = [fixed(H, "heads"), fixed(G, "key heads")];
    ensure(
      heads % keyHeads === 0,
      "ERR_SHAPE",
      () => `${heads} query heads can't be shared among ${keyHeads} key heads`,
    );
    rowsOf(inputs, 3, rows);
    expectAttribute(Number.isFinite(scale), () => `expected a finite scale, found ${scale}`);
    expectAttribute(
      Number.isSafeInteger(window) && window >= 0,
      () => `expected a window of whole keys, found ${window}`,
    );
    return [f32(rows, H, E)];
  },
  cost({ inputs, attrs, facts }) {
    const [q, keys, values, , , table] = inputs as readonly ConcreteType[];
    const [rows = 0, heads = 0, d = 0] = q?.shape ?? [];
    const e = values?.shape[3] ?? 0;
    const [sequences = 0, maxPages = 0] = table?.shape ?? [];
    const context = numberFact(facts, "contextLength", maxPages * attrs.pageSize);
    const seen = attrs.window > 0 ? Math.min(attrs.window, context) : context;
    const scored = Math.ceil(seen / keyRun) * keyRun;
    const bytesPerKey = keys === undefined ? 0 : keys.bytes / Math.max(1, keys.elements);
    const cached = Math.min(rows, sequences) * seen * (keys?.shape[1] ?? 0) * (d + e) * bytesPerKey;
    return {
      flops: 2 * rows * heads * (scored * d + seen * padded(e)),
      denseFlops: 2 * rows * heads * context * (d + e),
      bytesRead: (q?.bytes ?? 0) + cached,
    };
  },
});

/** Where the rows of a step stand. */
export interface PagedRows {
  /** `i32[R]`: the sequence of each row, a row of the table. */
  readonly seq: Operand<"i32">;
  /** `i32[R]`: its position in the sequence, from 0. */
  readonly pos: Operand<"i32">;
  /** `i32[sequences, maxPages]`: the pages of each sequence. Entries that no row reaches may hold anything. */
  readonly table: Operand<"i32">;
}

function pageSizeOf(pages: KvPages): number {
  return fixed(pages.keys.shape[3], "the page size");
}

/**
 * Puts the keys and values of this step's rows into their pages. Rows must be different positions.
 *
 * @param k `f32[R, G, D]`, rotated already
 * @param v `f32[R, G, E]`
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`. A run with a position or page outside fails with
 *   `ERR_VALUE` before anything is written.
 *
 * @example
 * kvWrite(k, v, cache.layers[i], { seq, pos, table });
 */
export function kvWrite(
  k: Operand<"f32">,
  v: Operand<"f32">,
  pages: KvPages,
  { seq, pos, table }: PagedRows,
): void {
  const attrs = { pageSize: pageSizeOf(pages) };
  emit(writeOperation, [k, v, seq, pos, table], attrs, [pages.keys, pages.values]);
}

export interface PagedAttentionOptions {
  /** Multiplies the scores. Default: `1 / sqrt(D)`. */
  scale?: number;
  /** How many keys a row sees at most, itself included. Default: all. */
  window?: number | undefined;
}

/**
 * Attention of each row over positions `0` to `pos` of its sequence. Call it after {@link kvWrite}: a row
 * sees itself.
 *
 * @param q `f32[R, H, D]`, rotated already
 * @param pages the layer's pages, `G` a divisor of `H`
 * @returns `f32[R, H, E]`. Equal to the bit to {@link fusedAttention} of the whole sequence when the pages
 *   are f32.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`. A run with a position or page outside
 *   fails with `ERR_VALUE`. It has no gradient.
 *
 * `program.cost()` takes the fact `contextLength`: the mean number of positions that a row sees. Without
 * it, a row sees as many as the table has room for.
 *
 * @example
 * const o = pagedAttention(q, cache.layers[i], { seq, pos, table });
 */
export function pagedAttention(
  q: Operand<"f32">,
  pages: KvPages,
  { seq, pos, table }: PagedRows,
  options: PagedAttentionOptions = {},
): Sym<"f32"> {
  const { scale = 1 / Math.sqrt(fixed(q.shape[2], "the dimension of a head")), window = 0 } =
    options;
  const attrs = { scale, window, pageSize: pageSizeOf(pages) };
  const operands = [q, pages.keys, pages.values, seq, pos, table];
  return emit(pagedOperation, operands, attrs)[0] as Sym<"f32">;
}
