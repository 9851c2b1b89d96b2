// From what is known of the data to the sequences that attention is counted over.
// Work grows with the square of a length, so a mean stands for segments of one
// length only; their actual lengths are counted exactly.

import { type Facts, listFact, numberFact } from "@ryanstream/tensor";
import { ensure } from "./check.js";

interface Sizes {
  readonly batch: number;
  /** Of each row of the batch. */
  readonly queries: number;
  readonly keys: number;
  readonly segmented: boolean;
  /** Queries are a part of the positions. */
  readonly positioned: boolean;
}

export interface Sequence {
  readonly queries: number;
  readonly keys: number;
  readonly prompt: number;
  readonly segments?: readonly number[] | undefined;
  /** Pairs of one head that a dense implementation computes. */
  readonly dense: number;
  /** How many there are of it. */
  readonly times: number;
}

export function sequencesOf(of: Sizes, facts: Facts): Sequence[] {
  const lengths = of.segmented ? listFact(facts, "segmentLengths") : undefined;
  const prompt = of.positioned ? numberFact(facts, "promptLength", 0) : 0;
  if (lengths === undefined) return [ofMeanLength(of, facts, prompt)];
  const rows = rowsOf(of, lengths);
  if (of.positioned) return gathered(of, lengths, prompt);
  const { queries, keys } = of;
  return rows.map((segments) => ({
    ...{ queries, keys, segments, prompt: 0, times: 1 },
    dense: queries * keys,
  }));
}

function ofMeanLength({ batch, positioned, ...of }: Sizes, facts: Facts, prompt: number): Sequence {
  const length = of.segmented
    ? Math.min(of.keys, numberFact(facts, "segmentLength", of.keys))
    : of.keys;
  const segments = of.keys / length;
  const [queries, keys] = [Math.round(of.queries / segments), Math.round(length)];
  return {
    ...{ queries, keys, prompt: Math.min(keys, prompt), times: batch * segments },
    // Gathered queries stand for a dense pass in which each of them sees its own segment only.
    dense: queries * keys * (positioned ? 1 : segments),
  };
}

/** The segments of each row of the batch. */
function rowsOf({ batch, keys }: Sizes, lengths: readonly number[]): number[][] {
  const rows: number[][] = [[]];
  let left = keys;
  for (const length of lengths) {
    if (left === 0) {
      rows.push([]);
      left = keys;
    }
    rows.at(-1)?.push(length);
    left -= length;
    if (left < 0) break;
  }
  ensure(
    left === 0 && rows.length === batch && lengths.every((n) => Number.isSafeInteger(n) && n > 0),
    "ERR_ATTRIBUTE",
    () => `segmentLengths: expected lengths that fill ${batch} rows of ${keys}, found ${lengths}`,
  );
  return rows;
}

/** Each segment alone, with its share of the queries by what lies behind the prompt. */
function gathered({ batch, queries }: Sizes, lengths: readonly number[], prompt: number) {
  const behind = lengths.map((keys) => Math.max(0, keys - prompt));
  const room = behind.reduce((sum, n) => sum + n, 0);
  let passed = 0;
  let taken = 0;
  return lengths.map((keys, i): Sequence => {
    passed += room === 0 ? 1 / lengths.length : (behind[i] as number) / room;
    const own = Math.round(batch * queries * passed) - taken;
    taken += own;
    return { queries: own, keys, prompt: Math.min(keys, prompt), dense: own * keys, times: 1 };
  });
}
