// From a regular expression to its automaton, where it has one.

import { ensure } from "../errors.js";
import { type Dfa, makeDfa } from "./automaton.js";
import { parsePattern } from "./parse.js";
import { makeProgram } from "./program.js";
import type { PatternDialect, PatternNode } from "./syntax.js";

const MAX_LENGTH = 1 << 16;

/** The tree of a pattern, and its automaton unless only the host's regular expressions can run it. */
export function readPattern(
  source: string,
  dialect: PatternDialect,
): { readonly node: PatternNode; readonly dfa: Dfa | undefined } {
  ensure(
    source.length <= MAX_LENGTH,
    "ERR_LIMIT",
    () => `expected a pattern of at most ${MAX_LENGTH} characters, found ${source.length}`,
  );
  const node = parsePattern(source, dialect);
  const program = makeProgram(node);
  return { node, dfa: program && makeDfa(program) };
}
