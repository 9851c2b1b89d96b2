// What a pattern is once it has been read.

import type { Ranges } from "../unicode/ranges.js";

/**
 * Whose regular expressions these are. `"oniguruma"`: those of tokenizer.json, where `^` and
 * `$` are about lines and `x{1,3}+` repeats a group. `"rust"`: those of tiktoken (the crates
 * fancy-regex and regex), where they are about the text and `x{1,3}+` is possessive.
 */
export type PatternDialect = "oniguruma" | "rust";

export type PatternNode =
  /** One character of a set. */
  | { readonly type: "set"; readonly set: Ranges }
  | { readonly type: "sequence"; readonly parts: readonly PatternNode[] }
  | {
      readonly type: "choice";
      readonly options: readonly PatternNode[];
      /** Where it stands in the pattern. */
      readonly at: number;
    }
  | {
      readonly type: "repeat";
      readonly body: PatternNode;
      readonly min: number;
      /** Infinity for no end. */
      readonly max: number;
      readonly mode: "greedy" | "lazy" | "possessive";
      /** Where its sign stands in the pattern. */
      readonly at: number;
    }
  | { readonly type: "group"; readonly number: number; readonly body: PatternNode }
  | { readonly type: "atomic"; readonly body: PatternNode }
  /** The next character is in the set, or, with `end`, the text ends here. */
  | { readonly type: "next"; readonly set: Ranges; readonly end: boolean }
  /** The previous character is in the set, or, with `start`, the text starts here. */
  | { readonly type: "previous"; readonly set: Ranges; readonly start: boolean }
  | {
      readonly type: "look";
      readonly behind: boolean;
      readonly negative: boolean;
      readonly body: PatternNode;
    }
  /** Between a character of the set and another one, or not (`negative`). */
  | { readonly type: "boundary"; readonly set: Ranges; readonly negative: boolean }
  /** What the group of this number has matched. */
  | { readonly type: "reference"; readonly group: number; readonly at: number };

export const EMPTY: PatternNode = { type: "sequence", parts: [] };
