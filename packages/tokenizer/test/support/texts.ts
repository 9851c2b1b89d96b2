// Texts that tokenizers get wrong, as fast-check arbitraries: every plane, and the
// seams where normalizers, pre-tokenizers, merges and added tokens meet.

import fc from "fast-check";

/** Any UTF-16 text, lone surrogates too; each plane is as likely as the next. */
export function anyText(maxLength = 60): fc.Arbitrary<string> {
  return fc.array(anyCharacter(), { maxLength, size: "max" }).map(join);
}

/** One code point, or half of one. */
export function anyCharacter(): fc.Arbitrary<string> {
  const between = (min: number, max: number) =>
    fc.integer({ min, max }).map((point) => String.fromCodePoint(point));
  return fc.oneof(
    { weight: 6, arbitrary: between(0x20, 0x7e) },
    { weight: 1, arbitrary: between(0, 0x1f) },
    { weight: 2, arbitrary: between(0x7f, 0x24f) },
    { weight: 4, arbitrary: between(0x250, 0x1fff) },
    { weight: 2, arbitrary: between(0x2000, 0x2fff) },
    { weight: 2, arbitrary: between(0x3000, 0x9fff) },
    { weight: 2, arbitrary: between(0xa000, 0xffff) },
    { weight: 3, arbitrary: between(0x10000, 0x1ffff) },
    { weight: 1, arbitrary: between(0x20000, 0x3ffff) },
    { weight: 1, arbitrary: between(0x40000, 0x10ffff) },
  );
}

export interface HostileOptions {
  /** Contents of added tokens: they appear whole, broken, doubled and next to white space. */
  readonly special?: readonly string[];
  /** Most fragments in a text. Default: 12. */
  readonly fragments?: number;
  /** Longest run of one fragment, in repetitions. Default: 70. */
  readonly run?: number;
  /** Halves of surrogate pairs standing alone. Default: true. */
  readonly surrogates?: boolean;
}

/** Fragments that each provoke something, put side by side without a seam. */
export function hostileText(options: HostileOptions = {}): fc.Arbitrary<string> {
  const { special = [], fragments = 12, run = 70, surrogates = true } = options;
  const one = fc.oneof(
    ...Object.values(kinds).map((list) => fc.constantFrom(...list)),
    ...(surrogates ? [fc.constantFrom(...halves)] : []),
    ...(special.length > 0 ? [aroundSpecial(special)] : []),
    digits(),
    randomWord(),
    fc.array(anyCharacter(), { minLength: 1, maxLength: 3 }).map((s) => whole(join(s), surrogates)),
  );
  const fragment = fc.oneof(
    { weight: 20, arbitrary: one },
    { weight: 3, arbitrary: fc.tuple(one, fc.integer({ min: 2, max: 6 })).map(repeat) },
    { weight: 1, arbitrary: fc.tuple(one, fc.integer({ min: 7, max: run })).map(repeat) },
  );
  return fc
    .array(fragment, { minLength: 1, maxLength: fragments, size: "max" })
    .map((parts) => whole(join(parts), surrogates));
}

const join = (parts: readonly string[]) => parts.join("");
const repeat = ([part, count]: [string, number]) => part.repeat(count);
const whole = (text: string, surrogates: boolean) =>
  surrogates ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Digits as numbers have them: long, grouped, with points, in several scripts. */
function digits(): fc.Arbitrary<string> {
  const run = fc.stringMatching(/^[0-9]{1,12}$/);
  return fc.oneof(
    run,
    run.map((digit) => `-${digit}`),
    fc.tuple(run, run).map(([a, b]) => `${a}.${b}`),
    fc.tuple(run, run).map(([a, b]) => `${a},${b}`),
    fc.tuple(run, run).map(([a, b]) => `\\frac{${a}}{${b}}`),
    fc.constantFrom(
      "٣٤٥",
      "१२३४",
      "１２３",
      "²³¹",
      "Ⅻ",
      "½⅓",
      "①⑳",
      "𝟙𝟚𝟛",
      "一千二",
      "1e-9",
      "0x1F",
    ),
  );
}

/** Letters that no vocabulary has as a word, so that merges decide. */
function randomWord(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.stringMatching(/^[a-z]{1,24}$/),
    fc.stringMatching(/^ ?[A-Za-z]{1,10}$/),
    fc.stringMatching(/^[bcdfghjklmnpqrstvwxz]{2,16}$/),
    fc.stringMatching(/^ [\u0430-\u044f]{2,10}$/),
    fc.stringMatching(/^[\u4e00-\u9fa5]{1,12}$/),
    fc.stringMatching(/^[\uac00-\ud7a3]{1,6}$/),
  );
}

