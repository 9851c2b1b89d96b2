// Numbers as they stand in a solution: thousands separators, decimals, times of day, ordinals.

import type { Scanner } from "./scan.js";

/** Longer numbers aren't read. */
const maxDigits = 300;

const number = /\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+/y;
const clock = /\d{1,2}:[0-5]\d(?::[0-5]\d)?(?![\d:])/y;
const ordinal = /(?:st|nd|rd|th|s)(?!\p{L})/uy;
/** A number that goes on in a way that isn't one: versions, dates by points or strokes, decimal commas, scientific notation. */
const goesOn = /\.\d|,\d|[eE][+-]?\d|\/\d{1,2}\/\d{2,4}(?!\d)/y;
const date = /\d{1,2}\/\d{1,2}\/(?:\d{2}|(?:19|20)\d{2})(?![\d/.])/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

export function scanNumber(scanner: Scanner) {
  const { text, at } = scanner;
  const time = text[at + 1] === ":" || text[at + 2] === ":" ? matchAt(clock, text, at) : undefined;
  if (time !== undefined) return scanner.push("time", time, at, at + time.length);
  const written = matchAt(number, text, at) ?? text[at] ?? "";
  const to = at + written.length;
  const next = text[to] ?? "";
  if (written === "0" && /[xXbBoO]/.test(next) && /[\da-fA-F]/.test(text[to + 1] ?? "")) {
    return scanner.push("odd", "0x", at, to + 1);
  }
  if (written.length > maxDigits || /^0\d/.test(written)) return scanner.push("odd", "", at, to);
  if (
    (next === "s" || next === "n" || next === "r" || next === "t") &&
    matchAt(ordinal, text, to)
  ) {
    const end = to + (matchAt(ordinal, text, to)?.length ?? 0);
    return scanner.push("word", text.slice(at, end).toLowerCase(), at, end);
  }
  if (next === "." || next === "," || next === "e" || next === "E" || next === "/") {
    const odd = next === "/" ? matchAt(date, text, at) : matchAt(goesOn, text, to);
    if (odd !== undefined) {
      const end = next === "/" ? at + odd.length : to + odd.length;
      return scanner.push("odd", text.slice(at, end), at, end);
    }
  }
  const plain = /[,\\]/.test(written) ? written.replace(/[,{}\\!]/g, "") : written;
  const point = plain.indexOf(".");
  scanner.push("number", plain, at, to, point === -1 ? 0 : plain.length - point - 1);
}
