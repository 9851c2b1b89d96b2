import fc from "fast-check";
import { expect, it } from "vitest";
import { isUtf8, utf8Text } from "../../src/decoding/utf8-text.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Runs of one kind of content, long enough for every size of part. */
const runs = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom("a", "é", "ÿ", "Ж", "中", "\u07ff\u0800\uffff", "😀", "\u{10ffff}", "\ufeff"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    ),
    fc.integer({ min: 1, max: 3000 }),
  ),
  { maxLength: 6 },
);
const encoder = new TextEncoder();
const well = runs.map((parts) => encoder.encode(parts.map(([s, n]) => s.repeat(n)).join("")));
/** Beginnings of characters, continuation bytes, overlong forms, surrogates, what is above Unicode. */
const ill = fc.constantFrom(
  ...[[0x80], [0xc0, 0xaf], [0xc2], [0xe0, 0x9f, 0xbf], [0xe4, 0xb8], [0xed, 0xa0, 0x80]],
  ...[[0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80], [0xf8], [0xff]],
);

it("reads well-formed text of every density", () => {
  fc.assert(
    fc.property(well, (bytes) => {
      expect(utf8Text(bytes) === decoder.decode(bytes)).toBe(true);
      expect(isUtf8(bytes, 0, bytes.length)).toBe(true);
    }),
    { seed: 1, numRuns: 300 },
  );
});

it("reads what isn't well-formed as a decoder does, and knows it", () => {
  fc.assert(
    fc.property(well, ill, fc.nat(), fc.nat({ max: 40 }), (bytes, wrong, place, times) => {
      const at = place % (bytes.length + 1);
      const filled = Array.from({ length: times }, () => wrong).flat();
      const all = Uint8Array.from([...bytes.subarray(0, at), ...filled, ...bytes.subarray(at)]);
      expect(utf8Text(all) === decoder.decode(all)).toBe(true);
      let known = true;
      try {
        strict.decode(all);
      } catch {
        known = false;
      }
      expect(isUtf8(all, 0, all.length)).toBe(known);
    }),
    { seed: 1, numRuns: 300 },
  );
});

it("reads long runs of bytes that are part of no character", () => {
  for (const byte of [0x80, 0xe4, 0xff]) {
    const bytes = new Uint8Array(10_000).fill(byte);
    expect(utf8Text(bytes) === decoder.decode(bytes)).toBe(true);
    expect(isUtf8(bytes, 0, bytes.length)).toBe(false);
  }
});
