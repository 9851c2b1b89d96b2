// Random small tokenizer.json files: every kind of model with components in any combination,
// over so few characters that everything in them happens all the time.

import fc from "fast-check";

const LETTERS = ["a", "b", "c", "é", "日", "😀"];

/** Texts over the files' characters, added tokens' contents and what the files don't know. */
export const smallText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...LETTERS, "a", "b") },
      { weight: 3, arbitrary: fc.constantFrom(" ", " ", "  ", "\n", "\t", "▁") },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          "<s>",
          "</s>",
          "ab",
          "b c",
          " x",
          "[M]",
          "É",
          "<0x41>",
          "1",
          "23",
        ),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          "A",
          "e\u0301",
          "\u0301",
          "ü",
          "本",
          "\ud800",
          "\udc00",
          "’s",
          "'s",
          ".",
          "\u00a0",
          "x",
          "z",
        ),
      },
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(""));

const flag = fc.boolean();

const addedTokens = fc
  .uniqueArray(
    fc.record({
      content: fc.constantFrom(
        "<s>",
        "</s>",
        "ab",
        "abc",
        "b c",
        " x",
        "[M]",
        "É",
        "é",
        "a",
        "▁",
        "bca",
        "23",
      ),
      special: flag,
      normalized: flag,
      lstrip: fc.constantFrom(false, false, true),
      rstrip: fc.constantFrom(false, false, true),
      single_word: fc.constantFrom(false, false, true),
    }),
    { maxLength: 4, selector: ({ content }) => content },
  )
  .chain((tokens) =>
    // Half of the files have tokens without flags, which can be found as text arrives.
    fc
      .boolean()
      .map((plain) =>
        plain
          ? tokens.map((token) => ({ ...token, lstrip: false, rstrip: false, single_word: false }))
          : tokens,
      ),
  );

const merges = (letters: readonly string[]) =>
  fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 10 }).map((picks) => {
    const contents = [...letters];
    const pairs: [string, string][] = [];
    for (const [i, j] of picks) {
      const left = contents[i % contents.length] as string;
      const right = contents[j % contents.length] as string;
      if (left.length + right.length > 8) continue;
      if (pairs.some(([a, b]) => a === left && b === right)) continue;
      pairs.push([left, right]);
      if (!contents.includes(left + right)) contents.push(left + right);
    }
    return { contents, pairs };
  });

const vocab = (contents: readonly string[]) =>
  Object.fromEntries(contents.map((content, id) => [content, id]));

const BYTE_TOKENS = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

/** A character model in the manner of SentencePiece. */
const spacedBpe = fc
  .record({
    letters: fc.subarray([...LETTERS, "▁", "▁"], { minLength: 3 }),
    unknown: flag,
    fuse: flag,
    fallback: fc.constantFrom("none", "none", "all", "some"),
    ignore: flag,
  })
  .chain(({ letters, unknown, fuse, fallback, ignore }) =>
    merges([...new Set(letters)]).map(({ contents, pairs }) => ({
      type: "BPE",
      dropout: null,
      unk_token: unknown ? "<unk>" : null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: fuse,
      byte_fallback: fallback !== "none",
      ignore_merges: ignore,
      vocab: vocab([
        ...(unknown ? ["<unk>"] : []),
        ...(fallback === "all"
          ? BYTE_TOKENS
          : fallback === "some"
            ? BYTE_TOKENS.slice(128, 240)
            : []),
        ...contents,
      ]),
      merges: pairs,
    })),
  );

const BYTE_LETTERS = [
  "a",
  "b",
  "c",
  "Ã",
  "©",
  "Ġ",
  "æ",
  "Ĺ",
  "¥",
  "ð",
  "Ł",
  "ĺ",
  "Ģ",
  "Ċ",
  "1",
  "2",
  "3",
];

const byteBpe = fc.record({ ignore: flag }).chain(({ ignore }) =>
  merges(BYTE_LETTERS).map(({ contents, pairs }) => ({
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: ignore,
    vocab: vocab([...new Set([...contents, ...allBytes()])]),
    merges: pairs,
  })),
);

function allBytes(): string[] {
  const printable = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : next++),
  );
}

