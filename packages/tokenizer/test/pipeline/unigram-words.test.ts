// A text taken word by word, with what words give remembered, is cut as the whole text is:
// also where two ways are so close that rounding decides.

import fc from "fast-check";
import { expect, it } from "vitest";
import { IdSink } from "../../src/bpe/id-sink.js";
import { Unigram } from "../../src/models/unigram.js";
import { vocabularyOf } from "../support/vocabularies.js";

const word = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 })
  .map((letters) => letters.join(""));
const pieces = fc.uniqueArray(
  fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: word },
      { weight: 4, arbitrary: word.map((text) => `▁${text}`) },
      { weight: 1, arbitrary: fc.constantFrom("▁▁", "▁▁▁a", "a▁b") },
    ),
    fc.oneof(
      fc.constantFrom(-1, -2, -0.1, -0.2, -0.3, -0.7, -3.7, -1000.1),
      fc.double({ min: -9, max: -0.01, noNaN: true }).map(Math.fround),
    ),
  ),
  { selector: ([content]) => content, minLength: 4, maxLength: 20 },
);
const texts = fc.array(
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: word },
        { weight: 6, arbitrary: fc.constant(" ") },
        { weight: 1, arbitrary: fc.constantFrom("▁", "  ", "é", "😀", " ▁ ", "d") },
      ),
      { maxLength: 60, size: "max" },
    )
    .map((parts) => parts.join("")),
  { minLength: 3, maxLength: 6 },
);

function checked(singlePrecision: boolean, repeat: number, numRuns: number): void {
  const options = fc.record({
    pieces,
    mark: fc.boolean(),
    byteFallback: fc.boolean(),
    texts,
  });
  fc.assert(
    fc.property(options, ({ pieces, mark, byteFallback, texts }) => {
      const all = new Map<string, number>([["<unk>", 0], ...(mark ? [["▁", -1.3] as const] : [])]);
      for (const [content, score] of pieces) all.set(content, score);
      if (byteFallback) for (const byte of ["C3", "A9"]) all.set(`<0x${byte}>`, 0);
      const model = new Unigram({
        type: "Unigram",
        vocabulary: vocabularyOf([...all.keys()]),
        scores: Float64Array.from(all.values()),
        unkId: 0,
        byteFallback,
        singlePrecision,
      });
      const sink = new IdSink();
      for (const once of texts) {
        const text = once.repeat(repeat);
        const expected: number[] = [];
        model.tokenize(text.replaceAll(" ", "▁"), (id) => expected.push(id));
        for (let pass = 0; pass < 2; pass++) {
          model.encodeText(sink, text, Number.POSITIVE_INFINITY);
          expect([...sink.take()], text).toEqual(expected);
        }
      }
    }),
    { seed: 20261127, numRuns },
  );
}

it("words give the ids of the whole text", () => checked(false, 1, 400));
it("words give the ids of the whole text in single precision", () => checked(true, 1, 400));
it("words give the ids of the whole text where sums begin anew", () => checked(true, 400, 12));
it("words give the ids of a long text", () => checked(false, 400, 12));
