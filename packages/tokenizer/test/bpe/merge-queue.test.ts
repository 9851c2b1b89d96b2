// The queue against merging as it is defined: the lowest rank first, the leftmost of equals.

import fc from "fast-check";
import { expect, it } from "vitest";
import { MergeQueue } from "../../src/bpe/merge-queue.js";
import { PairTable } from "../../src/bpe/pair-table.js";

interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

function naive(tokens: readonly number[], merges: readonly Merge[], ranks: readonly number[]) {
  const all = [...tokens];
  for (;;) {
    let best = -1;
    let found: { rank: number; merged: number } | undefined;
    for (let i = 0; i + 1 < all.length; i++) {
      const m = merges.findIndex(({ left, right }) => left === all[i] && right === all[i + 1]);
      const rank = ranks[m];
      if (m < 0 || rank === undefined || (found !== undefined && rank >= found.rank)) continue;
      found = { rank, merged: (merges[m] as Merge).merged };
      best = i;
    }
    if (found === undefined) return all;
    all.splice(best, 2, found.merged);
  }
}

/**
 * A vocabulary of strings over few letters, and every pair that spells one of them with a rank: one for
 * each pair in any order, as in lists of merges, or one for each string, as in rank files.
 */
const vocabulary = fc
  .record({
    words: fc.uniqueArray(
      fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 5 }),
      {
        maxLength: 14,
      },
    ),
    shuffle: fc.infiniteStream(fc.nat(1e6)),
    perPair: fc.boolean(),
  })
  .map(({ words, shuffle, perPair }) => {
    const contents = ["a", "b", "c", ...words];
    const merges: Merge[] = [];
    for (const [merged, content] of contents.entries()) {
      for (let cut = 1; cut < content.length; cut++) {
        const left = contents.indexOf(content.slice(0, cut));
        const right = contents.indexOf(content.slice(cut));
        if (left >= 0 && right >= 0) merges.push({ left, right, merged });
      }
    }
    const order = (count: number) => {
      const keys = Array.from({ length: count }, () => shuffle.next().value as number);
      const places = [...keys.keys()].sort((a, b) => (keys[a] as number) - (keys[b] as number));
      return keys.map((_, i) => places.indexOf(i));
    };
    const byString = order(contents.length);
    const ranks = perPair
      ? order(merges.length)
      : merges.map(({ merged }) => byString[merged] as number);
    return { merges, ranks };
  });

it("merges as it is defined, with any order of ranks, one for a pair or one for a string", () => {
  const queue = new MergeQueue();
  fc.assert(
    fc.property(
      vocabulary,
      fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2, -5), { maxLength: 60 }),
      ({ merges, ranks }, tokens) => {
        const pairs = new PairTable(merges.length);
        for (const [i, { left, right, merged }] of merges.entries()) {
          pairs.add(left, right, ranks[i] as number, merged);
        }
        queue.tokens(tokens.length).set(tokens);
        const out = new Int32Array(tokens.length + 3).fill(-1);
        const end = queue.merge(pairs, tokens.length, out, 3);
        expect([...out.subarray(3, end)]).toEqual(naive(tokens, merges, ranks));
      },
    ),
    { seed: 2, numRuns: 3000 },
  );
});

it("merges a long run, and the next short one", () => {
  const pairs = new PairTable(2);
  pairs.add(0, 0, 7, 1);
  pairs.add(1, 1, 3, 2);
  const queue = new MergeQueue();
  for (const count of [1_000_002, 5]) {
    queue.tokens(count).fill(0, 0, count);
    const out = new Int32Array(count);
    const end = queue.merge(pairs, count, out, 0);
    const rest = count % 4;
    const tail = [...(rest >= 2 ? [1] : []), ...(rest % 2 === 1 ? [0] : [])];
    expect(end).toBe(Math.floor(count / 4) + tail.length);
    expect(out.subarray(0, end - tail.length).every((token) => token === 2)).toBe(true);
    expect([...out.subarray(end - tail.length, end)]).toEqual(tail);
  }
});
