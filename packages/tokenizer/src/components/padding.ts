// Filling encodings up to a length, as the padding of tokenizer.json says.

import type { Component } from "../definition.js";
import { ensure } from "../errors.js";
import { addedParts, concatParts, type EncodingParts } from "./encoding-parts.js";
import { Shape } from "./shape.js";

export interface Padding {
  /** A number of tokens, or that of the longest encoding of the batch. */
  readonly length: number | "longest";
  /** The side that the padding stands on. */
  readonly direction: "Left" | "Right";
  /** The length is rounded up to a multiple of this. */
  readonly multipleOf?: number | undefined;
  readonly id: number;
  readonly typeId: number;
  readonly token: string;
}

/** Padding to more tokens than this is refused. */
const MAX_LENGTH = 1 << 24;

/**
 * Reads the field `padding` of tokenizer.json.
 * @throws TokenizerError `ERR_FORMAT`.
 */
export function readPadding(component: Omit<Component, "type">, path = "padding"): Padding {
  const shape = Shape.of(component, path);
  const fixed = typeof shape.value["strategy"] === "object";
  if (!fixed) shape.oneOf("strategy", ["BatchLongest"]);
  const multiple = shape.whole("pad_to_multiple_of", 0, 0);
  return {
    length: fixed ? shape.object("strategy").whole("Fixed") : "longest",
    direction: shape.oneOf("direction", ["Left", "Right"]),
    multipleOf: multiple > 0 ? multiple : undefined,
    id: shape.whole("pad_id"),
    typeId: shape.whole("pad_type_id"),
    token: shape.string("pad_token"),
  };
}

/**
 * Fills up the encodings of a batch, and what overflowed from them.
 * @throws TokenizerError `ERR_LIMIT` if the length is absurd.
 */
export function pad(encodings: readonly EncodingParts[], padding: Padding): EncodingParts[] {
  const { multipleOf = 1 } = padding;
  let length = 0;
  if (padding.length !== "longest") length = padding.length;
  else for (const parts of encodings) length = Math.max(length, parts.ids.length);
  length = Math.ceil(length / multipleOf) * multipleOf;
  ensure(
    length <= MAX_LENGTH,
    "ERR_LIMIT",
    () => `padding to ${length} tokens, at most ${MAX_LENGTH}`,
  );
  return encodings.map((parts) => padParts(parts, length, padding));
}

function padParts(parts: EncodingParts, length: number, padding: Padding): EncodingParts {
  const overflowing = parts.overflowing.map((part) => padParts(part, length, padding));
  const missing = length - parts.ids.length;
  if (missing <= 0) return { ...parts, overflowing };
  const ids: number[] = new Array(missing).fill(padding.id);
  const tokens: string[] = parts.tokens ? new Array(missing).fill(padding.token) : [];
  const filling = addedParts(ids, tokens, padding.typeId, 0, parts);
  const inner = { ...parts, overflowing: [] };
  const padded =
    padding.direction === "Left" ? concatParts(filling, inner) : concatParts(inner, filling);
  return { ...padded, overflowing };
}
