// Unigram with SentencePiece's sums: single precision, and 0 again beyond 100 000.
// The reference looks forward from each place, as SentencePiece does.

import fc from "fast-check";
import { expect, it } from "vitest";
import { Unigram } from "../../src/models/unigram.js";
import { tokensOf, vocabularyOf } from "./support.js";

type Pieces = readonly (readonly [content: string, score: number])[];

function reference(pieces: Pieces, text: string): number[] {
  const scores = pieces.map(([, score]) => Math.fround(score));
  const unknown = Math.fround(Math.min(...scores) - 10);
  const best: { sum: number; from: number; id: number }[] = [{ sum: 0, from: 0, id: -1 }];
  for (let from = 0; from < text.length; from++) {
    const till = best[from]?.sum as number;
    const reset = Math.abs(till) > 100_000;
    if (reset) {
      best.forEach((node, at) => {
        if (at >= from) node.sum = Math.fround(node.sum - till);
      });
    }
    const offer = (to: number, id: number, score: number) => {
      const sum = Math.fround(score + (reset ? 0 : till));
      const node = best[to];
      if (node === undefined || sum > node.sum) best[to] = { sum, from, id };
    };
    let single = false;
    for (let to = from + 1; to <= text.length; to++) {
      const id = pieces.findIndex(([content]) => content === text.slice(from, to));
      if (id < 0) continue;
      offer(to, id, scores[id] as number);
      if (to === from + 1) single = true;
    }
    if (!single) offer(from + 1, 0, unknown);
  }
  const ids: number[] = [];
  for (let at = text.length; at > 0; at = best[at]?.from as number) {
    const id = best[at]?.id as number;
    if (id !== 0 || ids.at(-1) !== 0) ids.push(id); // runs of unknown tokens are one
  }
  return ids.reverse();
}

it("single precision gives SentencePiece's ids", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
  const score = fc.constantFrom(-0.1, -0.2, -0.3, -3.7, -20_000.1, -30_000.7);
  const pieces = fc.uniqueArray(fc.tuple(word, score), {
    selector: ([content]) => content,
    minLength: 1,
    maxLength: 16,
  });
  const texts = fc.array(
    fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 60 }),
    { minLength: 5 },
  );
  fc.assert(
    fc.property(pieces, texts, (words, inputs) => {
      const all: Pieces = [["<unk>", 0], ...words];
      const model = new Unigram({
        type: "Unigram",
        vocabulary: vocabularyOf(all.map(([content]) => content)),
        scores: Float64Array.from(all, ([, score]) => Math.fround(score)),
        unkId: 0,
        singlePrecision: true,
      });
      for (const text of inputs) {
        expect(
          tokensOf(model, text).map(([id]) => id),
          text,
        ).toEqual(reference(all, text));
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});
