// `17 / 5 = 3 remainder 2`, `17 ÷ 5 = 3 R 2`.

import { Rational } from "../exact/rational.js";
import type { Link } from "./chains.js";
import type { Judgement } from "./judgement.js";
import { literal, type Side } from "./side.js";

const said =
  /\s*[,(]?\s*(?:with|and)?\s*(?:a\s+|the\s+)?(?:remainder|rem\.?|r)\s*(?:of|is|=|:)?\s*(\d{1,300})(?![\d.,]*\d)/iy;

/** `undefined` when no remainder is said. */
export function judgeRemainder(line: string, link: Link, a: Side, b: Side): Judgement | undefined {
  if (link.relation !== "=") return undefined;
  said.lastIndex = b.end;
  const match = said.exec(line);
  if (match === null) return undefined;
  const kind = "remainder";
  const quotient = literal(b);
  const [above, sign, below] = a.pieces;
  const division = a.pieces.length === 3 && sign?.text === "/";
  if (quotient === undefined || !division || above === undefined || below === undefined) {
    return { kind, verdict: "uncheckable", reason: "it isn't a division of two numbers" };
  }
  const [n, d, q] = [above, below, quotient].map((piece) => Rational.fromDecimal(piece.text));
  if (n === undefined || d === undefined || q === undefined || d.isZero) {
    return { kind, verdict: "uncheckable", reason: "it isn't a division of two numbers" };
  }
  const rest = Rational.of(BigInt(match[1] ?? "0"));
  const exact = n.subtract(d.multiply(q));
  if (exact.equals(rest) && rest.compare(d.abs()) < 0) {
    return { kind, verdict: "true", reason: `${n} is ${d} * ${q} + ${rest}` };
  }
  return {
    kind,
    verdict: "false",
    reason: `${n} - ${d} * ${q} is ${exact}, not a remainder of ${rest}`,
  };
}
