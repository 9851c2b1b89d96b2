import { describe, expect, it } from "vitest";
import { type DigitGrouping, preTokenizerOf, Splitter } from "../../src/training/split.js";
import { compile } from "./helpers.js";

function cut(text: string, digits: DigitGrouping, pattern?: string): string[] {
  const pieces: string[] = [];
  const bytes = new TextEncoder().encode(text);
  const splitter = new Splitter(compile, pattern, digits, (from, start, end) =>
    pieces.push(new TextDecoder().decode(from.subarray(start, end))),
  );
  for (let at = 0; at < bytes.length; ) at = splitter.cut(bytes, at, bytes.length, 2);
  return pieces;
}

describe("cutting text into pieces", () => {
  it.each<[DigitGrouping, string[]]>([
    ["right3", ["x", "1", "234", "567"]],
    ["left3", ["x", "123", "456", "7"]],
    ["single", ["x", "1", "2", "3", "4", "5", "6", "7"]],
    ["none", ["x", "1234567"]],
  ])("groups digits: %s", (digits, expected) => {
    expect(cut("x1234567", digits)).toEqual(expected);
  });

  it.each([1, 2, 3, 4, 5, 6])("groups a number of %i digits from the right", (length) => {
    const number = "987654".slice(0, length);
    expect(cut(number, "right3")).toEqual(
      length <= 3 ? [number] : [number.slice(0, length - 3), number.slice(-3)],
    );
  });

  it("counts digits beyond ASCII by characters", () => {
    expect(cut("٣٤٥٦٧", "right3")).toEqual(["٣٤", "٥٦٧"]);
    expect(cut("٣٤٥٦", "single", " ?\\p{N}+")).toEqual(["٣", "٤", "٥", "٦"]);
  });

  it("keeps digits apart from what a pattern of one's own puts beside them", () => {
    const pattern = " ?[\\p{L}\\p{N}]+";
    expect(cut("ab1234cd 5678", "right3", pattern)).toEqual([
      "ab",
      "1",
      "234",
      "cd",
      " ",
      "5",
      "678",
    ]);
    expect(cut("ab1234cd 5678", "left3", pattern)).toEqual([
      "ab",
      "123",
      "4",
      "cd",
      " ",
      "567",
      "8",
    ]);
    expect(cut("ab12cd 34", "none", pattern)).toEqual(["ab12cd", " 34"]);
  });

  it("takes what no match covers as a piece", () => {
    expect(cut("..ab..é.c", "none", "\\p{L}+")).toEqual(["..", "ab", "..", "é", ".", "c"]);
    expect(cut("... ...", "none", "\\p{L}+")).toEqual(["... ..."]);
  });

  it("describes the same cuts as components", () => {
    const types = (component: ReturnType<typeof preTokenizerOf>): unknown =>
      (component["pretokenizers"] as { type: string }[]).map((one) => one.type);
    expect(types(preTokenizerOf(undefined, "left3"))).toEqual(["Split", "ByteLevel"]);
    expect(types(preTokenizerOf(undefined, "right3"))).toEqual(["Split", "Split", "ByteLevel"]);
    expect(types(preTokenizerOf("\\S+", "right3"))).toEqual([
      "Split",
      "Split",
      "Split",
      "ByteLevel",
    ]);
    expect(types(preTokenizerOf("\\S+", "none"))).toEqual(["Split", "ByteLevel"]);
  });
});