function aroundSpecial(special: readonly string[]): fc.Arbitrary<string> {
  const token = fc.constantFrom(...special);
  const side = fc.constantFrom(
    "",
    "",
    " ",
    "  ",
    "\n",
    "\u00a0",
    "\u3000",
    "a",
    "_",
    "1",
    "é",
    "中",
  );
  return fc.oneof(
    fc.tuple(side, token, side).map(join),
    fc.tuple(token, token).map(join),
    // Broken at any place, and begun again.
    fc.tuple(token, fc.nat(40), token).map(([a, at, b]) => a.slice(0, at % (a.length + 1)) + b),
    fc.tuple(token, fc.nat(40)).map(([a, at]) => a.slice(at % (a.length + 1))),
    token.map((content) => content.toUpperCase()),
    token.map((content) => content.normalize("NFD")),
  );
}

const halves = ["\ud800", "\udc00", "\ud83d", "\ude00", "\udfff\ud800", "a\ud83d", "\udbff "];

const kinds = {
  words: [
    "the",
    " the",
    "Hello",
    " World",
    "camelCaseWORDS",
    "ÜBER",
    "naïve",
    " Привет",
    "ΣΊΣΥΦΟΣ",
  ],
  contractions: ["'s", "'LL", "'Re", "’s", "'ſ", " don't", "'t've", "I'M", "''d"],
  spaces: [
    " ",
    "  ",
    "   ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\n\n ",
    " \n",
    "\t \n\t",
    " \r\n \n",
    "\v\f",
  ],
  separators: [
    "\u0085",
    "\u00a0",
    "\u1680",
    "\u180e",
    "\u2007",
    "\u2028",
    "\u2029",
    "\u202f",
    "\u205f",
    "\u3000",
    " \u3000 ",
    "\u0085\n",
  ],
  invisible: [
    "\ufeff",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\u061c",
    "\u202e",
    "\u034f",
  ],
  control: ["\0", "\x01", "\x1b[0m", "\x1f", "\x7f", "\x9f", "\x1c"],
  punctuation: [
    "!",
    "...",
    "?!",
    ")\n\n",
    " (",
    "--",
    "—",
    "“”",
    "«",
    "、。",
    "$$",
    "^^",
    " ~`",
    "//",
    "\\",
  ],
  latex: [
    "\\frac{1}{2}",
    "$x^{2}_{i}$",
    "\\sum_{i=1}^{n}",
    "\\[\n",
    "\\text{ km}",
    "1{,}000",
    "\\%",
  ],
  code: ["if (x) {\n    return;\n}", "#include <a>", "</div>", "a_b__c", "f(x)=x**2;", "\t\t\tx"],
  vocabulary: ["▁", "▁▁", " ▁a", "Ġ", "Ċ", "Ã©", "##ing", "</w>", "@@", "<0x0A>", "<unk>", "[UNK]"],
  emoji: [
    "😀",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "👍🏽",
    "🇩🇪🇫🇷",
    "1️⃣",
    "❤️",
    "🧑🏿‍🚀",
    "☺",
    "\ufe0f",
    "🏴\u{e0067}\u{e0062}\u{e007f}",
  ],
  marks: [
    "e\u0301",
    "\u0301",
    "a\u0323\u0307\u0301",
    "a\u0301\u0323",
    "\u0344",
    "q\u0307\u0323",
    "Z\u0351\u036b\u0343",
    "\u1ab0",
    "\u{1d165}",
    "क\u094dष\u093f",
    "ก็",
    "ب\u064e\u0651",
  ],
  // Each is changed by one of NFC, NFD, NFKC, NFKD, or by a change of case.
  normalised: [
    "é",
    "Å",
    "\u212b",
    "ﬁ",
    "Ω\u2126",
    "\u0958",
    "\ufb1d",
    "\u{1d15e}",
    "½",
    "ｶﾞ",
    "㍿",
    "ﷺ",
    "…",
    "İ",
    "ẞß",
    "ǅ",
    "\u1e9b\u0323",
    "\u{2f800}",
  ],
  hangul: ["한국어", "\u1112\u1161\u11ab", "가\u11a8", "\u1100\u1100\u1161", "\u1161", "ㅎㅏㄴ"],
  asian: [
    "中文",
    "你好，世界。",
    "日本語です",
    "カタカナ",
    "がぎ",
    "か\u3099",
    "ー",
    "𠀀𠮷",
    "㐀",
    "ภาษาไทย",
    "ខ្មែរ",
  ],
  middle: ["مرحبا", "שָׁלוֹם", "हिन्दी", "اَلْعَرَبِيَّةُ", "ተፈተነ", "தமிழ்", "ქართული", "Ⴀ"],
  // Letters of the newest Unicode versions, unassigned, private use and noncharacters.
  rare: [
    "\u088f",
    "\u1c89",
    "\ua7cb",
    "\u{105c0}",
    "\u{1e6c0}",
    "\u{323b0}",
    "\u0378",
    "\ue000",
    "\uffff",
    "\u{10ffff}",
    "\ufffd",
    "\ufdd0",
  ],
} satisfies Record<string, readonly string[]>;