const suffixBpe = merges(["a", "b", "c", "a</w>", "b</w>", "é</w>"]).map(({ contents, pairs }) => ({
  type: "BPE",
  dropout: null,
  unk_token: "<unk>",
  continuing_subword_prefix: "",
  end_of_word_suffix: "</w>",
  fuse_unk: false,
  byte_fallback: false,
  vocab: vocab(["<unk>", ...contents]),
  merges: pairs.filter(([left]) => !left.endsWith("</w>")),
}));

const wordPiece = fc
  .subarray([
    "a",
    "b",
    "ab",
    "abc",
    "é",
    "##a",
    "##b",
    "##ab",
    "##c",
    "##é",
    "日",
    ".",
    "'",
    "s",
    "1",
    "##2",
    "##3",
  ])
  .map((contents) => ({
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 8,
    vocab: vocab(["[UNK]", ...contents]),
  }));

const wordLevel = fc.subarray(["a", "ab", "abc", "é", "日", "aa", "b", "."]).map((contents) => ({
  type: "WordLevel",
  unk_token: "[UNK]",
  vocab: vocab(["[UNK]", ...contents]),
}));

const unigram = fc
  .record({
    contents: fc.subarray(["a", "b", "ab", "▁a", "▁", "abc", "é", "日", "▁b", "ca", "<0xC3>"], {
      minLength: 2,
    }),
    scores: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 12, maxLength: 12 }),
    fallback: flag,
  })
  .map(({ contents, scores, fallback }) => ({
    type: "Unigram",
    unk_id: 0,
    byte_fallback: fallback,
    vocab: [
      ["<unk>", 0],
      ...contents.map((content, i) => [content, -(scores[i] as number) / 4]),
      ...(fallback
        ? BYTE_TOKENS.filter((each) => !contents.includes(each)).map((each) => [each, -20])
        : []),
    ],
  }));

const sequenceOf = <T>(name: string, inner: string, parts: fc.Arbitrary<T>) =>
  fc.array(parts, { maxLength: 3 }).map((list) => ({ type: name, [inner]: list }));

const replaceSpace = { type: "Replace", pattern: { String: " " }, content: "▁" };
const someNormalizer = fc.constantFrom<object>(
  { type: "NFC" },
  { type: "NFD" },
  { type: "Lowercase" },
  { type: "Strip", strip_left: true, strip_right: true },
  { type: "StripAccents" },
  { type: "Prepend", prepend: "▁" },
  replaceSpace,
  { type: "Replace", pattern: { Regex: "a+" }, content: "b" },
  {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
);
const normalizer = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constant({ type: "NFC" }) },
  { weight: 2, arbitrary: someNormalizer },
  { weight: 2, arbitrary: sequenceOf("Sequence", "normalizers", someNormalizer) },
);
const spacedNormalizer = fc.oneof(
  normalizer,
  fc.constantFrom(replaceSpace, {
    type: "Sequence",
    normalizers: [{ type: "Prepend", prepend: "▁" }, replaceSpace],
  }),
);

const split = fc.record({
  type: fc.constant("Split"),
  pattern: fc.constantFrom<object>(
    { String: " " },
    { Regex: "\\s+" },
    { Regex: "[ab]+|\\d" },
    { String: "▁" },
  ),
  behavior: fc.constantFrom(
    "Removed",
    "Isolated",
    "MergedWithPrevious",
    "MergedWithNext",
    "Contiguous",
  ),
  invert: flag,
});
const digits = flag.map((individual_digits) => ({ type: "Digits", individual_digits }));
const metaspace = fc
  .record({ scheme: fc.constantFrom("always", "first", "never"), split: flag })
  .map(({ scheme, split }) => ({
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: scheme,
    split,
  }));
const byteLevel = fc.record({
  type: fc.constant("ByteLevel"),
  add_prefix_space: fc.constantFrom(false, false, true),
  trim_offsets: flag,
  use_regex: flag,
});
const words = fc.constantFrom<object>(
  { type: "Whitespace" },
  { type: "WhitespaceSplit" },
  { type: "BertPreTokenizer" },
  { type: "Punctuation", behavior: "Isolated" },
);
const spacedPre = fc.oneof(
  fc.constant(null),
  metaspace,
  split,
  sequenceOf("Sequence", "pretokenizers", fc.oneof(split, digits, metaspace)),
);
const bytePre = fc.oneof(
  byteLevel,
  fc.tuple(fc.array(fc.oneof(split, digits), { maxLength: 2 }), byteLevel).map(([list, last]) => ({
    type: "Sequence",
    pretokenizers: [...list, last],
  })),
);
const wordPre = fc.oneof(
  words,
  sequenceOf("Sequence", "pretokenizers", fc.oneof(words, split, digits)),
);

