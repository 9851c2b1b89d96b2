// The pieces of a line of a solution.

export type TokenKind =
  | "number"
  | "letter"
  | "word"
  | "operator"
  | "relation"
  | "open"
  | "close"
  | "percent"
  | "money"
  | "bang"
  | "comma"
  | "colon"
  | "time"
  | "annotation"
  | "dots"
  | "tilde"
  | "stop"
  | "odd";

export interface Token {
  kind: TokenKind;
  /** The form that the expression parser reads: `*` for `×`, no thousands separators; words in lower case. */
  text: string;
  start: number;
  end: number;
  /** Whether white space stands before it. */
  spaced: boolean;
  /** Digits after the point, of a number. */
  decimals: number;
}
