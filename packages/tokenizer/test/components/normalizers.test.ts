import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlignedText, widthAt } from "../../src/components/aligned-text.js";
import { buildNormalizer } from "../../src/components/normalizers.js";
import type { Component } from "../../src/definition.js";
import { TokenizerError } from "../../src/errors.js";
import { sortMarks } from "../../src/unicode/mark-order.js";
import { normalize } from "../../src/unicode/normalize.js";
import { golden, toUnits, unitOffsets } from "./golden.js";

const { texts, cases } = golden("normalizers");

/** The ranges of the original text that the characters of `aligned` came from. */
function characterRanges(aligned: AlignedText): number[] {
  const ranges: number[] = [];
  for (let i = 0; i < aligned.text.length; ) {
    const end = i + widthAt(aligned.text, i);
    ranges.push(aligned.start(i), aligned.end(end));
    i = end;
  }
  return ranges;
}

describe("a normalizer gives the text and the alignments of Hugging Face", () => {
  for (const { component, results } of cases) {
    test(JSON.stringify(component).slice(0, 150), () => {
      const normalizer = buildNormalizer(component);
      texts.forEach((text: string, i: number) => {
        if (results[i] === null) return;
        const identity = [...text].flatMap((_, at) => [at, at + 1]);
        const [expected, ranges] = results[i] === 0 ? [text, identity] : results[i];
        const aligned = normalizer.normalize(new AlignedText(text, 0));
        expect([text, aligned.text]).toEqual([text, expected]);
        expect([text, characterRanges(aligned)]).toEqual([text, toUnits(text, ranges)]);
        expect(normalizer.normalize(new AlignedText(text, -1)).text).toBe(expected);
      });
    });
  }
});

test("alignments are relative to where the text begins", () => {
  const text = "éa";
  const aligned = buildNormalizer({ type: "NFD" }).normalize(new AlignedText(text, 100));
  expect(characterRanges(aligned)).toEqual([100, 101, 100, 101, 101, 102]);
});

test("a text that a normalizer leaves alone keeps no alignment", () => {
  const text = new AlignedText("plain", 0);
  for (const type of ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]) {
    expect(buildNormalizer({ type }).normalize(text)).toBe(text);
  }
});

test("both halves of a surrogate pair come from the whole character", () => {
  const text = "x😀";
  const aligned = buildNormalizer({ type: "Prepend", prepend: "▁" }).normalize(
    new AlignedText(text, 0),
  );
  expect([aligned.start(3), aligned.end(3), aligned.start(2), aligned.end(4)]).toEqual([
    1, 3, 1, 3,
  ]);
  expect(unitOffsets(text)).toEqual([0, 1, 3]);
});

describe("a megabyte (UTF-8) of combining marks is normalized in linear time", () => {
  for (const marks of [
    "\u0301",
    "\u0301\u0323",
    "\u0344\u0323\u0f73\u0334",
    "\u{1d16d}\u{1d165}",
  ]) {
    for (const type of ["NFC", "NFD"]) {
      test(`${type} of ${JSON.stringify(marks)}`, () => {
        const normalizer = buildNormalizer({ type });
        const text = `a${marks.repeat((1 << 19) / marks.length)}`;
        const before = process.cpuUsage();
        normalizer.normalize(new AlignedText(text, -1));
        expect(process.cpuUsage(before).user).toBeLessThan(5e6);
      });
    }
  }
});

test("sorting marks first changes no normal form", () => {
  const all =
    "\u0300\u0301\u0323\u0344\u0345\u0334\u05b0\u0f73\u302a\u3099\u1ab0\u20d0\u093c\u{1d16d}a";
  const mark = fc.constantFrom(...all, "\u0903", "\u1acf", "\u08d4", "\u{1e94a}", "\u{16ff0}");
  const run = fc.array(mark, { minLength: 100, maxLength: 400, size: "max" });
  fc.assert(
    fc.property(run, (marks) => {
      const text = `e${marks.join("")}`;
      for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
        expect(normalize(sortMarks(text), form)).toBe(normalize(text, form));
      }
    }),
    { seed: 20261126, numRuns: 200 },
  );
});

test("alignments of a long run of marks are linear too", () => {
  const text = `a${"\u0301\u0323".repeat(1 << 17)}`;
  const before = process.cpuUsage();
  const aligned = buildNormalizer({ type: "NFC" }).normalize(new AlignedText(text, 0));
  expect([aligned.text.length, aligned.start(0), aligned.end(1)]).toEqual([text.length - 1, 0, 1]);
  expect(process.cpuUsage(before).user).toBeLessThan(5e6);
});

