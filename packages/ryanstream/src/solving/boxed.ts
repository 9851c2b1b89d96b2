const BOX = "\\boxed{";

/** What stands in the last `\boxed{…}` of a text, braces inside it included. */
export function boxedIn(text: string): string | undefined {
  const start = text.lastIndexOf(BOX);
  if (start < 0) return undefined;
  let depth = 1;
  for (let i = start + BOX.length; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return text.slice(start + BOX.length, i);
  }
  return undefined;
}
