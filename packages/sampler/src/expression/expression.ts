// What the parser gives: a small tree in which everything knows where it stood.

import type { Rational } from "../exact/rational.js";

/** Offsets in the text that was parsed, in UTF-16 code units; `end` is past the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type RelationOperator = "=" | "<" | ">" | "<=" | ">=" | "!=" | "~" | "≡" | "∈" | "∉" | "→";
export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "±" | "∓" | ":" | "∪" | "∩" | "∖" | "∣";

export type Expression = (
  | { readonly kind: "number"; readonly value: Rational; readonly text: string }
  /** `12_5`: digits to a base of their own. */
  | { readonly kind: "based"; readonly digits: string; readonly base: number }
  /** A variable or constant: `x`, `x_1`, `pi`, `e`, `i`, `infinity`, `∅`, `ℝ`, `…` (an ellipsis). */
  | { readonly kind: "name"; readonly name: string }
  | {
      readonly kind: "unary";
      readonly operator: "-" | "+" | "±" | "∓";
      readonly operand: Expression;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      /** Of `*`: no sign was written. Of `/`: written as a built-up fraction. */
      readonly implicit?: boolean;
    }
  | {
      readonly kind: "postfix";
      readonly operator: "!" | "!!" | "%" | "°" | "'";
      readonly operand: Expression;
    }
  /** `2 1/2`, `2\frac{1}{2}`: the whole and the fraction, to be added. */
  | {
      readonly kind: "mixed";
      readonly whole: Rational;
      readonly fraction: Rational;
    }
  /** `sqrt` (args: radicand), `root` (radicand, order), `log` (argument, perhaps base), `abs`, `sin`, … */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** Brackets with other than one member, or square ones or braces: tuples, intervals, sets. */
  | {
      readonly kind: "group";
      readonly open: "(" | "[" | "{" | "]";
      readonly close: ")" | "]" | "}" | "[";
      readonly items: readonly Expression[];
    }
  | {
      readonly kind: "matrix";
      readonly style: string;
      readonly rows: readonly (readonly Expression[])[];
    }
  /** `a < b <= c`: n operators between n + 1 operands. */
  | {
      readonly kind: "relation";
      readonly operators: readonly RelationOperator[];
      readonly operands: readonly Expression[];
    }
  /** What commas, semicolons, `or` and `and` separate outside brackets. */
  | {
      readonly kind: "list";
      readonly items: readonly Expression[];
      /** The word that joined the last two, if one did. */
      readonly joined?: "and" | "or";
    }
  /** Words, units and currency signs; their meaning is the caller's. */
  | { readonly kind: "text"; readonly text: string }
) & { readonly span: Span };

/** Why a text could not be parsed, and where. */
export interface Fault {
  readonly kind: "fault";
  readonly message: string;
  readonly span: Span;
}