describe("a normalized text has a limit", () => {
  const doubled = { type: "Replace", pattern: { String: "a" }, content: "aa" };
  const limit =
    /^normalizer: expected a normalized text of at most \d+ UTF-16 units .*, found \d+$/;

  /** With alignments and without. */
  function refuses(component: Component, text: string): void {
    const normalizer = buildNormalizer(component);
    for (const origin of [0, -1]) {
      let error: unknown;
      try {
        normalizer.normalize(new AlignedText(text, origin));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(TokenizerError);
      expect((error as TokenizerError).code).toBe("ERR_LIMIT");
      expect((error as TokenizerError).message).toMatch(limit);
    }
  }

  test("in a sequence of steps that each double it", () => {
    refuses({ type: "Sequence", normalizers: new Array(30).fill(doubled) }, "a");
    const pattern = { Regex: "a|(?<=x)a" };
    refuses(
      { type: "Sequence", normalizers: new Array(30).fill({ ...doubled, pattern }) },
      "a".repeat(10),
    );
  });
  test("in one step that puts a long string in many places, before it is made", () => {
    const content = "x".repeat(1 << 20);
    refuses({ type: "Replace", pattern: { String: "a" }, content }, "a".repeat(1 << 16));
    refuses({ type: "Replace", pattern: { String: "" }, content }, "a".repeat(1 << 16));
    refuses({ type: "Replace", pattern: { Regex: "\\p{L}" }, content }, "a".repeat(1 << 16));
  });
  test("in prefixes", () => {
    const prefix = { type: "Prepend", prepend: "x".repeat(1 << 18) };
    refuses({ type: "Sequence", normalizers: new Array(1024).fill(prefix) }, "a");
  });
  test("in a map of characters", () => {
    // A trie of the one key "a", whose replacement is long.
    const units = new Uint32Array(512);
    units[0] = 256 << 10;
    units[256 ^ 0x61] = 0x61 | 0x100 | (1 << 10);
    const trie = String.fromCharCode(...new Uint8Array(units.buffer));
    const header = String.fromCharCode(0, 8, 0, 0);
    const map = btoa(`${header}${trie}${"x".repeat(1 << 20)}\0`);
    const normalizer = { type: "Precompiled", precompiled_charsmap: map };
    const one = buildNormalizer(normalizer).normalize(new AlignedText("a", -1)).text;
    expect(one).toHaveLength(1 << 20);
    refuses(normalizer, "a".repeat(1 << 16));
  });
  test("which leaves room for 64 times the text and 2^20 more", () => {
    const most = (1 << 20) + 64;
    for (const [length, fits] of [
      [most, true],
      [most + 1, false],
    ] as const) {
      const component = { ...doubled, content: "x".repeat(length) };
      if (!fits) refuses(component, "a");
      else {
        const { text } = buildNormalizer(component).normalize(new AlignedText("a", -1));
        expect(text).toHaveLength(length);
      }
    }
  });
});

test("an empty pattern is found between characters, with alignments and without", () => {
  const normalizer = buildNormalizer({ type: "Replace", pattern: { String: "" }, content: "-" });
  for (const text of ["", "a😀"]) {
    const expected = text && "-a-😀-";
    expect(normalizer.normalize(new AlignedText(text, 0)).text).toBe(expected);
    expect(normalizer.normalize(new AlignedText(text, -1)).text).toBe(expected);
  }
});

test("characters that belong to the cluster of the next one make it too long to be looked up", () => {
  const component = cases
    .map((each: { component: Component }) => each.component)
    .find((each: Component) => each.type === "Precompiled");
  const normalizer = buildNormalizer(component);
  // As tokenizers 0.23.2 gives them, for this map.
  const results: [string, string][] = [
    ["\u0600e\u0301", "\u0600e\u0301"],
    ["\u0600\u0601e\u0301", "\u0600\u0601e\u0301"],
    ["\u06dde\u0301", "\u06dde\u0301"],
    ["\u0d4ee\u0301", "\u0d4ee\u0301"],
    ["\ud804\udcbde\u0301", "\ud804\udcbde\u0301"],
    ["\u0606e\u0301", "\u0606\u00e9"],
    ["\u0600\u00bd\u0301x", "\u06001/2\u0301x"],
    ["\u00bd\u0301x", "1/2x"],
    ["\u0600\u00bd\u093fx", "\u06001/2\u093fx"],
    ["\u00aa\u0301", "a"],
    ["\u0600\u00aa\u0301", "\u0600a\u0301"],
    ["\u0600\r\ne\u0301", "\u0600 \u00e9"],
    ["\u0600\u200be\u0301", "\u0600 \u00e9"],
    ["\u0600\u0301e\u0301", "\u0600\u0301\u00e9"],
    ["e\u0600\u0301", "e\u0600\u0301"],
    ["e\u0301\u0600", "\u00e9\u0600"],
  ];
  for (const [text, expected] of results) {
    expect([text, normalizer.normalize(new AlignedText(text, 0)).text]).toEqual([text, expected]);
    expect([text, normalizer.normalize(new AlignedText(text, -1)).text]).toEqual([text, expected]);
  }
  // Of all characters, those after which e and an accent stay two.
  const joins = (codePoint: number): boolean => {
    const text = `${String.fromCodePoint(codePoint)}e\u0301`;
    return normalizer.normalize(new AlignedText(text, -1)).text === text;
  };
  const joining: number[] = [];
  for (let c = 0; c < 0x20000; c++) if ((c & 0x1f800) !== 0xd800 && joins(c)) joining.push(c);
  const ranges = [
    [0x600, 0x605],
    [0x6dd, 0x6dd],
    [0x70f, 0x70f],
    [0x890, 0x891],
    [0x8e2, 0x8e2],
    [0xd4e, 0xd4e],
    [0x110bd, 0x110bd],
    [0x110cd, 0x110cd],
    [0x111c2, 0x111c3],
    [0x113d1, 0x113d1],
    [0x1193f, 0x1193f],
    [0x11941, 0x11941],
    [0x11a84, 0x11a89],
    [0x11d46, 0x11d46],
    [0x11f02, 0x11f02],
  ] as const;
  expect(joining).toEqual(
    ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
  );
});
