import { describe, expect, test } from "vitest";
import { AlignedText } from "../../src/components/aligned-text.js";
import { buildDecoder } from "../../src/components/decoders.js";
import { buildNormalizer } from "../../src/components/normalizers.js";
import { readPadding } from "../../src/components/padding.js";
import { buildPostProcessor } from "../../src/components/post-processors.js";
import { buildPreTokenizer } from "../../src/components/pre-tokenizers.js";
import { readTruncation } from "../../src/components/truncation.js";

/** The code and the message that `build` fails with. */
function failure(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
  return "no error";
}

// biome-ignore lint/suspicious/noExplicitAny: the point is that they are wrong
type Wrong = any;

const split = (pattern: unknown): Wrong => ({
  type: "Split",
  pattern,
  behavior: "Isolated",
  invert: false,
});

describe("an error names the code, the place in the file, what was expected and what was found", () => {
  const cases: [string, () => unknown, string][] = [
    [
      "an unknown pre-tokenizer",
      () => buildPreTokenizer({ type: "UnicodeScripts" }),
      'ERR_UNSUPPORTED pre_tokenizer.type: "UnicodeScripts" is unknown',
    ],
    [
      "a name that every object has",
      () => buildNormalizer({ type: "constructor" }),
      'ERR_UNSUPPORTED normalizer.type: "constructor" is unknown',
    ],
    [
      "no type",
      () => buildDecoder({} as Wrong),
      "ERR_FORMAT decoder.type: expected a string, found nothing",
    ],
    [
      "no object",
      () => buildNormalizer(null as Wrong),
      "ERR_FORMAT normalizer: expected an object, found null",
    ],
    [
      "a wrong pattern deep inside",
      () =>
        buildPreTokenizer({
          type: "Sequence",
          pretokenizers: [split({ String: "a" }), split("a")],
        }),
      'ERR_FORMAT pre_tokenizer.pretokenizers[1].pattern: expected an object, found "a"',
    ],
    [
      "a pattern of neither kind",
      () => buildPreTokenizer(split({})),
      "ERR_FORMAT pre_tokenizer.pattern: expected { String } or { Regex }, found an object",
    ],
    [
      "an unknown behavior",
      () => buildPreTokenizer({ type: "Punctuation", behavior: "Eaten" }),
      'ERR_FORMAT pre_tokenizer.behavior: expected Removed or Isolated or MergedWithPrevious or MergedWithNext or Contiguous, found "Eaten"',
    ],
    [
      "a missing boolean",
      () => buildNormalizer({ type: "Strip", strip_left: true }),
      "ERR_FORMAT normalizer.strip_right: expected true or false, found nothing",
    ],
    [
      "two characters for one",
      () => buildPreTokenizer({ type: "CharDelimiterSplit", delimiter: "ab" }),
      'ERR_FORMAT pre_tokenizer.delimiter: expected one character, found "ab"',
    ],
    [
      "a length of nothing",
      () => buildPreTokenizer({ type: "FixedLength", length: 0 }),
      "ERR_FORMAT pre_tokenizer.length: expected a whole number from 1, found 0",
    ],
    [
      "schemes that contradict each other",
      () =>
        buildDecoder({
          type: "Metaspace",
          replacement: "▁",
          add_prefix_space: false,
          prepend_scheme: "first",
        }),
      "ERR_FORMAT decoder.prepend_scheme: first contradicts add_prefix_space: false",
    ],
    [
      "a token without an id",
      () => buildPostProcessor({ type: "BertProcessing", sep: ["a"], cls: ["b", 1] }),
      "ERR_FORMAT post_processor.sep[1]: expected a whole number from 0, found nothing",
    ],
    [
      "a special token that is not listed",
      () =>
        buildPostProcessor({
          type: "TemplateProcessing",
          single: [{ SpecialToken: { id: "[X]", type_id: 0 } }],
          pair: [],
          special_tokens: {},
        }),
      'ERR_FORMAT post_processor.single[0].SpecialToken.id: expected a special token, found "[X]"',
    ],
    [
      "a second sequence where there is one",
      () =>
        buildPostProcessor({
          type: "TemplateProcessing",
          single: [{ Sequence: { id: "B", type_id: 0 } }],
          pair: [],
          special_tokens: {},
        }),
      'ERR_FORMAT post_processor.single[0]: expected the sequence A, found "B"',
    ],
    [
      "a negative length",
      () => readTruncation({ max_length: -1, strategy: "LongestFirst", stride: 0 }),
      "ERR_FORMAT truncation.max_length: expected a whole number from 0, found -1",
    ],
    [
      "an unknown strategy",
      () => readPadding({ strategy: "Longest" }),
      'ERR_FORMAT padding.strategy: expected BatchLongest, found "Longest"',
    ],
    [
      "a map of characters that is no base64",
      () => buildNormalizer({ type: "Precompiled", precompiled_charsmap: "~" }),
      'ERR_FORMAT normalizer.precompiled_charsmap: expected base64, found "~"',
    ],
    [
      "a map of characters that is cut off",
      () => buildNormalizer({ type: "Precompiled", precompiled_charsmap: btoa("\xff\0\0\0abc") }),
      'ERR_FORMAT normalizer.precompiled_charsmap: expected a trie that fits its size, found "7 bytes"',
    ],
    [
      "a map of characters with replacements that are no text",
      () => buildNormalizer({ type: "Precompiled", precompiled_charsmap: btoa("\0\0\0\0\xff") }),
      'ERR_FORMAT normalizer.precompiled_charsmap: expected replacements in UTF-8, found "other bytes"',
    ],
  ];
  for (const [name, build, message] of cases) {
    test(name, () => expect(failure(build)).toBe(message));
  }
});

test("a bad regular expression is refused", () => {
  expect(failure(() => buildPreTokenizer(split({ Regex: "(" })))).toMatch(/^ERR_PATTERN /);
});

describe("what is too large is refused", () => {
  const nested = (depth: number): Wrong =>
    depth === 0 ? { type: "NFC" } : { type: "Sequence", normalizers: [nested(depth - 1)] };
  test("nesting", () => {
    expect(() => buildNormalizer(nested(32))).not.toThrow();
    expect(failure(() => buildNormalizer(nested(33)))).toMatch(
      /^ERR_LIMIT .*nested deeper than 32 components$/,
    );
  });
  test("a cycle", () => {
    const cycle: Wrong = { type: "Sequence", decoders: [] };
    cycle.decoders.push(cycle);
    expect(failure(() => buildDecoder(cycle))).toMatch(/^ERR_LIMIT /);
  });
  test("a long sequence", () => {
    const normalizers = new Array(1025).fill({ type: "NFC" });
    expect(failure(() => buildNormalizer({ type: "Sequence", normalizers }))).toBe(
      "ERR_LIMIT normalizer.normalizers: 1025 entries, at most 1024",
    );
  });
});

test("a damaged map of characters gives a text, whatever is in it", () => {
  for (let seed = 1; seed < 200; seed++) {
    let state = seed;
    const bytes = Array.from({ length: 4 + 64 }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 24;
    });
    bytes.splice(0, 4, 64, 0, 0, 0);
    const map = btoa(`${String.fromCharCode(...bytes)}replacement\0`);
    const normalizer = buildNormalizer({ type: "Precompiled", precompiled_charsmap: map });
    const text = new AlignedText("aé\u0301 漢😀\r\n", 0);
    expect(typeof normalizer.normalize(text).text).toBe("string");
  }
});
