// A number of a side with what belongs to it: a fraction after a whole number, a currency sign, a word that scales it.

import { type Piece, piece, type Side } from "./side.js";
import type { Token } from "./tokens.js";
import { unitOf } from "./units.js";
import { scaleWords } from "./words.js";

/** Takes the number at `at` into `side`; its signs begin at `from`. The token after it. */
export function readNumber(tokens: readonly Token[], at: number, from: number, side: Side): number {
  const { text, decimals } = tokens[at] as Token;
  const number = piece("number", text, decimals);
  side.pieces.push(number);
  const next = decimals === 0 ? readFraction(tokens, at + 1, number, side) : at + 1;
  for (let i = from; i < at; i++) {
    const sign = tokens[i];
    const dollar = sign?.kind === "money" && sign.text === "$" ? unitOf("dollar") : undefined;
    if (dollar !== undefined) number.units = [{ unit: dollar, power: 1 }];
  }
  const scale = tokens[next];
  const factor = scale?.kind === "word" ? scaleWords.get(scale.text) : undefined;
  if (scale === undefined || factor === undefined) return next;
  number.unscaled = number.text;
  number.text = `(${number.text}*${factor})`;
  side.end = scale.end;
  return next + 1;
}

/** `2½`, `2 1/2`, `2\\frac{1}{2}`: the fraction is added. */
function readFraction(tokens: readonly Token[], at: number, number: Piece, side: Side): number {
  const part = tokens[at];
  if (part?.kind === "open") return readBuiltUp(tokens, at, number, side);
  if (part?.kind !== "number") return at;
  if (part.decimals === -1) {
    number.text = `(${number.text}+${part.text})`;
    side.end = part.end;
    return at + 1;
  }
  const [stroke, below] = [tokens[at + 1], tokens[at + 2]];
  if (stroke?.text !== "/" || stroke.spaced || below?.kind !== "number" || below.spaced) return at;
  if (part.decimals !== 0 || below.decimals !== 0 || Number(part.text) >= Number(below.text))
    return at;
  number.text = `(${number.text}+${part.text}/${below.text})`;
  side.end = below.end;
  return at + 3;
}

/** A LaTeX fraction is scanned as `((1)/(2))`, of which the first two brackets stand at one place. */
function readBuiltUp(tokens: readonly Token[], at: number, number: Piece, side: Side): number {
  if (tokens[at]?.start !== tokens[at + 1]?.start) return at;
  const shape = tokens.slice(at, at + 9);
  const written = shape.map((token) => (token.kind === "number" ? "n" : token.text)).join("");
  const [above, below] = [shape[2]?.text ?? "", shape[6]?.text ?? ""];
  if (written !== "((n)/(n))" || Number(above) >= Number(below)) return at;
  number.text = `(${number.text}+${above}/${below})`;
  side.end = shape[8]?.end ?? side.end;
  return at + 9;
}
