// The forms of numbers that the scanner tells apart.

import { checkOptions } from "../options.js";

/** By the code that {@link scanNumbers} writes; 0 is none. */
export const NUMBER_KINDS = [
  "none",
  "integer",
  "decimal",
  "scientific",
  "grouped",
  "percent",
  "fraction",
  "mixed",
  "radix",
  "ordinal",
  "repeating",
] as const;

export type NumberKind = Exclude<(typeof NUMBER_KINDS)[number], "none">;

export const NONE = 0;
export const INTEGER = 1;
export const DECIMAL = 2;
export const SCIENTIFIC = 3;
export const GROUPED = 4;
export const PERCENT = 5;
export const FRACTION = 6;
export const MIXED = 7;
export const RADIX = 8;
export const ORDINAL = 9;
export const REPEATING = 10;

/** What counts as a number beyond the rules of the grammar. */
export interface NumberOptions {
  /**
   * `1/2` and `3 1/2` are one number each (default). If false, a slash divides two numbers;
   * `\frac{1}{2}` and `½` stay one.
   */
  readonly slashFractions?: boolean;
  /** `1 234 567` with plain spaces is one number. Default false: it may be three. */
  readonly spaceGroups?: boolean;
  /** `1.5 million` is one number, 1500000. Default false: it is 1.5. */
  readonly multipliers?: boolean;
}

export const SLASH_FRACTIONS = 1;
export const SPACE_GROUPS = 2;
export const MULTIPLIERS = 4;

export function flagsOf(options: NumberOptions): number {
  checkOptions(options);
  return (
    (options.slashFractions === false ? 0 : SLASH_FRACTIONS) |
    (options.spaceGroups ? SPACE_GROUPS : 0) |
    (options.multipliers ? MULTIPLIERS : 0)
  );
}

export const MULTIPLIER_WORDS: Readonly<Record<string, number>> = {
  hundred: 2,
  thousand: 3,
  million: 6,
  billion: 9,
  trillion: 12,
};
