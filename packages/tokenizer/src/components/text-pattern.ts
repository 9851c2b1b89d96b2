// The pattern of a Replace or Split component: `{ String }` is searched for as it is,
// `{ Regex }` is a regular expression.

import { compilePattern } from "../pattern/pattern.js";
import { widthAt } from "./aligned-text.js";
import { expected, type Shape } from "./shape.js";

/** Finds all matches in a text: start and end of each, in turn. An empty text has none. */
export type FindAll = (text: string) => Int32Array | readonly number[];

/** Reads the field `pattern`. */
export function readPattern(shape: Shape): FindAll {
  const pattern = shape.object("pattern");
  if (pattern.value["Regex"] !== undefined) {
    const compiled = compilePattern(pattern.string("Regex"));
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
