// Whether two sides that hold numbers only are equal: in some reading, to the digits written, or not.

import type { Rational } from "../exact/rational.js";
import type { Link } from "./chains.js";
import type { ClaimFlag, ClaimKind } from "./claim.js";
import { doubtOf } from "./doubts.js";
import { type Judgement, type Surroundings, show } from "./judgement.js";
import { equalInAnotherReading, roundedEitherWay, wordsOf } from "./other-readings.js";
import { isClose, isNear, isNextWhole } from "./rounding.js";
import {
  literal,
  literalDecimals,
  plainly,
  type Reading,
  render,
  type Side,
  unitsOf,
} from "./side.js";
import { dividesByZero, sideValue, treeOf } from "./value.js";

const unsure = (kind: ClaimKind, reason: string): Judgement => ({
  kind,
  verdict: "uncheckable",
  reason,
});
const right = (kind: ClaimKind, reason: string, flags?: readonly ClaimFlag[]): Judgement => ({
  kind,
  verdict: "true",
  reason,
  ...(flags === undefined ? {} : { flags }),
});

const text = (side: Side): string => {
  const shown = render(side)
    .replace(/[-+*/]/g, " $& ")
    .replace(/ {2,}/g, " ")
    .trim();
  return shown.length > 60 ? `${shown.slice(0, 56)}…` : shown;
};

export function judgeEquality(link: Link, a: Side, b: Side, around: Surroundings): Judgement {
  const [left, other] = [sideValue(a), sideValue(b)];
  const kind = "equality";
  if (left === undefined || other === undefined) {
    const zero =
      (dividesByZero(treeOf(a)) || dividesByZero(treeOf(b))) && (a.doubt ?? b.doubt) === undefined;
    if (zero && (left ?? other) !== undefined && !around.supposes) {
      return { kind, verdict: "false", reason: "it divides by zero" };
    }
    return unsure(kind, "a side has no exact value that can be computed");
  }
  if (left.equals(other)) return unitsDisagree(a, b) ?? right(kind, `both sides are ${show(left)}`);
  const approximate = link.relation === "≈";
  if (roundedEitherWay(a, left, b, other))
    return right(kind, `${show(left)} rounded is ${show(other)}`, ["rounded"]);
  const reading = equalInAnotherReading(a, b);
  if (reading !== undefined)
    return right(reading === "units" ? "units" : kind, `equal when ${wordsOf(reading)}`);
  if (approximate) return judgeApproximation(left, other, a, b);
  if (around.rounds && (isNextWhole(left, other) || isNextWhole(other, left))) {
    return right(kind, `${show(left)} to a whole number is ${show(other)}`, ["rounded"]);
  }
  const doubt = doubtOf(link, a, b, left, other, around);
  if (doubt !== undefined) return unsure(kind, doubt);
  return {
    kind,
    verdict: "false",
    reason: `${text(a)} is ${show(left)}, and ${text(b)} is ${show(other)}`,
  };
}

function judgeApproximation(left: Rational, other: Rational, a: Side, b: Side): Judgement {
  const near =
    (literal(b) !== undefined && isNear(left, other, literalDecimals(b))) ||
    (literal(a) !== undefined && isNear(other, left, literalDecimals(a)));
  if (near) return right("equality", `${show(left)} is about ${show(other)}`, ["rounded"]);
  const doubt = a.doubt ?? b.doubt;
  if (doubt !== undefined || isClose(left, other, 5))
    return unsure("equality", doubt ?? "it is near, and not rounded");
  return { kind: "equality", verdict: "false", reason: `${show(left)} isn't about ${show(other)}` };
}

/** `3 hours + 20 minutes = 23 hours`: the numbers agree and the amounts don't. */
function unitsDisagree(a: Side, b: Side): Judgement | undefined {
  const [ours, others] = [unitsOf(a), unitsOf(b)];
  if (ours.length === 0 || others.length === 0) return undefined;
  const sum = (side: Side): boolean =>
    side.pieces.every(
      (piece) =>
        (piece.kind === "number" && piece.units?.length === 1 && piece.units[0]?.power === 1) ||
        (piece.kind === "operator" && (piece.text === "+" || piece.text === "-")),
    );
  if (!sum(a) || !sum(b)) return undefined;
  const reading: Reading = { ...plainly, units: true };
  const [left, other] = [sideValue(a, reading), sideValue(b, reading)];
  if (left === undefined || other === undefined || left.equals(other)) return undefined;
  return right("equality", "the numbers agree, the units don't", ["units"]);
}
