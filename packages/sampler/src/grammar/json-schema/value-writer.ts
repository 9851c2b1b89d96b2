// What arrays and objects need to write their parts.

import type { Budget } from "../limits.js";
import type { Automaton, Expression } from "../rules/expression.js";
import type { Conjunction } from "./branch.js";

export interface ValueWriter {
  readonly budget: Budget;
  readonly space: Expression;
  readonly comma: Expression;
  readonly colon: Expression;
  /** A value for which all of the schemas hold. */
  value(conjunction: Conjunction): Expression;
  /** Whether schemas of names allow one. */
  allowsName(names: Conjunction, name: string): boolean;
  /** Names that schemas allow are in one of these; undefined is all names. */
  nameSets(names: Conjunction): readonly (Automaton | undefined)[];
}
