// `2ab` beside `a` and `b` is a product of letters, not a word.

import type { Token } from "./tokens.js";
import { unitOf } from "./units.js";

const notProducts = new Set(
  "as at an am is it in on of or to so we he by be do go if me my no up us cm mm km kg ft lb oz mg ml mi hr the and are ace add age ago any ape arm art ate bad bag ban bat bed bee bet big bit box boy bus buy cab can cap car cat cut day did die dig dog dry due ear eat egg end eye fan far fat fed few fit fix fly for fun gap gas get got gum had ham has hat her hid him hip his hit hot how ice its jam jar job key kid lay led leg let lid lie lot low mad man map mat may men met mix net new nor not now nut odd off oil old one our out own pad pan pat pay pea pen pet pie pig pin pit pot put ran rat raw red rid row run sad sat saw say sea see set sew she sin sit six sky son sum sun tan tap tax tea ten tie tin tip toe ton too top toy try two use van war was way wet who why win won yes yet you zoo".split(
    " ",
  ),
);

const besideProduct = new Set(["operator", "relation", "open", "close"]);

/** Words of two or three letters that all stand alone elsewhere become letters. */
export function splitProducts(tokens: Token[], line: string): Token[] {
  const isShort = (token: Token): boolean =>
    token.kind === "word" && token.end - token.start <= 3 && /^[a-z]{2,3}$/.test(token.text);
  if (!tokens.some(isShort)) return tokens;
  const letters = new Set<string>();
  for (const { kind, text } of tokens) if (kind === "letter") letters.add(text);
  if (letters.size < 2) return tokens;
  return tokens.flatMap((token, at) => {
    if (!isShort(token) || notProducts.has(token.text) || unitOf(token.text) !== undefined)
      return [token];
    const written = line.slice(token.start, token.end);
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    const beside =
      (before?.kind === "number" && !token.spaced) ||
      besideProduct.has(before?.kind ?? "") ||
      besideProduct.has(after?.kind ?? "");
    if (!beside || ![...written].every((letter) => letters.has(letter))) return [token];
    return [...written].map((letter, index) => ({
      ...token,
      kind: "letter" as const,
      text: letter,
      start: token.start + index,
      end: token.start + index + 1,
      spaced: index === 0 && token.spaced,
    }));
  });
}
