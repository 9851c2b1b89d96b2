import { describe, expect, it } from "vitest";
import { type DigitGrouping, preTokenizerOf } from "../../src/training/split.js";
import { cut as cutBytes } from "./helpers.js";

const cut = (...args: Parameters<typeof cutBytes>): string[] =>
  cutBytes(...args).map((piece) => new TextDecoder().decode(piece));

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

  it("cuts what is not matched where an empty match is", () => {
    expect(cut("..ab.", "none", "\\p{L}*")).toEqual([".", ".", "ab", "."]);
  });

  it("takes patterns that no automaton can run", () => {
    const pattern = "(?<=é)\\p{L}+|\\d+";
    expect(cut("éab 1234é5", "none", pattern)).toEqual(["é", "ab", " ", "1234", "é", "5"]);
    expect(cut("éab 1234é5", "right3", pattern)).toEqual(["é", "ab", " ", "1", "234", "é", "5"]);
  });

  it("groups a million digits", () => {
    const pieces = cutBytes("7".repeat(1_000_000), "right3");
    expect(pieces).toHaveLength(333_334);
    expect(pieces[0]).toHaveLength(1);
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
