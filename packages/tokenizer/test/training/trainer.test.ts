import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BpeModel } from "../../src/definition.js";
import type { TrainBpeOptions, TrainingProgress } from "../../src/training/options.js";
import { trainBpe } from "../../src/training/train-bpe.js";
import { BYTE_CHARACTERS } from "../../src/unicode/byte-alphabet.js";
import { contents, cut, encodePiece } from "./helpers.js";

const seed = 20260911;
const texts = [
  "the then they there 1234567 théorème\n",
  "2 + 2 = 4, and 12345 + 1 = 12346\n",
  "",
  "the end of the theorem: 数学 数学",
];
const options: TrainBpeOptions = { vocabularySize: 300, specialTokens: ["<s>", "</s>"] };
const train = (
  from: Iterable<string> | AsyncIterable<string>,
  more: Partial<TrainBpeOptions> = {},
) => trainBpe(from, { ...options, ...more });

describe("training", () => {
  it("gives special tokens the lowest ids, then the bytes, then the merges", async () => {
    const { model, addedTokens } = await train(texts, { vocabularySize: 290 });
    const names = contents(model.vocabulary);
    expect(names.slice(0, 3)).toEqual(["<s>", "</s>", "!"]);
    expect(new Set(names.slice(2, 258))).toEqual(new Set(BYTE_CHARACTERS));
    expect(names).toHaveLength(290);
    expect(new Set(names).size).toBe(290);
    expect(addedTokens.every(({ special, normalized }) => special && !normalized)).toBe(true);
  });

  it("gives the same from an array, a generator and an async generator", async () => {
    const expected = await train(texts);
    function* sync() {
      yield* texts;
    }
    async function* slow() {
      for (const text of texts) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield text;
      }
    }
    expect(await train(sync())).toEqual(expected);
    expect(await train(slow())).toEqual(expected);
    expect(await train(new Set(texts))).toEqual(expected);
  });

  it("takes very many special tokens, single characters among them", async () => {
    const specialTokens = ["a", ...Array.from({ length: 100_000 }, (_, i) => `<extra_${i}>`)];
    const { model } = await train(["abab"], { vocabularySize: 100_400, specialTokens });
    const names = contents(model.vocabulary);
    expect(names.slice(-2)).toEqual(["ab", "abab"]);
    expect([...((model as BpeModel).merges ?? [])]).toEqual([
      0,
      names.indexOf("b"),
      names.indexOf("ab"),
      names.indexOf("ab"),
    ]);
  });

  it("makes fewer tokens if the corpus gives no more", async () => {
    const { model } = await train(["ab"], { vocabularySize: 1000, specialTokens: [] });
    expect(model.vocabulary.size).toBe(257);
  });

  it("counts a lone surrogate as the replacement character", async () => {
    const lone = await train(["a\ud800b a\ud800b"]);
    expect(lone).toEqual(await train(["a\ufffdb a\ufffdb"]));
  });

  it("gives the same from texts of any length", async () => {
    const once = `${texts.join("")}\n`;
    const { model } = await train([once.repeat(4_000)]);
    const part = await train(new Array<string>(4_000).fill(once));
    expect(model).toEqual(part.model);
  });

  it("makes no token of a digit and something else", async () => {
    const { model } = await train(["x12 y12 z-12 12% 12th $12 12,12"], { vocabularySize: 400 });
    for (const name of contents(model.vocabulary).slice(2)) {
      expect(/\d/.test(name) && /\D/.test(name), name).toBe(false);
    }
  });

  it("reports progress in both phases, up to the end", async () => {
    const seen: TrainingProgress[] = [];
    const many = Array.from({ length: 4000 }, (_, i) => `${i * 7919} the ${i}th number ${i ** 3}`);
    const { model } = await train(many, { onProgress: (one) => void seen.push(one) });
    expect(seen[0]?.phase).toBe("counting");
    const last = seen.at(-1);
    expect(last).toMatchObject({ phase: "merging", done: 300, total: 300, texts: 4000 });
    expect(model.vocabulary.size).toBe(300);
  });

  it("gives back text from the ids that a plain encoder makes", async () => {
    const definition = await train(texts, { vocabularySize: 330 });
    const names = contents(definition.model.vocabulary);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...texts), fc.string({ unit: "grapheme" })),
        async (text) => {
          const back = cut(text, "right3")
            .flatMap((piece) => encodePiece(piece, definition))
            .flatMap((id) => [...(names[id] as string)].map((c) => BYTE_CHARACTERS.indexOf(c)));
          expect(back).toEqual([...new TextEncoder().encode(text)]);
        },
      ),
      { seed, numRuns: 25 },
    );
  });
});

