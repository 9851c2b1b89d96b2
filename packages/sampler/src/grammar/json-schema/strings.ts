// Strings as JSON text.

import { intersect, ofLength } from "../characters/automata.js";
import { ANY_CHARACTER, complement } from "../characters/ranges.js";
import type { Budget } from "../limits.js";
import type { Automaton, Expression } from "../rules/expression.js";
import { characters, choice, literal, sequence, star } from "../rules/expression.js";
import type { Branch } from "./branch.js";

const QUOTE = literal('"');
const HEX = characters([0x30, 0x39, 0x41, 0x46, 0x61, 0x66]);
const inRange = (from: string, to: string) => characters([from.charCodeAt(0), to.charCodeAt(0)]);
const eitherCase = (letters: string) =>
  choice(
    ...letters.split("").map((letter) => characters([letter.charCodeAt(0), letter.charCodeAt(0)])),
  );

/** A code unit that is no half of a pair, or both halves of one. */
const UNICODE_ESCAPE = choice(
  sequence(literal("u"), choice(inRange("0", "9"), eitherCase("aAbBcCeEfF")), HEX, HEX, HEX),
  sequence(literal("u"), eitherCase("dD"), inRange("0", "7"), HEX, HEX),
  sequence(
    literal("u"),
    eitherCase("dD"),
    eitherCase("89aAbB"),
    HEX,
    HEX,
    literal("\\u"),
    eitherCase("dD"),
    eitherCase("cCdDeEfF"),
    HEX,
    HEX,
  ),
);

/** Any string, in any spelling that JSON allows (RFC 8259, section 7), but for halves of surrogate pairs. */
export const ANY_STRING: Expression = sequence(
  QUOTE,
  star(
    choice(
      characters(complement([0, 0x1f, 0x22, 0x22, 0x5c, 0x5c])),
      sequence(literal("\\"), choice(eitherCase('"\\/bfnrt'), UNICODE_ESCAPE)),
    ),
  ),
  QUOTE,
);

/** Strings that an automaton accepts, as JSON.stringify writes them. */
export function quoted(automaton: Automaton): Expression {
  return sequence(QUOTE, { kind: "automaton", automaton, spelling: "json" }, QUOTE);
}

/** All that a branch asks of strings as one automaton; undefined if it asks nothing. */
export function stringAutomaton(
  { strings, minLength, maxLength }: Branch,
  budget: Budget,
): Automaton | undefined {
  const all = [...strings];
  if (minLength > 0 || maxLength !== Number.POSITIVE_INFINITY) {
    all.push(ofLength(ANY_CHARACTER, minLength, maxLength, budget));
  }
  return all.length === 0 ? undefined : intersect(all, budget);
}
