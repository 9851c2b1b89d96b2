// Automata of patterns in a compiled file. Making one takes longer than reading it, but
// what runs it trusts its tables, so that each number is looked at first.

import { ensure } from "../errors.js";
import type { Dfa } from "../pattern/automaton.js";
import { CODE_POINTS } from "../unicode/blocks.js";

/** What the header says of an automaton; its tables are sections. */
export interface AutomatonHeader {
  /** Dialect and pattern. */
  readonly key: string;
  readonly stride: number;
  readonly start: number;
}

/** Names of the sections of an automaton. */
export const automatonParts = (index: number) =>
  ({
    blocks: `blocks${index}`,
    classes: `classes${index}`,
    transitions: `transitions${index}`,
  }) as const;

/** @throws ERR_FORMAT when a table leads out of the tables, or a match beyond the end of its text. */
export function checkedAutomaton(
  { key, stride, start }: AutomatonHeader,
  { blocks, classes, transitions }: Pick<Dfa, "blocks" | "classes" | "transitions">,
): Dfa {
  const fits =
    typeof key === "string" &&
    Number.isInteger(stride) &&
    stride > 0 &&
    Number.isInteger(start) &&
    start >= 0 &&
    start % stride === 0 &&
    start < transitions.length &&
    transitions.length % stride === 0 &&
    transitions.length < 1 << 24 &&
    blocks.length === CODE_POINTS >> 7 &&
    classes.length >= 128;
  let wrong = 0;
  if (fits) {
    for (let i = 0; i < blocks.length; i++) {
      if (((blocks[i] as number) + 1) << 7 > classes.length) wrong++;
    }
    // Class 0 is the end of the text, which no character is and after which nothing comes.
    for (let i = 0; i < classes.length; i++) {
      const value = classes[i] as number;
      if (value === 0 || value >= stride) wrong++;
    }
    for (let i = 0; i < transitions.length; i++) {
      const next = (transitions[i] as number) >> 1;
      if (next < 0 || next >= transitions.length || next % stride !== 0) wrong++;
      else if (i % stride === 0 && next !== 0) wrong++;
    }
  }
  ensure(
    fits && wrong === 0,
    "ERR_FORMAT",
    () =>
      `the automaton of a compiled tokenizer for ${JSON.stringify(key)} has ${wrong || "wrong"} entries that lead nowhere`,
  );
  const first = (blocks[0] as number) << 7;
  return {
    asciiClasses: classes.slice(first, first + 128),
    blocks,
    classes,
    stride,
    transitions,
    start,
  };
}
