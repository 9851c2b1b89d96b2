// Sets of real numbers as sorted pieces, so that however a union was written it is compared as the set that it is.

import { compareValues, isInfinite, type Verdict } from "../exact/same-value.js";
import { constant, negate, type Term, variablesOf } from "../exact/term.js";
import type { Work } from "../exact/work.js";
import type { Answer, Relation } from "./answer.js";

interface Piece {
  readonly low: Term;
  readonly high: Term;
  readonly lowClosed: boolean;
  readonly highClosed: boolean;
}

export interface RealSet {
  readonly pieces: readonly Piece[];
  /** The variable of the inequalities that it came from. */
  readonly variable?: string | undefined;
}

const INFINITY = constant("infinity");
const MINUS_INFINITY = negate(INFINITY);
const ALL: Piece = { low: MINUS_INFINITY, high: INFINITY, lowClosed: false, highClosed: false };

/** Thrown when two ends can't be put in order; caught below. */
class Unordered extends Error {}

function order(a: Term, b: Term, work: Work): number {
  const [x, y] = [isInfinite(a), isInfinite(b)];
  if (x !== 0 || y !== 0) return x - y;
  const found = compareValues(a, b, work);
  if (found === undefined) throw new Unordered();
  return found;
}

/** Whether two answers are the same set of reals; `undefined` if they aren't both sets whose ends can be ordered. */
export function sameRealSet(a: Answer, b: Answer, work: Work): Verdict | undefined {
  try {
    const x = realSet(a, work);
    const y = x && realSet(b, work);
    if (x === undefined || y === undefined) return undefined;
    if (x.variable !== undefined && y.variable !== undefined && x.variable !== y.variable) {
      // a < b is a bound of b as well as of a.
      const fixed = [...x.pieces, ...y.pieces].every(
        ({ low, high }) => variablesOf(low).size + variablesOf(high).size === 0,
      );
      return fixed ? "unequal" : undefined;
    }
    if (x.pieces.length !== y.pieces.length) return "unequal";
    const same = x.pieces.every((piece, i) => {
      const other = y.pieces[i];
      return (
        other !== undefined &&
        piece.lowClosed === other.lowClosed &&
        piece.highClosed === other.highClosed &&
        order(piece.low, other.low, work) === 0 &&
        order(piece.high, other.high, work) === 0
      );
    });
    return same ? "equal" : "unequal";
  } catch (error) {
    if (error instanceof Unordered) return undefined;
    throw error;
  }
}

function realSet(answer: Answer, work: Work): RealSet | undefined {
  switch (answer.kind) {
    case "interval":
      // One that runs backwards is a list, or a mistake.
      if (order(answer.low, answer.high, work) > 0) return undefined;
      return { pieces: joined([answer], work) };
    case "value":
      if (answer.unit !== undefined || answer.percent === true) return undefined;
      return { pieces: [point(answer.term)] };
    case "tuple": {
      const [low, high] = answer.items;
      if (answer.items.length !== 2 || low?.kind !== "value" || high?.kind !== "value")
        return undefined;
      if (order(low.term, high.term, work) > 0) return undefined;
      return {
        pieces: joined(
          [{ low: low.term, high: high.term, lowClosed: false, highClosed: false }],
          work,
        ),
      };
    }
    case "named":
      return answer.name === "ℝ"
        ? { pieces: [ALL] }
        : answer.name === "∅"
          ? { pieces: [] }
          : undefined;
    case "set": {
      let result: RealSet | undefined;
      for (const item of answer.items) {
        if (item.kind === "tuple") return undefined;
        const part = realSet(item, work);
        if (part === undefined) return undefined;
        if (result === undefined) result = part;
        else {
          if (result.variable !== part.variable) return undefined;
          result = combine(answer.all === true ? "∩" : "∪", result, part, work);
        }
      }
      return result;
    }
    case "combined": {
      const left = realSet(answer.left, work);
      const right = left && realSet(answer.right, work);
      return left && right && combine(answer.operator, left, right, work);
    }
    case "relation":
      return inequality(answer, work);
    default:
      return undefined;
  }
}

const point = (at: Term): Piece => ({ low: at, high: at, lowClosed: true, highClosed: true });