const someDecoder = fc.constantFrom<object>(
  { type: "ByteFallback" },
  { type: "Fuse" },
  { type: "Strip", content: " ", start: 1, stop: 0 },
  { type: "Strip", content: "a", start: 2, stop: 0 },
  { type: "Replace", pattern: { String: "▁" }, content: " " },
  { type: "Replace", pattern: { Regex: "a+" }, content: "b" },
  { type: "WordPiece", prefix: "##", cleanup: true },
  { type: "BPEDecoder", suffix: "</w>" },
  { type: "CTC", pad_token: "a", word_delimiter_token: "b", cleanup: true },
  { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
);
const spm = [
  { type: "Replace", pattern: { String: "▁" }, content: " " },
  { type: "ByteFallback" },
  { type: "Fuse" },
];
const decoder = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: someDecoder },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { type: "Sequence", decoders: spm },
      { type: "Sequence", decoders: [...spm, { type: "Strip", content: " ", start: 1, stop: 0 }] },
      { type: "Sequence", decoders: [...spm, { type: "Strip", content: " ", start: 3, stop: 0 }] },
    ),
  },
  { weight: 2, arbitrary: sequenceOf("Sequence", "decoders", someDecoder) },
);

const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
const text = (id: string, type_id = 0) => ({ Sequence: { id, type_id } });
const special_tokens = Object.fromEntries(
  ["<s>", "</s>"].map((token, i) => [token, { id: token, ids: [i], tokens: [token] }]),
);
const template = (single: object[], pair: object[]) => ({
  type: "TemplateProcessing",
  single,
  pair,
  special_tokens,
});
const templates = fc.constantFrom<object>(
  template(
    [special("<s>"), text("A"), special("</s>")],
    [special("<s>"), text("A"), special("</s>"), text("B", 1), special("</s>", 1)],
  ),
  template([special("<s>"), text("A")], [special("<s>"), text("B", 1), text("A")]),
  template([text("A"), special("</s>"), text("A")], [text("A"), text("B", 1)]),
  { type: "BertProcessing", sep: ["</s>", 1], cls: ["<s>", 0] },
);
const somePost = fc.oneof(
  templates,
  fc.constantFrom<object>(
    { type: "BertProcessing", sep: ["</s>", 1], cls: ["<s>", 0] },
    {
      type: "RobertaProcessing",
      sep: ["</s>", 1],
      cls: ["<s>", 0],
      trim_offsets: true,
      add_prefix_space: true,
    },
    {
      type: "RobertaProcessing",
      sep: ["</s>", 1],
      cls: ["<s>", 0],
      trim_offsets: false,
      add_prefix_space: false,
    },
  ),
  byteLevel,
);
const postProcessor = fc.oneof(
  fc.constant(null),
  somePost,
  // The reference panics on a template after what made several parts of a text, and
  // trims the same white space twice, in its own units.
  fc.tuple(byteLevel, templates).map((processors) => ({ type: "Sequence", processors })),
);

const kinds = fc.oneof(
  fc.record({ model: spacedBpe, normalizer: spacedNormalizer, pre_tokenizer: spacedPre }),
  fc.record({ model: byteBpe, normalizer, pre_tokenizer: bytePre }),
  fc.record({
    model: fc.oneof(suffixBpe, wordPiece, wordLevel),
    normalizer,
    pre_tokenizer: wordPre,
  }),
  fc.record({ model: unigram, normalizer: spacedNormalizer, pre_tokenizer: spacedPre }),
);

/** A tokenizer.json's object. */
export const tokenizerFile = fc
  .record({ kind: kinds, addedTokens, decoder, postProcessor })
  .map(({ kind, addedTokens, decoder, postProcessor }) => {
    const vocabulary = kind.model.vocab;
    const entries = Array.isArray(vocabulary)
      ? new Map(vocabulary.map(([content], id) => [content as string, id]))
      : new Map(Object.entries(vocabulary));
    let next = entries.size;
    return {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: addedTokens
        .map((token) => ({ id: entries.get(token.content) ?? next++, ...token }))
        .sort((a, b) => a.id - b.id),
      normalizer: kind.normalizer,
      pre_tokenizer: kind.pre_tokenizer,
      post_processor: postProcessor,
      decoder,
      model: kind.model,
    };
  });
