// What an answer says, once it is read.

import type { Term } from "../exact/term.js";
import type { RelationOperator } from "../expression/expression.js";
import type { Unit } from "./units.js";

/** A number or an expression, with the unit that it was given in. */
export interface Value {
  readonly kind: "value";
  readonly term: Term;
  readonly unit?: Unit;
  /** A percent sign stood behind it; `term` is what stood before the sign. */
  readonly percent?: boolean;
  /** Digits to a base that was written as a subscript. */
  readonly based?: { readonly digits: string; readonly base: number };
}

export interface Interval {
  readonly kind: "interval";
  readonly low: Term;
  readonly high: Term;
  readonly lowClosed: boolean;
  readonly highClosed: boolean;
}

export interface Relation {
  readonly kind: "relation";
  readonly operators: readonly RelationOperator[];
  readonly sides: readonly Answer[];
  /** Set if the first side only names what the last one gives: `x`, `f(x)`, `AB`, words. */
  readonly label: "name" | "call" | "product" | "words" | undefined;
  /** Whether the last side is a name alone: `5 = x`. */
  readonly reversed: boolean;
}

export type Answer =
  | Value
  | Interval
  | Relation
  /** In order. */
  | { readonly kind: "tuple"; readonly items: readonly Answer[] }
  /** Without order. `bare`: only commas, `or`, `and` or ± made it. */
  | {
      readonly kind: "set";
      readonly items: readonly Answer[];
      readonly bare: boolean;
      /** The items are conditions that hold together. */
      readonly all?: boolean;
    }
  /** A list that goes on by its pattern: only what is written counts, in order. */
  | { readonly kind: "pattern"; readonly items: readonly (Answer | "…")[] }
  | {
      readonly kind: "combined";
      readonly operator: "∪" | "∩" | "∖";
      readonly left: Answer;
      readonly right: Answer;
    }
  /** ℝ, ℤ, ∅ … */
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Answer[])[] }
  | { readonly kind: "ratio"; readonly terms: readonly Term[] }
  /** Minutes after midnight, or after noon or midnight if `half` isn't known. */
  | { readonly kind: "time"; readonly minutes: number; readonly half: "am" | "pm" | undefined }
  | { readonly kind: "choice"; readonly letter: string; readonly rest?: Answer }
  | { readonly kind: "text"; readonly text: string };

/** Whether an answer compares by something else than equality. */
export const isComparison = (answer: Answer): boolean =>
  answer.kind === "relation" && answer.operators.some((each) => each !== "=" && each !== "~");
