import { describe, expect, test } from "vitest";
import { type EncodingParts, encodingParts } from "../../src/components/encoding-parts.js";
import { pad, readPadding } from "../../src/components/padding.js";
import { buildPostProcessor, joinSequences } from "../../src/components/post-processors.js";
import { trimOffsets } from "../../src/components/trim-offsets.js";
import { readTruncation, truncate } from "../../src/components/truncation.js";
import { golden } from "./golden.js";

const { pairs, inputs, columns, cases, table } = golden("post-processing");

type Row = [...number[], number[]];

function unpack(index: number): Record<string, unknown> {
  const row: Row = table[index];
  const result: Record<string, unknown> = { overflowing: ((row[7] as number[]) ?? []).map(unpack) };
  columns.forEach((column: string, i: number) => {
    result[column] = table[row[i] as number];
  });
  return result;
}

/** Without the ids of sequences, which Hugging Face loses in what overflows. */
function comparable({ sequenceIds: _, ...parts }: EncodingParts): unknown {
  return { ...parts, overflowing: parts.overflowing.map(comparable) };
}

function sequences(input: (typeof inputs)[number]): EncodingParts[] {
  return input
    .filter((each: unknown) => each !== null)
    .map(([ids, tokens, offsets, words]: [number[], string[], number[], number[]], i: number) =>
      encodingParts(ids, words, i, { tokens, offsets }),
    );
}

describe("truncation, post-processing and padding give the encodings of Hugging Face", () => {
  for (const [processor, truncation, padding, results] of cases) {
    const name = JSON.stringify([processor?.type, truncation, padding]).slice(0, 200);
    test(name, () => {
      const post = processor ? buildPostProcessor(processor) : undefined;
      results.forEach((expected: number | null, i: number) => {
        const pair = Math.floor(i / 2);
        const special = i % 2 === 0;
        const added = special ? (post?.addedTokens(inputs[pair][1] !== null) ?? 0) : 0;
        // Hugging Face's subtraction wraps around here, and nothing is truncated.
        if (truncation && truncation.max_length < added) return;
        const encode = (): EncodingParts => {
          let parts = sequences(inputs[pair]);
          if (truncation) parts = truncate(parts, readTruncation(truncation), added);
          const whole = post ? post.process(parts, special, trimOffsets) : joinSequences(parts);
          return padding ? (pad([whole], readPadding(padding))[0] as EncodingParts) : whole;
        };
        const label = [...pairs[pair], special];
        if (expected === null) expect(encode).toThrow();
        else expect([label, comparable(encode())]).toEqual([label, unpack(expected)]);
      });
    });
  }
});

test("added tokens and padding are of no sequence", () => {
  const post = buildPostProcessor({ type: "BertProcessing", sep: ["s", 1], cls: ["c", 2] });
  const whole = post.process([encodingParts([5], [0]), encodingParts([6, 7], [0, 0], 1)], true);
  const padding = { length: 8, direction: "Left", id: 0, typeId: 0, token: "" } as const;
  expect(pad([whole], padding)[0]?.sequenceIds).toEqual([-1, -1, -1, 0, -1, 1, 1, -1]);
});

test("padding of a batch reaches the longest", () => {
  const padding = readPadding({
    strategy: "BatchLongest",
    direction: "Right",
    pad_id: 9,
    pad_type_id: 0,
    pad_token: "[PAD]",
  });
  const batch = [[1], [1, 2, 3], []].map((ids) => encodingParts(ids, ids));
  expect(pad(batch, padding).map((parts) => parts.ids)).toEqual([
    [1, 9, 9],
    [1, 2, 3],
    [9, 9, 9],
  ]);
});

test("tokens and offsets that were not asked for stay away", () => {
  const post = buildPostProcessor({ type: "BertProcessing", sep: ["s", 1], cls: ["c", 2] });
  const whole = post.process([encodingParts([5], [0])], true);
  expect([whole.ids, whole.tokens, whole.offsets]).toEqual([[2, 5, 1], undefined, undefined]);
});

test("padding to an absurd length is refused", () => {
  const fields = { direction: "Left", pad_id: 0, pad_type_id: 0, pad_token: "" };
  const padding = readPadding({ strategy: { Fixed: 4e9 }, ...fields });
  expect(() => pad([], padding)).toThrow(/4000000000 tokens/);
});

test("a stride that is not less than the length is refused", () => {
  const truncation = { maxLength: 2, stride: 2, strategy: "LongestFirst", direction: "Right" };
  const parts = encodingParts([1, 2, 3], [0, 1, 2]);
  expect(() => truncate([parts], truncation as never)).toThrow(/stride 2 is not less than 2/);
});

test("truncation to less than the special tokens leaves those alone", () => {
  const truncation = { max_length: 1, strategy: "LongestFirst", stride: 0 };
  const post = buildPostProcessor({ type: "BertProcessing", sep: ["s", 1], cls: ["c", 2] });
  const parts = truncate([encodingParts([5], [0])], readTruncation(truncation), 2);
  expect(post.process(parts, true).ids).toEqual([2, 1]);
});
