// Cutting encodings to a length, as the truncation of tokenizer.json says.

import type { Component } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { type EncodingParts, sliceParts } from "./encoding-parts.js";
import { Shape } from "./shape.js";

export interface Truncation {
  /** Tokens that remain, special tokens included. */
  readonly maxLength: number;
  /** Tokens that each overflowing part repeats of the one before. */
  readonly stride: number;
  readonly strategy: "LongestFirst" | "OnlyFirst" | "OnlySecond";
  /** The side that tokens are taken from. */
  readonly direction: "Left" | "Right";
}

/**
 * Reads the field `truncation` of tokenizer.json.
 * @throws TokenizerError `ERR_FORMAT`.
 */
export function readTruncation(
  component: Omit<Component, "type">,
  path = "truncation",
): Truncation {
  const shape = Shape.of(component, path);
  return {
    maxLength: shape.whole("max_length"),
    stride: shape.whole("stride"),
    strategy: shape.oneOf("strategy", ["LongestFirst", "OnlyFirst", "OnlySecond"]),
    direction: shape.oneOf("direction", ["Left", "Right"], "Right"),
  };
}

/**
 * Cuts a sequence or a pair so that they have `maxLength - added` tokens together.
 * @param added Special tokens that are going to be added.
 * @throws TokenizerError `ERR_ARGUMENT` if the sequence to cut is missing or too short, or
 * if the stride isn't less than the length that a sequence is cut to.
 */
export function truncate(
  encodings: readonly EncodingParts[],
  truncation: Truncation,
  added = 0,
): EncodingParts[] {
  const { strategy, stride, direction } = truncation;
  const maxLength = Math.max(0, truncation.maxLength - added);
  const [first, second] = encodings as [EncodingParts, EncodingParts | undefined];
  const n1 = first.ids.length;
  const n2 = second?.ids.length ?? 0;
  const surplus = n1 + n2 - maxLength;
  const cut = (parts: EncodingParts, length: number): EncodingParts =>
    cutParts(parts, length, stride, direction);
  if (maxLength === 0) return encodings.map((parts) => cut(parts, 0));
  if (surplus <= 0) return [...encodings];
  if (strategy === "LongestFirst") {
    if (!second) return [cut(first, maxLength)];
    // The shorter keeps what it has, up to half.
    let less = Math.min(n1, n2);
    let more = less > maxLength ? less : Math.max(less, maxLength - less);
    if (less + more > maxLength) {
      less = Math.floor(maxLength / 2);
      more = less + (maxLength % 2);
    }
    return n1 > n2 ? [cut(first, more), cut(second, less)] : [cut(first, less), cut(second, more)];
  }
  const target = strategy === "OnlyFirst" ? first : second;
  const named = `truncation.strategy "${strategy === "OnlyFirst" ? "only-first" : "only-second"}"`;
  if (!target)
    throw new TokenizerError("ERR_ARGUMENT", `${named} cuts the second of a pair, found one text`);
  const rest = target.ids.length - surplus;
  if (rest <= 0) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `${named} would cut ${surplus} of ${target.ids.length} tokens to keep ${maxLength}`,
    );
  }
  return encodings.map((parts) => (parts === target ? cut(parts, rest) : parts));
}

/**
 * The first (or last) `length` tokens; the others, in parts of the same length that overlap
 * by `stride`, go to `overflowing`.
 */
export function cutParts(
  parts: EncodingParts,
  length: number,
  stride: number,
  direction: "Left" | "Right",
): EncodingParts {
  const total = parts.ids.length;
  if (length >= total) return parts;
  if (length === 0)
    return { ...sliceParts(parts, 0, 0), overflowing: [...parts.overflowing, parts] };
  if (stride >= length) {
    throw new TokenizerError("ERR_ARGUMENT", `stride ${stride} is not less than ${length} tokens`);
  }
  const step = length - stride;
  const cuts: EncodingParts[] = [];
  for (let at = 0; ; at += step) {
    const from = direction === "Right" ? at : Math.max(0, total - at - length);
    const to = direction === "Right" ? Math.min(total, at + length) : total - at;
    cuts.push(sliceParts(parts, from, to));
    if (direction === "Right" ? to === total : from === 0) break;
  }
  const [kept, ...overflowing] = cuts as [EncodingParts, ...EncodingParts[]];
  return { ...kept, overflowing };
}
