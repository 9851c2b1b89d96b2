import { describe, expect, test } from "vitest";
import { AlignedText } from "../../src/components/aligned-text.js";
import { buildPreTokenizer } from "../../src/components/pre-tokenizers.js";
import { golden, toUnits } from "./golden.js";

/** Pieces and their ranges, one after another. */
function split(component: { type: string }, text: string, origin: number): (string | number)[] {
  const pieces: AlignedText[] = [];
  buildPreTokenizer(component).split(new AlignedText(text, origin), pieces);
  return pieces.flatMap((piece) => [piece.text, piece.start(0), piece.end(piece.text.length)]);
}

describe("a pre-tokenizer gives the pieces and offsets of Hugging Face", () => {
  for (const name of ["pre-tokenizers", "pre-tokenizers-2"]) {
    const { texts, cases } = golden(name);
    for (const { component, results } of cases) {
      test(JSON.stringify(component).slice(0, 150), () => {
        texts.forEach((text: string, i: number) => {
          if (text === "") return;
          const expected = results[i].map((value: string | number) =>
            typeof value === "number" ? toUnits(text, [value])[0] : value,
          );
          expect([text, split(component, text, 0)]).toEqual([text, expected]);
        });
      });
    }
  }
});

test("pieces are the same without offsets", () => {
  const component = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true };
  const strings = (origin: number) =>
    split(component, "Ünder  the sea", origin).filter((value) => typeof value === "string");
  expect(strings(-1)).toEqual(strings(0));
});

test("Metaspace in the older form marks every word", () => {
  const component = { type: "Metaspace", replacement: "▁", add_prefix_space: false };
  expect(split(component, "a b", 0)).toEqual(["a", 0, 1, "▁b", 1, 3]);
});

test("Metaspace `first` marks a piece only at the beginning of the original text", () => {
  const component = { type: "Metaspace", replacement: "▁", prepend_scheme: "first" };
  expect(split(component, "a", 0)[0]).toBe("▁a");
  expect(split(component, "a", 3)[0]).toBe("a");
});

test("a long row of delimiters is split in linear time", () => {
  const text = new AlignedText("-".repeat(1 << 18), 0);
  for (const behavior of ["MergedWithNext", "Contiguous", "Isolated"]) {
    const component = { type: "Split", pattern: { String: "-" }, behavior, invert: false };
    const before = process.cpuUsage();
    const pieces: AlignedText[] = [];
    buildPreTokenizer(component).split(text, pieces);
    expect(process.cpuUsage(before).user).toBeLessThan(2e7);
    expect(pieces.length).toBe(behavior === "Contiguous" ? 1 : 1 << 18);
  }
});

test("an empty text has no pieces", () => {
  for (const { component } of golden("pre-tokenizers").cases) {
    expect(split(component, "", 0)).toEqual([]);
  }
});
