// What stands before a line's mathematics and is none: bullets, numbers of a list, headings, quotation marks.

const prefix =
  /^\s*(?:>\s+)*(?:#{1,6}\s+)?(?:[-*+•–]\s+|\d{1,3}[.)]\s+(?![*/=^×÷])|\(?[a-zA-Z][.)]\s+|\(\d{1,3}\)\s+(?![-+*/=^×÷])|\*\*\s*(?:step\s+)?\d{1,3}[.):]+\s*\*\*\s*|(?:\*\*)?step\s+\d{1,3}\s*[:.)]\s*(?:\*\*)?)*/iu;

/** Where the line itself begins. */
export function skipPrefix(line: string): number {
  // Most lines begin with a word, of which only "step" counts.
  if (/^[A-RT-Za-rt-z\\$][^.)]/.test(line)) return 0;
  return prefix.exec(line)?.[0].length ?? 0;
}

/** The sign of a bullet that could be a minus: its place, or -1. */
export function bulletMinus(line: string): number {
  return /^\s*[-–]\s+\d/.test(line) ? line.search(/[-–]/) : -1;
}
