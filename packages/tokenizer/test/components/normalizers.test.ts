import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlignedText, widthAt } from "../../src/components/aligned-text.js";
import { buildNormalizer } from "../../src/components/normalizers.js";
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
