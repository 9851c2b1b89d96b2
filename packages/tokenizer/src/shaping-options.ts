// Options of truncation and padding, checked, in the terms of the components.

import type { Padding } from "./components/padding.js";
import type { Truncation } from "./components/truncation.js";
import { TokenizerError } from "./errors.js";
import { checkCount, type PaddingOptions, type TruncationOptions } from "./options.js";

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

export function toPadding(options: PaddingOptions, token: string, id: number): Padding {
  const { length = "longest", direction = "right", multipleOf } = options;
  if (length !== "longest") checkCount(length, "padding.length");
  if (multipleOf !== undefined) checkCount(multipleOf, "padding.multipleOf");
  return {
    length,
    direction: side(direction, "padding"),
    multipleOf: multipleOf || undefined,
    id,
    typeId: 0,
    token,
  };
}

function side(direction: unknown, of: string): "Left" | "Right" {
  if (direction === "left") return "Left";
  if (direction === "right") return "Right";
  throw new TokenizerError(
    "ERR_ARGUMENT",
    `${of}.direction must be "left" or "right", and is ${String(direction)}`,
  );
}