describe("a trained tokenizer as a file", () => {
  interface Native {
    Tokenizer: {
      fromString(json: string): { encode(text: string): Promise<{ getIds(): number[] }> };
    };
  }
  const { Tokenizer } = createRequire(import.meta.url)("tokenizers") as Native;

  it.each(["right3", "left3", "single", "none"] as const)(
    "is understood by Hugging Face's tokenizers, which cuts and merges alike (%s)",
    async (digits) => {
      const definition = await train(texts, { vocabularySize: 340, digits });
      const { vocabulary, merges } = definition.model as BpeModel;
      const names = contents(vocabulary);
      const native = Tokenizer.fromString(
        JSON.stringify({
          version: "1.0",
          truncation: null,
          padding: null,
          added_tokens: definition.addedTokens.map(({ singleWord, ...one }) => ({
            ...one,
            single_word: singleWord,
          })),
          normalizer: null,
          pre_tokenizer: definition.preTokenizer,
          post_processor: definition.postProcessor,
          decoder: definition.decoder,
          model: {
            type: "BPE",
            vocab: Object.fromEntries(names.map((name, id) => [name, id])),
            merges: Array.from({ length: (merges as Int32Array).length / 2 }, (_, i) => [
              names[merges?.[2 * i] as number],
              names[merges?.[2 * i + 1] as number],
            ]),
          },
        }),
      );
      for (const text of [
        ...texts,
        "1",
        "12 1234 123456 1234567890 x12y",
        " the  théorèmes ٣٤٥٦٧",
      ]) {
        const ids = cut(text, digits).flatMap((piece) => encodePiece(piece, definition));
        expect([...(await native.encode(text)).getIds()], text).toEqual(ids);
      }
    },
  );
});

describe("stopping", () => {
  it("rejects with the reason when the signal is aborted already", async () => {
    await expect(train(texts, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });

  it("stops in the midst of an endless corpus, and closes it", async () => {
    let closed = false;
    function* endless() {
      try {
        for (let i = 0; ; i++) yield `the ${i % 1000} words of a text without an end\n`;
      } finally {
        closed = true;
      }
    }
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 50);
    await expect(train(endless(), { signal: controller.signal })).rejects.toBe("enough");
    expect(closed).toBe(true);
  });

  it("stops in the midst of one long text", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 5);
    const long = "a few words again, ".repeat(2_000_000);
    await expect(train([long], { signal: controller.signal })).rejects.toBe("enough");
  });

  it("does not wait for a source that gives nothing", async () => {
    const silent: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 5);
    await expect(train(silent, { signal: controller.signal })).rejects.toBe("enough");
  });

  it("lets timers run meanwhile", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const many = Array.from(
      { length: 60_000 },
      (_, i) => `${i * 7919} w${i.toString(36)} ${i ** 3}`,
    );
    await train(many, { vocabularySize: 20_000 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
  });
});

describe("what can't be trained on", () => {
  const bad: [string, string, unknown, Partial<Record<keyof TrainBpeOptions, unknown>>, RegExp][] =
    [
      ["a string instead of texts", "ERR_ARGUMENT", "text", {}, /iterable .* found "text"/],
      ["a number instead of texts", "ERR_ARGUMENT", 7, {}, /iterable/],
      ["nothing instead of texts", "ERR_ARGUMENT", null, {}, /iterable/],
      ["an empty corpus", "ERR_TRAINING", [], {}, /must have some text/],
      ["empty texts", "ERR_TRAINING", ["", ""], {}, /2 texts are empty/],
      ["a text that is a number", "ERR_TRAINING", ["a", 7], {}, /text 1 of the corpus is 7/],
      [
        "no room for the bytes",
        "ERR_ARGUMENT",
        texts,
        { vocabularySize: 257 },
        /256 bytes and 2 special/,
      ],
      ["half a token", "ERR_ARGUMENT", texts, { vocabularySize: 300.5 }, /vocabularySize .* 300.5/],
      ["an absurd size", "ERR_ARGUMENT", texts, { vocabularySize: 1e9 }, /to 4194304/],
      ["a size as a string", "ERR_ARGUMENT", texts, { vocabularySize: "300" }, /"300"/],
      ["a negative frequency", "ERR_ARGUMENT", texts, { minFrequency: -1 }, /minFrequency/],
      [
        "tokens of one byte at most",
        "ERR_ARGUMENT",
        texts,
        { maxTokenLength: 1 },
        /maxTokenLength/,
      ],
      ["an unknown grouping", "ERR_ARGUMENT", texts, { digits: "left2" }, /digits .* "left2"/],
      ["an empty pattern", "ERR_ARGUMENT", texts, { pattern: "" }, /pattern/],
      [
        "an empty special token",
        "ERR_ARGUMENT",
        texts,
        { specialTokens: [""] },
        /specialTokens\[0\]/,
      ],
      [
        "a special token twice",
        "ERR_ARGUMENT",
        texts,
        { specialTokens: ["a", "a"] },
        /occur before/,
      ],
      ["half a surrogate", "ERR_ARGUMENT", texts, { specialTokens: ["\ud800"] }, /specialTokens/],
      ["special tokens as a string", "ERR_ARGUMENT", texts, { specialTokens: "<s>" }, /array/],
      ["a checkpoint without a place", "ERR_ARGUMENT", texts, { checkpoint: {} }, /path, or/],
      ["progress that is no function", "ERR_ARGUMENT", texts, { onProgress: 1 }, /onProgress/],
    ];
  it.each(bad)("%s", async (_, code, from, more, message) => {
    const failed = train(from as string[], more as Partial<TrainBpeOptions>);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("no options at all", async () => {
    const failed = trainBpe(texts, undefined as unknown as TrainBpeOptions);
    await expect(failed).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  });

  it("passes on what the corpus throws", async () => {
    function* broken() {
      yield "a";
      throw new Error("the disk is gone");
    }
    await expect(train(broken())).rejects.toThrow("the disk is gone");
  });
});
