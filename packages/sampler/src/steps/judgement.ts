// What is said of one link of a chain, and what the line around it allows.

import type { Rational } from "../exact/rational.js";
import type { ClaimFlag, ClaimKind, ClaimVerdict } from "./claim.js";
import type { Token } from "./tokens.js";

export interface Judgement {
  readonly kind: ClaimKind;
  readonly verdict: ClaimVerdict;
  readonly reason: string;
  readonly flags?: readonly ClaimFlag[];
}

/** What the line around a claim says. */
export interface Surroundings {
  /** Words that allow whole numbers near the exact one. */
  readonly rounds: boolean;
  /** Words that suppose, ask or deny. */
  readonly supposes: boolean;
  /** The line ends with a question mark. */
  readonly asks: boolean;
  /** Words that deny what stands beside them. */
  readonly denies: boolean;
  /** Words of another arithmetic: remainders, digits to another base. */
  readonly other: boolean;
  readonly tokens: readonly Token[];
  /** The words of the line, with `%` and `$`. */
  readonly words: ReadonlySet<string>;
  /** Within `<<…>>`, where nothing but numbers is meant. */
  readonly annotated?: boolean;
}

/** A number in a reason. */
export const show = (value: Rational): string => {
  const text = value.toString();
  return text.length > 40 ? `${text.slice(0, 36)}…` : text;
};
