// Counting and cutting over a part of the text against doing so over all of it.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Tokenizer } from "../../src/index.js";
import { vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";

const seed = 7;
const plain = { addSpecialTokens: false };

describe.each(["gpt4", "qwen2_5", "llama2", "deepseek_v3"] as const)("with %s", (name) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.load(vocabularyFile(name));
  });

  /** Long enough that only a part is read. */
  const long = fc
    .array(
      fc.oneof(hostileText(), fc.constantFrom("The sum of 1,234 and 5. ", "  \n\n x", "🍎中文")),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    .map((parts) => parts.join("").repeat(3));

  it("countUpTo is count, cut at the limit", () => {
    fc.assert(
      fc.property(long, fc.nat(300), (text, limit) => {
        const all = tokenizer.count(text, plain);
        expect(tokenizer.countUpTo(text, limit, plain)).toBe(Math.min(limit, all));
      }),
      { seed, numRuns: 60 },
    );
  });

  it("truncate gives a beginning of whole characters that has no more tokens, and little fewer", () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 1, max: 200 }), (text, limit) => {
        const cut = tokenizer.truncate(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(
          /[\ud800-\udbff]$/.test(cut) && /^[\udc00-\udfff]/.test(text.slice(cut.length)),
        ).toBe(false);
        const count = tokenizer.count(cut, plain);
        expect(count).toBeLessThanOrEqual(limit);
        if (cut === text) return;
        // All that the first tokens stand for, but for a character that is cut and what ends differently.
        const { ends } = tokenizer.encode(text, plain);
        expect(cut.length).toBeGreaterThanOrEqual((ends[Math.max(0, limit - 12)] ?? 0) - 2);
      }),
      { seed, numRuns: 60 },
    );
  });
});
