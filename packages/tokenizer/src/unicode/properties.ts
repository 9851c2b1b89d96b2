// What Hugging Face tokenizers and tiktoken know of every code point, whatever the host's own
// version of Unicode: the general category, and a flag for each predicate. Where the tables
// of a predicate are of another age, the flag is what that predicate answers.

import { type Blocks, buildBlocks, CODE_POINTS } from "./blocks.js";
import { LENGTHS, PROPERTIES, RUNS } from "./data.js";
import type { Ranges } from "./ranges.js";
import { unpack } from "./unpack.js";

/** The bits of a property that are the index of the general category. */
export const CATEGORY_BITS = 31;

// In the order of tools/golden/tokenizer-unicode.py.
export const ALPHABETIC = 1 << 5;
export const WHITE_SPACE = 1 << 6;
export const LOWERCASE = 1 << 7;
export const UPPERCASE = 1 << 8;
export const NUMERIC = 1 << 9;
export const PUNCTUATION = 1 << 10;
export const COMBINING_MARK = 1 << 11;
export const BERT_ACCENT = 1 << 12;
export const BERT_REMOVED = 1 << 13;
export const BERT_CHINESE = 1 << 14;
export const INERT = 1 << 15;

interface Runs {
  /** Where each run begins; one more entry ends the last. */
  readonly starts: Uint32Array;
  /** Index in PROPERTIES of each run. */
  readonly indices: Uint8Array;
}

let runs: Runs | undefined;
let table: Blocks | undefined;

function readRuns(): Runs {
  const lengths = unpack(LENGTHS);
  const starts = new Uint32Array(lengths.length + 1);
  for (let run = 0; run < lengths.length; run++) {
    starts[run + 1] = (starts[run] as number) + (lengths[run] as number) + 1;
  }
  return { starts, indices: Uint8Array.from(unpack(RUNS)) };
}

function readTable(): Blocks {
  runs ??= readRuns();
  return buildBlocks(runs.starts, runs.indices, runs.indices.length);
}

/** The category and the flags of a code point (0..0x10FFFF). */
export function propertyOf(codePoint: number): number {
  table ??= readTable();
  const block = table.blocks[codePoint >> 7] as number;
  const index = table.values[(block << 7) | (codePoint & 127)] as number;
  return PROPERTIES[index] as number;
}

/** The code points of the runs for which `has` is true: of their properties, or of what `values` has for them. */
export function rangesWhere(
  has: (property: number) => boolean,
  values?: ArrayLike<number>,
): Ranges {
  runs ??= readRuns();
  const { starts, indices } = runs;
  const ranges: number[] = [];
  for (let run = 0; run < indices.length; run++) {
    const value = values?.[run] ?? (PROPERTIES[indices[run] as number] as number);
    if (has(value) !== ((ranges.length & 1) === 1)) ranges.push(starts[run] as number);
  }
  if (ranges.length & 1) ranges.push(CODE_POINTS);
  return ranges;
}
