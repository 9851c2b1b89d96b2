// Patterns that an automaton can't run (longer lookaheads, lookbehind, boundaries) as
// regular expressions of the host, in which every set is spelled out.

import type { Ranges } from "../unicode/ranges.js";
import { invert } from "./sets.js";
import type { PatternNode } from "./syntax.js";

/** A sticky-less global expression with the `u` flag. */
export function makeHostExpression(node: PatternNode): RegExp {
  return new RegExp(new Writer().write(node), "gu");
}

function classText(set: Ranges): string {
  let text = "";
  for (let r = 0; r < set.length; r += 2) {
    const first = set[r] as number;
    const last = (set[r + 1] as number) - 1;
    text += `\\u{${first.toString(16)}}`;
    if (last > first) text += `-\\u{${last.toString(16)}}`;
  }
  return `[${text}]`;
}

class Writer {
  #atoms = 0;

  write(node: PatternNode): string {
    switch (node.type) {
      case "set":
        return classText(node.set);
      case "sequence":
        return node.parts.map((part) => this.write(part)).join("");
      case "choice":
        return `(?:${node.options.map((option) => this.write(option)).join("|")})`;
      case "group":
        return `(?<g${node.number}>${this.write(node.body)})`;
      case "reference":
        return `\\k<g${node.group}>`;
      case "atomic":
        return this.#atomic(this.write(node.body));
      case "repeat": {
        const body = this.write(node.body);
        const lazy = node.mode === "lazy";
        const bounds = `{${node.min},${node.max === Infinity ? "" : node.max}}`;
        // An optional turn may take nothing, which the host would not count as a turn.
        const optional = lazy ? `(?:|${body})` : `(?:${body}|)`;
        const text =
          node.min === 0 && node.max === 1 ? optional : `(?:${body})${bounds}${lazy ? "?" : ""}`;
        return node.mode === "possessive" ? this.#atomic(text) : text;
      }
      case "next":
        return node.end ? `(?!${classText(invert(node.set))})` : `(?=${classText(node.set)})`;
      case "previous":
        return node.start ? `(?<!${classText(invert(node.set))})` : `(?<=${classText(node.set)})`;
      case "look":
        return `(?${node.behind ? "<" : ""}${node.negative ? "!" : "="}${this.write(node.body)})`;
      case "boundary": {
        const word = classText(node.set);
        return node.negative
          ? `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
          : `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
      }
    }
  }

  /** A lookahead is not entered again, so what it has captured is all or nothing. */
  #atomic(text: string): string {
    const name = `a${++this.#atoms}`;
    return `(?:(?=(?<${name}>${text}))\\k<${name}>)`;
  }
}

/** Start and end of all successive matches, as Rust's `find_iter` gives them. */
export function findAllWithHost(expression: RegExp, text: string): Int32Array {
  const wellFormed = text.replace(/[\ud800-\udfff]/gu, "\ufffd");
  const found: number[] = [];
  let lastEnd = -1;
  for (let p = 0; p <= text.length; ) {
    expression.lastIndex = p;
    const match = expression.exec(wellFormed);
    if (match === null) break;
    const start = match.index;
    const end = start + match[0].length;
    if ((wellFormed.codePointAt(start - 1) ?? 0) > 0xffff) {
      // V8 looks for empty matches between surrogates too.
      p = start + 1;
      continue;
    }
    if (end > start || end !== lastEnd) {
      found.push(start, end);
      lastEnd = end;
    }
    p = end > start ? end : start + ((wellFormed.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
  }
  return Int32Array.from(found);
}

/** Where a match that starts at this byte ends, in bytes, or -1. Takes time for all that comes before. */
export function matchBytesWithHost(
  expression: RegExp,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const before = decoder.decode(bytes.subarray(0, start));
  const sticky = new RegExp(expression.source, "yu");
  sticky.lastIndex = before.length;
  const match = sticky.exec(before + decoder.decode(bytes.subarray(start, end)));
  return match === null ? -1 : start + new TextEncoder().encode(match[0]).length;
}
