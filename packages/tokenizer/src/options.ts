// What can be asked of an encoding, and how it is checked.

import { TokenizerError } from "./errors.js";
import type { SpecialTokens } from "./pipeline/special-tokens.js";

export interface TruncationOptions {
  /** Tokens that remain, special ones included. */
  readonly maxLength: number;
  /** Tokens that each overflowing part repeats of the one before; 0 by default. */
  readonly stride?: number;
  /** Which text of a pair loses tokens; by default the longest first. */
  readonly strategy?: "longest-first" | "only-first" | "only-second";
  /** The side that tokens are taken from; the right one by default. */
  readonly direction?: "left" | "right";
}

export interface PaddingOptions {
  /** A number of tokens, or that of the longest encoding of the batch (the default). */
  readonly length?: number | "longest";
  /** The side that the padding stands on; the right one by default. */
  readonly direction?: "left" | "right";
  /** The length is rounded up to a multiple of this. */
  readonly multipleOf?: number;
  /** The token that fills; the tokenizer's own padding token by default. */
  readonly token?: string;
}

export interface EncodeOptions {
  /** The second text of a pair, for templates that know one. */
  readonly pair?: string;
  /** Whether the template's tokens are added (`<s>`, `[CLS]`); true by default. */
  readonly addSpecialTokens?: boolean;
  /** What becomes of special tokens that are written out in the text; `"parse"` by default. */
  readonly specialTokens?: SpecialTokens;
  /** By default what the file says. */
  readonly truncation?: false | TruncationOptions;
  /** By default what the file says. */
  readonly padding?: false | PaddingOptions;
}

const wrong = (name: string, expected: string, found: string): never => {
  throw new TokenizerError("ERR_ARGUMENT", `${name} must be ${expected}, and is ${found}`);
};

export const described = (value: unknown): string => (value === null ? "null" : typeof value);

export function checkText(text: unknown, name = "text"): asserts text is string {
  if (typeof text !== "string") wrong(name, "a string", described(text));
}

export function checkCount(value: unknown, name: string, least = 0): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  wrong(name, `a whole number from ${least}`, String(value));
}

/** The ids themselves are checked where they are looked up. */
export function checkIds(ids: unknown): asserts ids is ArrayLike<number> {
  const length = typeof ids === "object" ? (ids as { length?: unknown } | null)?.length : undefined;
  if (Number.isSafeInteger(length) && (length as number) >= 0) return;
  wrong("ids", "an array or typed array of numbers", described(ids));
}

export function checkList(list: unknown, name: string): void {
  if (!Array.isArray(list)) wrong(name, "an array", described(list));
}

/** Options may be left out, and must otherwise be an object. */
export function checkOptions(options: unknown, name = "options"): void {
  if (typeof options !== "object" || options === null) wrong(name, "an object", described(options));
}

/** Whether an option that is true or false is so, or left out. */
export function checkFlag(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== "boolean")
    wrong(name, "true or false", described(value));
}

const SPECIAL: readonly unknown[] = ["parse", "text", "refuse", undefined];

export function checkSpecial({ addSpecialTokens, specialTokens }: EncodeOptions): void {
  checkFlag(addSpecialTokens, "addSpecialTokens");
  if (!SPECIAL.includes(specialTokens))
    wrong("specialTokens", '"parse", "text" or "refuse"', String(specialTokens));
}
