// The tokens of mathematics.

import type { Rational } from "../exact/rational.js";
import type { Fault } from "./expression.js";

export interface Token {
  readonly kind:
    | "number"
    | "based"
    | "vulgar"
    | "name"
    | "function"
    | "structure"
    | "operator"
    | "open"
    | "close"
    | "comma"
    | "joiner"
    | "text"
    | "end";
  readonly text: string;
  readonly value?: Rational;
  readonly start: number;
  readonly end: number;
  /** Whether white space stood before it. */
  readonly spaced: boolean;
}

export interface TokenOptions {
  /** End at the first character that can't be mathematics, instead of calling it a fault. Default: `false`. */
  readonly partial?: boolean;
  /** Whether `1,234` is one number. Default: `true`. */
  readonly thousands?: boolean;
  /** Words (units, say) that stay whole, as text, instead of being read as products of letters. */
  readonly words?: ReadonlySet<string>;
}

/** Adds a token that ends at `end`. */
export type Push = (kind: Token["kind"], content: string, end: number, value?: Rational) => void;

export const fault = (message: string, start: number, end: number): Fault => ({
  kind: "fault",
  message,
  span: { start, end },
});

/** What a sticky pattern finds at `position`. */
export const at = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position;
  return pattern.exec(text);
};
