// The regular expressions that split text into pieces. They are run with the character
// classes that the reference tokenizers know, in linear time where that is possible.

import type { Dfa } from "./automaton.js";
import { refuseBacktracking } from "./backtracking.js";
import { readPattern } from "./compile.js";
import { findAllWithHost, makeHostExpression, matchBytesWithHost } from "./host.js";
import { matchBytes, TextScanner } from "./scan.js";
import type { PatternDialect } from "./syntax.js";

export interface Pattern {
  readonly source: string;
  readonly dialect: PatternDialect;
  /** Absent where the host's regular expressions have to be used, which are not linear. */
  readonly dfa?: Dfa | undefined;
  /**
   * End of the match that starts exactly at `start`, or -1. The bytes are UTF-8, `end` is the
   * end of the text. Slow where there is no `dfa`.
   */
  matchAt(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Start and end of all successive matches, by turns, in UTF-16 units. A lone surrogate is
   * taken for U+FFFD.
   */
  findAll(text: string): Int32Array;
}

/**
 * Reads a regular expression of a pre-tokenizer.
 *
 * @param dialect `"oniguruma"` (the default) for patterns of tokenizer.json, `"rust"` for those
 *   of tiktoken: see {@link PatternDialect}.
 * @throws TokenizerError ERR_PATTERN for what is no regular expression, ERR_UNSUPPORTED for one
 *   that is known to mean something else here or that could take exponential time, ERR_LIMIT for one that is too large.
 */
export function compilePattern(source: string, dialect: PatternDialect = "oniguruma"): Pattern {
  const { node, dfa } = readPattern(source, dialect);
  if (dfa === undefined) {
    refuseBacktracking(node, source);
    const expression = makeHostExpression(node);
    return {
      source,
      dialect,
      matchAt: (bytes, start, end) => matchBytesWithHost(expression, bytes, start, end),
      findAll: (text) => findAllWithHost(expression, text),
    };
  }
  return {
    source,
    dialect,
    dfa,
    matchAt: (bytes, start, end) => matchBytes(dfa, bytes, start, end),
    findAll: (text) => new TextScanner(dfa, text).findAll(),
  };
}
