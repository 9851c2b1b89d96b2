// TeX's braces, which nest; escaped ones don't count.

/** Where the brace that opens at `open` closes; -1 if it doesn't. */
export function matchingBrace(text: string, open: number): number {
  if (text.charAt(open) !== "{") return -1;
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i;
  }
  return -1;
}
