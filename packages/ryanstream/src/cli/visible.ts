// Text from outside, of files, hubs and models, for terminals: those obey control
// characters, and some invisible ones turn what is around them.

/** All of them escaped, for a text within a line. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const known: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    const code = (character.codePointAt(0) as number).toString(16);
    return known[character] ?? `\\u{${code}}`;
  });
}

/** Control characters left out but for line ends and tabs, for a text of many lines. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, "");

/** A text cut to a number of characters. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
