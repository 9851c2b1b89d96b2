// Keys and values of many sequences in pages of a fixed number of positions. Which
// pages a sequence has is said by a table that each run is given, so that
// sequences grow, share prefixes and end without any memory being moved.

import {
  bf16,
  type FloatDType,
  f16,
  f32,
  i32,
  type Spec,
  type State,
  state,
} from "@ryanstream/tensor";
import { expectAttribute } from "./check.js";

/** The pages of one layer. */
export interface KvPages<D extends FloatDType = FloatDType> {
  readonly keys: State<D>; // [pages, G, D, pageSize]: transposed, so that adjacent keys are adjacent
  readonly values: State<D>; // [pages, G, pageSize, E]
}

export interface PagedCacheOptions<D extends FloatDType = FloatDType> {
  readonly layers: number;
  /** Key heads. */
  readonly heads: number;
  /** Dimensions of a key. */
  readonly headDim: number;
  /** Dimensions of a value. Default: `headDim`. */
  readonly valueDim?: number;
  /** Pages of each layer, for all sequences together. */
  readonly pages: number;
  /** Positions of a page; a multiple of 16. Default: 64. */
  readonly pageSize?: number;
  /** Rows of the page table: sequences that are alive at once. */
  readonly sequences: number;
  /** Columns of the page table: pages of the longest sequence. */
  readonly maxPages: number;
  /** Default: `"f32"`. */
  readonly dtype?: D;
}

export interface PagedCache<D extends FloatDType = FloatDType> {
  readonly layers: readonly KvPages<D>[];
  /** The type of the page table: entry `[s, i]` is the page with positions `i * pageSize` and on of sequence `s`. */
  readonly table: Spec<"i32">;
  readonly pageSize: number;
  /** Positions that a sequence can have. */
  readonly capacity: number;
  /** All layers together. */
  readonly byteLength: number;
  /** Of one position in all layers. */
  readonly bytesPerPosition: number;
  dispose(): void;
  [Symbol.dispose](): void;
}

const specs = { f32, bf16, f16 } as const;

/**
 * Makes the states that {@link kvWrite} fills and {@link pagedAttention} reads.
 *
 * @param name prefix of the states' names: `kv.0.keys`.
 * @throws `TensorError` `ERR_ATTRIBUTE` for sizes that can't be.
 * @see Kwon et al., "Efficient Memory Management for Large Language Model Serving with PagedAttention", 2023,
 *   arXiv 2309.06180, section 4.
 *
 * @example
 * const cache = pagedCache("kv", {
 *   layers: 2, heads: 4, headDim: 64, pages: 256, sequences: 8, maxPages: 64, dtype: "bf16",
 * });
 * const step = program({ tokens: i32(R), seq: i32(R), pos: i32(R), table: cache.table }, …);
 */
export function pagedCache<D extends FloatDType = "f32">(
  name: string,
  options: PagedCacheOptions<D>,
): PagedCache<D> {
  const { layers, heads, headDim, valueDim = headDim, pages, pageSize = 64 } = options;
  const { sequences, maxPages, dtype = "f32" } = options;
  const sizes = { layers, heads, headDim, valueDim, pages, pageSize, sequences, maxPages };
  for (const [what, size] of Object.entries(sizes)) {
    expectAttribute(
      Number.isSafeInteger(size) && size > 0,
      () => `pagedCache: ${what} must be a positive integer, found ${size}`,
    );
  }
  expectAttribute(
    pageSize % 16 === 0,
    () => `pagedCache: pageSize must be a multiple of 16, found ${pageSize}`,
  );
  const spec = specs[dtype] as (...shape: number[]) => Spec<D>;
  const all = Array.from({ length: layers }, (_, i) => ({
    keys: state(`${name}.${i}.keys`, spec(pages, heads, headDim, pageSize)),
    values: state(`${name}.${i}.values`, spec(pages, heads, pageSize, valueDim)),
  }));
  const byteLength = all.reduce((n, l) => n + l.keys.byteLength + l.values.byteLength, 0);
  function dispose(): void {
    for (const { keys, values } of all) {
      keys.dispose();
      values.dispose();
    }
  }
  return {
    layers: all,
    table: i32(sequences, maxPages),
    pageSize,
    capacity: maxPages * pageSize,
    byteLength,
    bytesPerPosition: byteLength / (pages * pageSize),
    dispose,
    [Symbol.dispose]: dispose,
  };
}
