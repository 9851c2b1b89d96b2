import { expect, test } from "vitest";
import { needsNfc, normalize } from "../../src/unicode/normalize.js";
import golden from "../golden/unicode.json" with { type: "json" };

const FORMS = ["NFC", "NFD", "NFKC", "NFKD"] as const;
const fnv = (hash: number, n: number) => Math.imul(hash ^ n, 16777619) >>> 0;

test("every character by itself becomes what the reference makes of it", () => {
  for (const form of FORMS) {
    let hash = 2166136261;
    for (let c = 0; c < 0x110000; c++) {
      if (c === 0xd800) c = 0xe000;
      for (const x of normalize(String.fromCodePoint(c), form)) {
        hash = fnv(hash, x.codePointAt(0) as number);
      }
    }
    expect(hash, form).toBe(golden.forms[form]);
  }
});

test("strings of marks, jamo and characters newer than the reference's tables come out alike", () => {
  for (const [text, ...expected] of golden.texts as string[][]) {
    const name = escape(text as string);
    expect(
      FORMS.map((form) => normalize(text as string, form)),
      name,
    ).toEqual(expected);
    expect(needsNfc(text as string), name).toBe(expected[0] !== text);
  }
});

test("text that NFC leaves alone is told from text that it changes", () => {
  expect(needsNfc("plain é ß \u2014 中文、かな 한글 Привет")).toBe(false);
  expect(needsNfc("e\u0301")).toBe(true);
  expect(needsNfc("\u1100\u1161")).toBe(true);
  expect(needsNfc("か\u3099")).toBe(true);
  expect(needsNfc("\u212b")).toBe(true);
});

test("lone surrogates stay where they are", () => {
  expect(normalize("\ud800e\u0301\udc00", "NFC")).toBe("\ud800é\udc00");
  expect(normalize("\u32ff\ud800\ufb01", "NFKC")).toBe("\u32ff\ud800fi");
  expect(normalize("", "NFD")).toBe("");
});
