// Options of truncation and padding, checked, in the terms of the components.

import type { Padding } from "./components/padding.js";
import type { Truncation } from "./components/truncation.js";
import { TokenizerError } from "./errors.js";
import { checkCount, checkText, type PaddingOptions, type TruncationOptions } from "./options.js";

const STRATEGIES = {
  "longest-first": "LongestFirst",
  "only-first": "OnlyFirst",
  "only-second": "OnlySecond",
} as const;

export function toTruncation(options: TruncationOptions): Truncation {
  const { maxLength, stride = 0, strategy = "longest-first", direction = "right" } = options;
  checkCount(maxLength, "truncation.maxLength");
  checkCount(stride, "truncation.stride");
  const known = STRATEGIES[strategy];
  if (known === undefined) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `truncation.strategy must be one of ${Object.keys(STRATEGIES).join(", ")}, and is ${String(strategy)}`,
    );
  }
  return { maxLength, stride, strategy: known, direction: side(direction, "truncation") };
}

/** @param own  the tokenizer's padding token, if it has one. */
export function toPadding(
  options: PaddingOptions,
  own: string | undefined,
  idOf: (token: string) => number | undefined,
): Padding {
  const { length = "longest", direction = "right", multipleOf, token = own } = options;
  if (length !== "longest") checkCount(length, "padding.length");
  if (multipleOf !== undefined) checkCount(multipleOf, "padding.multipleOf", 1);
  if (token === undefined) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      "padding needs a token, and this tokenizer names none: pass padding.token",
    );
  }
  checkText(token, "padding.token");
  const id = idOf(token);
  if (id === undefined) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `padding.token is ${JSON.stringify(token)}, which the vocabulary lacks`,
    );
  }
  return { length, direction: side(direction, "padding"), multipleOf, id, typeId: 0, token };
}

export type TextPair = readonly [text: string, pair: string | undefined];

/** @param pair  the second text of those that are alone. */
export function pairsOf(
  texts: readonly (string | readonly string[])[],
  pair: string | undefined,
): TextPair[] {
  return texts.map((each, i) => {
    const name = texts.length > 1 ? `texts[${i}]` : "text";
    if (!Array.isArray(each)) {
      checkText(each, name);
      if (pair !== undefined) checkText(pair, "the second text of a pair");
      return [each, pair];
    }
    const [first, second] = each;
    checkText(first, name);
    checkText(second, "the second text of a pair");
    if (each.length === 2) return [first, second];
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `${name} must be a text or a pair of texts, and is ${each.length} of them`,
    );
  });
}

function side(direction: unknown, of: string): "Left" | "Right" {
  if (direction === "left") return "Left";
  if (direction === "right") return "Right";
  throw new TokenizerError(
    "ERR_ARGUMENT",
    `${of}.direction must be "left" or "right", and is ${String(direction)}`,
  );
}