/** A chain of comparisons around one variable that stands alone. */
function inequality({ operators, sides }: Relation, work: Work): RealSet | undefined {
  const at = sides.findIndex((side) => side.kind === "value" && side.term.op === "variable");
  const named = sides[at];
  if (named?.kind !== "value" || named.term.op !== "variable") return undefined;
  const variable = named.term.name;
  let result: RealSet = { pieces: [ALL], variable };
  for (let i = 0; i < operators.length; i++) {
    const [left, right] = [sides[i], sides[i + 1]];
    const operator = operators[i];
    if (operator === "∈" && i === at && right !== undefined) {
      const set = realSet(right, work);
      if (set === undefined) return undefined;
      result = combine("∩", result, set, work);
      continue;
    }
    const other = i === at ? right : left;
    if (other?.kind !== "value" || (i !== at && i + 1 !== at)) return undefined;
    const { term } = other;
    const flipped = i !== at;
    let part: RealSet;
    if (operator === "=") part = { pieces: [point(term)] };
    else if (operator === "!=") part = complement({ pieces: [point(term)] });
    else if (operator === "<" || operator === "<=" || operator === ">" || operator === ">=") {
      const closed = operator.length === 2;
      const below = operator.startsWith("<") !== flipped;
      const end = below
        ? { low: MINUS_INFINITY, high: term, lowClosed: false, highClosed: closed }
        : { low: term, high: INFINITY, lowClosed: closed, highClosed: false };
      part = { pieces: [end] };
    } else return undefined;
    result = combine("∩", result, part, work);
  }
  return result;
}

function combine(operator: "∪" | "∩" | "∖", a: RealSet, b: RealSet, work: Work): RealSet {
  const variable = a.variable ?? b.variable;
  if (operator === "∪") return { pieces: joined([...a.pieces, ...b.pieces], work), variable };
  const other = operator === "∖" ? complement(b) : b;
  const pieces: Piece[] = [];
  for (const x of a.pieces) {
    for (const y of other.pieces) {
      const lows = order(x.low, y.low, work);
      const highs = order(x.high, y.high, work);
      const [low, lowClosed] =
        lows === 0
          ? [x.low, x.lowClosed && y.lowClosed]
          : lows > 0
            ? [x.low, x.lowClosed]
            : [y.low, y.lowClosed];
      const [high, highClosed] =
        highs === 0
          ? [x.high, x.highClosed && y.highClosed]
          : highs < 0
            ? [x.high, x.highClosed]
            : [y.high, y.highClosed];
      pieces.push({ low, high, lowClosed, highClosed });
    }
  }
  return { pieces: joined(pieces, work), variable };
}

/** What is left of the line; the pieces are sorted and apart. */
function complement({ pieces, variable }: RealSet): RealSet {
  const rest: Piece[] = [];
  let [low, lowClosed] = [MINUS_INFINITY as Term, false];
  for (const piece of pieces) {
    if (isInfinite(piece.low) === 0) {
      rest.push({ low, lowClosed, high: piece.low, highClosed: !piece.lowClosed });
    }
    [low, lowClosed] = [piece.high, !piece.highClosed];
  }
  if (isInfinite(low) <= 0) rest.push({ low, lowClosed, high: INFINITY, highClosed: false });
  return { pieces: rest, variable };
}

/** Pieces in order, empty ones left out and those that touch made one. */
function joined(pieces: readonly Piece[], work: Work): Piece[] {
  const filled = pieces
    .map((piece) => ({
      ...piece,
      lowClosed: piece.lowClosed && isInfinite(piece.low) === 0,
      highClosed: piece.highClosed && isInfinite(piece.high) === 0,
    }))
    .filter((piece) => {
      const width = order(piece.low, piece.high, work);
      return width < 0 || (width === 0 && piece.lowClosed && piece.highClosed);
    });
  filled.sort((a, b) => order(a.low, b.low, work) || Number(b.lowClosed) - Number(a.lowClosed));
  const result: Piece[] = [];
  for (const piece of filled) {
    const last = result.at(-1);
    const gap = last === undefined ? 1 : order(piece.low, last.high, work);
    if (last === undefined || gap > 0 || (gap === 0 && !piece.lowClosed && !last.highClosed)) {
      result.push(piece);
      continue;
    }
    const further = order(piece.high, last.high, work);
    if (further > 0)
      result[result.length - 1] = { ...last, high: piece.high, highClosed: piece.highClosed };
    else if (further === 0) {
      result[result.length - 1] = { ...last, highClosed: last.highClosed || piece.highClosed };
    }
  }
  return result;
}
