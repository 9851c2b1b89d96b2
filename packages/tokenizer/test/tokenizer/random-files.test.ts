// Every combination of components, against Hugging Face's own tokenizer.

import fc from "fast-check";
import { expect, it } from "vitest";
import { smallText, tokenizerFile } from "./random-files.js";
import {
  countsAndTruncates,
  cuts,
  decodesAsReference,
  type Subject,
  sameAsReference,
  seed,
  streamsAsWhole,
  subjectOf,
} from "./support.js";

const numRuns = Number(process.env["RUNS"] ?? 80);
const timeout = 600_000;
const texts = fc.array(smallText, { minLength: 1, maxLength: 4 });

/** The subject of a file, unless the reference itself refuses it. */
function tried(file: object): Subject {
  let subject: Subject | undefined;
  try {
    subject = subjectOf(file);
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith("ERR_")) throw error;
  }
  fc.pre(subject !== undefined);
  return subject as Subject;
}

it("gives what the reference gives for any file that it takes", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(tokenizerFile, texts, async (file, all) => {
      const subject = tried(file);
      for (const text of all) await sameAsReference(subject, text);
    }),
    { seed, numRuns },
  );
});

it("decodes any ids as the reference does, at once and as they arrive", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(tokenizerFile, fc.array(fc.nat(), { maxLength: 12 }), async (file, picks) => {
      const subject = tried(file);
      const { tokenizer, oracle } = subject;
      const entries = [...tokenizer.vocabulary()];
      expect(Object.fromEntries(entries.map(({ token, id }) => [token, id]))).toEqual(
        oracle.vocabulary(),
      );
      for (const { id, token } of entries) {
        expect(tokenizer.idToToken(id)).toBe(oracle.idToToken(id));
        expect(tokenizer.tokenToId(token)).toBe(oracle.tokenToId(token));
      }
      const ids = entries.map(({ id }) => id);
      if (ids.length > 0) {
        await decodesAsReference(
          subject,
          picks.map((pick) => ids[pick % ids.length] as number),
        );
      }
    }),
    { seed, numRuns },
  );
});

it("encodes text in parts as it does the whole, counts it, and truncates it", { timeout }, () => {
  fc.assert(
    fc.property(tokenizerFile, texts, cuts, fc.nat(12), (file, all, places, limit) => {
      const subject = tried(file);
      for (const text of all) {
        streamsAsWhole(subject, text, places);
        countsAndTruncates(subject, text, limit);
      }
    }),
    { seed, numRuns },
  );
});

it("is the same tokenizer when it was compiled and loaded", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(tokenizerFile, texts, async (file, all) => {
      const { tokenizer } = tried(file);
      const loaded = await (
        tokenizer.constructor as typeof import("../../src/tokenizer.js").Tokenizer
      ).load(tokenizer.compile());
      for (const text of all) expect(loaded.encodeIds(text)).toEqual(tokenizer.encodeIds(text));
      expect([...loaded.vocabulary()]).toEqual([...tokenizer.vocabulary()]);
      expect(loaded.compile()).toEqual(tokenizer.compile());
    }),
    { seed, numRuns },
  );
});
