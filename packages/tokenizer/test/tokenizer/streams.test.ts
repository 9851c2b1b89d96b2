// Streams over long texts: early, and in time that grows with the text.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extras } from "../../src/extras.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { hasVocabulary, type VocabularyName, vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";
import { countsAndTruncates, seed } from "./support.js";

const NAMES: readonly VocabularyName[] = ["qwen2_5", "llama2"];
const subjects = NAMES.filter((name) => hasVocabulary(name)).map(
  (name) => [name, new Tokenizer(readTokenizerJson(readFileSync(vocabularyFile(name))))] as const,
);

/** Milliseconds of this process. */
function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const LENGTH = 1 << 16;
const worst = {
  letters: "a",
  spaces: " ",
  digits: "7",
  "combining marks": "\u0301",
  "marks of two classes": "\u0323\u0301",
  emoji: "😀",
  "beginnings of a special token": "<|im_end|",
  "Chinese without a space": "数学",
  "Korean without a space": "한국어",
};

describe.each(subjects)("%s", (_, tokenizer) => {
  it("gives ids before the end of ordinary text", () => {
    const stream = tokenizer.encodeStream();
    const text = "Let x = 12. Then x² is not 145, “as they say”, but 144: 答案是一百四十四。\n";
    const ids = text.split("").flatMap((unit) => [...stream.push(unit)]);
    expect(ids.length).toBeGreaterThan(15);
    expect([...ids, ...stream.end()]).toEqual([...tokenizer.encodeIds(text)]);
  });

  it.each(Object.entries(worst))("takes %s one unit at a time", { timeout: 60_000 }, (_, part) => {
    const text = part.repeat(LENGTH / part.length);
    const expected = tokenizer.encodeIds(text);
    const ids = new Int32Array(expected.length + 10);
    const took = cpu(() => {
      const stream = tokenizer.encodeStream();
      let on = 0;
      for (let i = 0; i < text.length; i++) {
        const some = stream.push(text[i] as string);
        ids.set(some, on);
        on += some.length;
      }
      const last = stream.end();
      ids.set(last, on);
      expect(on + last.length).toBe(expected.length);
    });
    expect(ids.subarray(0, expected.length)).toEqual(expected);
    // Hundreds of times less than what a quadratic way takes.
    expect(took).toBeLessThan(1500);
  });

  it("counts and truncates long texts as it does short ones", { timeout: 60_000 }, () => {
    const pipeline = new Pipeline(tokenizer.definition, extras);
    const part = hostileText({ special: ["<|im_end|>", "</s>"], fragments: 30, run: 20 });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 3 }),
        fc.nat(30_000),
        (parts, limit) => {
          const text = parts.join("\n").repeat(60);
          countsAndTruncates({ tokenizer, pipeline }, text, limit);
        },
      ),
      { seed, numRuns: 3 },
    );
  });

  it("counts and truncates long texts without reading them all", { timeout: 60_000 }, () => {
    const text = "It is 12 é e\u0301 naïve steps to 中文. ".repeat(40_000);
    const took = cpu(() => {
      for (let i = 0; i < 20; i++) {
        expect(tokenizer.countUpTo(text, 100)).toBe(100);
        const prefix = tokenizer.truncate(text, 100);
        expect(tokenizer.count(prefix, { addSpecialTokens: false })).toBe(100);
      }
    });
    expect(took).toBeLessThan(2000);
  });
});
