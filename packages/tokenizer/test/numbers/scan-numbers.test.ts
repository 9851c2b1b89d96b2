import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PART } from "../../src/numbers/digit-marks.js";
import { NUMBER_KINDS, SLASH_FRACTIONS } from "../../src/numbers/kinds.js";
import { NumberReader } from "../../src/numbers/number-reader.js";
import { scanNumbers } from "../../src/numbers/scan-numbers.js";
import { Scanner, scanWith } from "../../src/numbers/scanner.js";
import { NumberSpans } from "../../src/numbers/spans.js";
import { TextBuffer } from "../../src/pipeline/text-buffer.js";
import { cases } from "./cases.js";
import { SEED } from "./support.js";

const listed = ({ data, count }: NumberSpans) => [...data.subarray(0, 3 * count)];

/** What the scanner says that knows all rules, and the fast one, from two buffers. */
function both(text: string) {
  const slow = new NumberSpans();
  scanWith(new Scanner(text, text.length, SLASH_FRACTIONS), slow, 0, false);
  const fast = new NumberSpans();
  scanNumbers(text, fast);
  const held = new NumberSpans();
  const buffer = new TextBuffer();
  buffer.bytes.fill(0x37);
  buffer.write(text, text.length % 2);
  scanNumbers(text, held, SLASH_FRACTIONS, buffer);
  return [listed(slow), listed(fast), listed(held)];
}

function expectSame(text: string) {
  const [slow, fast, held] = both(text);
  expect([text, fast]).toEqual([text, slow]);
  expect([text, held]).toEqual([text, slow]);
}

const ascii = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i));
const beyond = [
  ..."éÀ½¼¾²⁵⁻−–—’“×·⋅٪٫٬٣अ५５．，％／⁄€¢中，😀\u{1d7d8}\ud800\udc00\u00a0\u2009\u202f\ufffd",
];
const words = [
  ..."0 1 9 10 12 007 123 1000 2024 123456789 1.5 0.25 .5 1/2 3/4 10/0 1/2/3 50% -5 +5 $5 -$5 +$.5 $-5 1,234 1,23 0,123 12,345,678 2024-5 0x1F 1e5 1e-5 10^5 2^10 1st 2nd 3rd 4th 2024-01-15 1/15/2024".split(
    " ",
  ),
  ..."\\frac{ \\frac \\dfrac } { ( ) [ ] \\times \\cdot \\overline{ \\text{ \\% \\, \\! percent per cent p pe per perc x * / - + . , : = e E _ ^ c % $ s t m^2 m/s^2 m^{2} x^2 cm^ s^{-1} s^-2 kg/ \\text{m}^2 m^2.5 \\frac{-.5}{ {1,000} {-2} (1,000) [1,050]".split(
    " ",
  ),
];

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 3, arbitrary: fc.constantFrom(" ", " ", "\n") },
  { weight: 1, arbitrary: fc.constantFrom(...ascii, ...beyond) },
);

/** Mixed content over several of the parts that digits are marked in, wherever these end. */
const longText = fc
  .tuple(
    fc.array(part, { minLength: 400, maxLength: 900, size: "max" }),
    fc.array(fc.oneof(part, fc.constantFrom("the number of ", "é", "中文", "7".repeat(40))), {
      minLength: 30,
      maxLength: 90,
      size: "max",
    }),
  )
  .map(([head, often]) => {
    let text = head.join("");
    for (let i = 0; text.length < 2.5 * PART; i++) {
      // A step that is no divisor, so that each round meets the boundary elsewhere.
      for (let k = i; k < often.length; k += 1 + (i % 3)) text += often[k];
      text += " and so on ".slice(i % 11);
    }
    return text;
  });

describe("the fast scan finds what the scanner finds", () => {
  it.each(Object.keys(cases))("in the cases of %s", (name) => {
    for (const [marked] of cases[name] ?? []) expectSame(marked.replace(/[«»]/g, ""));
  });

  it("whatever two characters stand on each side of digits", () => {
    const near = [...ascii.slice(9, 14), ...ascii.slice(32, 127), ...beyond];
    for (const a of near) {
      for (const b of near) {
        expectSame(
          [`${a}${b}1`, `${a}${b}10 ${a}0${b}`, `12${a}${b}`, `0${a}${b}3`, `2024${a}${b}1`].join(
            "\n",
          ),
        );
        expectSame(`10${a}${b}10^2 ${a}${b}`);
        expectSame(`1.5${a}${b} 1/2${a}${b}`);
      }
    }
  });

  it("whatever stands around points, currencies with a sign, groups, ranges and ordinals", () => {
    const forms =
      ".5 -$5 +$5 1,234 12,345 0,123 1,23 1234,567 1,234,567 2024-5 2024-5-6 1st 2nd 3rd 4th 1nd 5 percent 1.5".split(
        / (?!p)/,
      );
    for (const form of forms) {
      for (const a of [...ascii.slice(9, 14), ...ascii.slice(32, 127), ...beyond]) {
        expectSame([`ab${a}${form}${a}c`, `7${a}${form}${a}8`, ` ${a}${form} ${a}`].join("\n"));
      }
    }
  });

  it("in random texts of all that means something", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => expectSame(parts.join(""))),
      { seed: SEED, numRuns: 20_000 },
    );
  });

  it("in long random texts, whose numbers lie across the ends of parts", () => {
    const crossed = new Set<string>();
    fc.assert(
      fc.property(longText, (text) => {
        expectSame(text);
        const bytes = Buffer.from(text);
        for (let end = PART; end < bytes.length; end += PART) {
          crossed.add(bytes.toString("latin1", end - 1, end + 1));
        }
      }),
      { seed: SEED, numRuns: 600 },
    );
    // Digits, points, groups and characters beyond ASCII have all been cut.
    const cut = [...crossed];
    for (const kind of [/\d\d/, /\d[.,/]/, /[.,/]\d/, /\^[\d{]/, /[\x80-\xff]{2}/, / \d/]) {
      expect([kind, cut.some((two) => kind.test(two))]).toEqual([kind, true]);
    }
  });

  it("in long random texts, as a reader does from pieces", () => {
    fc.assert(
      fc.property(longText, fc.integer({ min: 1, max: 500 }), (text, size) => {
        const reader = new NumberReader();
        for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
        reader.flush();
        const fast = new NumberSpans();
        scanNumbers(text, fast);
        const read = reader.numbers.flatMap(({ start, end, kind }) => [
          start,
          end,
          NUMBER_KINDS.indexOf(kind),
        ]);
        expect(read).toEqual(listed(fast));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it("in random characters of all planes, lone surrogates among them", () => {
    const unit = fc.oneof(
      fc.constantFrom(..."0123456789.,/% -"),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => expectSame(units.join(""))),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it("in texts of many parts, wherever a part ends", () => {
    for (const part of ["12345 ", "1,234,567 é", "\\frac{1}{2}½", "3.14159 中", "9", "😀7"]) {
      expectSame(part.repeat(Math.ceil(40_000 / part.length)));
    }
  });
});

describe("a buffer that holds another text", () => {
  it("is not read", () => {
    const buffer = new TextBuffer();
    buffer.write("22 and 333", 0);
    const spans = new NumberSpans();
    scanNumbers("1 and 4444", spans, SLASH_FRACTIONS, buffer);
    expect(listed(spans)).toEqual([0, 1, 1, 6, 10, 1]);
  });
});
