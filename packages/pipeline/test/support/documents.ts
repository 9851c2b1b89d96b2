import fc from "fast-check";
import type { LossRun, TokenDocument } from "../../src/index.js";

/** Ascending runs within `length`, from cut points. */
const runs = (length: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: length }), { maxLength: 8 })
    .map((cuts) => cuts.sort((a, b) => a - b))
    .map((cuts) =>
      cuts.flatMap((cut, i): LossRun[] => (i % 2 === 1 ? [[cuts[i - 1] as number, cut]] : [])),
    );

/** A document of at most `most` tokens, with or without loss runs. */
export const document = (vocabularySize: number, most: number): fc.Arbitrary<TokenDocument> =>
  fc.array(fc.integer({ min: 0, max: vocabularySize - 1 }), { maxLength: most }).chain((ids) =>
    fc.record({
      tokens: fc.constantFrom(Int32Array.from(ids), Uint32Array.from(ids)),
      loss: fc.option(runs(ids.length), { nil: undefined }),
    }),
  );

/** Documents of given lengths, every token of which is different. */
export function numbered(lengths: readonly number[]): TokenDocument[] {
  let next = 0;
  return lengths.map((length) => ({ tokens: Int32Array.from({ length }, () => next++) }));
}
