// The pattern of a Replace or Split component: `{ String }` is searched for as it is,
// `{ Regex }` is a regular expression.

import { compilePattern } from "../pattern/pattern.js";
import { widthAt } from "./aligned-text.js";
import { expected, type Shape } from "./shape.js";

/** Finds all matches in a text: start and end of each, in turn. An empty text has none. */
export type FindAll = (text: string) => Int32Array | readonly number[];

/** Spaces at the ends of a text. */
export const OUTER_SPACES = "(?<![\\s\\S]) +| +(?![\\s\\S])";
/** More than one space. */
export const SPACE_RUNS = " {2,}";

/** Patterns of SentencePiece's files, which a backtracking search could take quadratic time for. */
const BY_HAND: ReadonlyMap<string, FindAll> = new Map([
  [OUTER_SPACES, outerSpaces],
  [SPACE_RUNS, spaceRuns],
]);

/** Reads the field `pattern`. */
export function readPattern(shape: Shape): FindAll {
  const pattern = shape.object("pattern");
  if (pattern.value["Regex"] !== undefined) {
    const regex = pattern.string("Regex");
    const byHand = BY_HAND.get(regex);
    if (byHand) return byHand;
    const compiled = compilePattern(regex);
    return (text) => (text === "" ? [] : compiled.findAll(text));
  }
  if (pattern.value["String"] === undefined) {
    throw expected("{ String } or { Regex }", pattern.value, pattern.path);
  }
  return literal(pattern.string("String"));
}

/** Finds `wanted`; the empty string is found between all characters. */
export function literal(wanted: string): FindAll {
  if (wanted === "") return boundaries;
  return (text) => {
    const found: number[] = [];
    let at = text.indexOf(wanted);
    while (at >= 0) {
      found.push(at, at + wanted.length);
      at = text.indexOf(wanted, at + wanted.length);
    }
    return found;
  };
}

function boundaries(text: string): number[] {
  if (text === "") return [];
  const found: number[] = [];
  for (let i = 0; i < text.length; i += widthAt(text, i)) found.push(i, i);
  found.push(text.length, text.length);
  return found;
}

function outerSpaces(text: string): number[] {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) === 0x20) end--;
  const found = start > 0 ? [0, start] : [];
  if (end < text.length) found.push(end, text.length);
  return found;
}

function spaceRuns(text: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf("  "); at >= 0; ) {
    let end = at + 2;
    while (text.charCodeAt(end) === 0x20) end++;
    found.push(at, end);
    at = text.indexOf("  ", end);
  }
  return found;
}
