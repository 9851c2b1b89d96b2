// What checking finds in a text.

import type { Correction } from "./correction.js";

export type ClaimVerdict = "true" | "false" | "uncheckable";

/**
 * - `equality`: two sides of a chain that hold numbers only
 * - `comparison`: `<`, `>`, `<=`, `>=` or `!=` between numbers
 * - `annotation`: the inside of `<<…=…>>`
 * - `copy`: the number written after `>>`
 * - `identity`: two expressions with letters, as a rearrangement
 * - `equation`: an equation with letters, beside those before it
 * - `solution`: a letter and its value, beside the equations before it
 * - `units`: two amounts in units
 * - `remainder`: a quotient with a remainder
 * - `divisibility`: divisors, multiples, primes, remainders modulo a number
 * - `ratio`: two ratios
 */
export type ClaimKind =
  | "equality"
  | "comparison"
  | "annotation"
  | "copy"
  | "identity"
  | "equation"
  | "solution"
  | "units"
  | "remainder"
  | "divisibility"
  | "ratio";

/**
 * - `rounded`: equal only to the digits that are written
 * - `units`: the numbers agree, the units don't seem to
 */
export type ClaimFlag = "rounded" | "units";

export interface Claim {
  readonly kind: ClaimKind;
  readonly verdict: ClaimVerdict;
  /** First character. */
  readonly start: number;
  /** One after the last character. */
  readonly end: number;
  /** Why, in words. */
  readonly reason: string;
  readonly flags: readonly ClaimFlag[];
  /** Of a false equality that ends with a number: what would be right there. */
  readonly correction?: Correction;
}

export interface LineCheck {
  /** From 0. */
  readonly line: number;
  readonly claims: readonly Claim[];
  /** `false` if any claim is, else `true` if any is, else `uncheckable`. */
  readonly verdict: ClaimVerdict;
  /** Whether it holds an equation, another relation or another claim. */
  readonly relations: boolean;
}
