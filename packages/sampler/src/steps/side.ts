// One side of a relation, as pieces that can be put together in more than one reading.

import type { Unit } from "./units.js";

export interface UnitPower {
  readonly unit: Unit;
  /** -1 after `per` or a stroke. */
  readonly power: 1 | -1;
}

export interface Piece {
  readonly kind:
    | "number"
    | "letter"
    | "operator"
    | "open"
    | "close"
    | "percent"
    | "bang"
    | "function";
  text: string;
  readonly decimals: number;
  /** Of a sign: no space on either side. */
  tight: boolean;
  /** Of a number: without the word that scales it. */
  unscaled: string | undefined;
  /** Of a number. */
  units: UnitPower[] | undefined;
}

export interface Side {
  start: number;
  end: number;
  /** The token after it and its unit. */
  next: number;
  readonly pieces: Piece[];
  /** Whether it has letters that stand for numbers. */
  letters: boolean;
  /** Signs between operands. */
  operators: number;
  percents: number;
  /** Words between its numbers and its signs, or before the relation. */
  words: boolean;
  /** A word stands before it. */
  afterWord: boolean;
  /** It begins with a dash and a space, which may be no minus. */
  dash: boolean;
  /** Dots after it: its digits go on. */
  dots: boolean;
  approximate: boolean;
  /** A share `of` something was read as a product. */
  of: boolean;
  /** How many pieces stood before a sign that followed words, or before a sign in words, where it might have ended. */
  shorter: number | undefined;
  /** Why nothing false is said of it. */
  doubt: string | undefined;
}

export interface Reading {
  /** What `20%` is. */
  percent: "hundredth" | "dropped" | "of-before";
  units: boolean;
  /** Whether a dash at the beginning is no minus. */
  dropDash: boolean;
  /** Whether `million` and its like are labels. */
  unscaled: boolean;
  /** Whether strokes without spaces, and those after another, bind closest, as in `2 / 1/5`. */
  tight: boolean;
}

export const plainly: Reading = {
  percent: "hundredth",
  units: false,
  dropDash: false,
  unscaled: false,
  tight: false,
};

/** Digits after the point when the side is one number, else -1. */
export function literalDecimals(side: Side): number {
  const number = literal(side);
  return number === undefined ? -1 : number.decimals;
}

/** The number, when the side is one, perhaps with a sign or as percent. */
export function literal(side: Side): Piece | undefined {
  if (side.letters || side.operators > 0) return undefined;
  let number: Piece | undefined;
  for (const one of side.pieces) {
    if (one.kind === "number") {
      if (number !== undefined) return undefined;
      number = one;
    } else if (one.kind === "bang" || one.kind === "function" || one.kind === "letter")
      return undefined;
  }
  return number !== undefined && number.decimals >= 0 ? number : undefined;
}

/** The text for the parser in one reading. */
export function render(side: Side, reading: Reading = plainly): string {
  const { pieces } = side;
  let out = "";
  for (let i = reading.dropDash && side.dash ? 1 : 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece === undefined || piece.kind === "percent") continue;
    const [stroke, below] = [pieces[i + 1], pieces[i + 2]];
    if (
      reading.tight &&
      piece.kind === "number" &&
      stroke?.text === "/" &&
      (stroke.tight || pieces[i - 1]?.text === "/")
    ) {
      if (below?.kind === "number" && pieces[i - 1]?.text !== "^") {
        out += `(${piece.text}/${below.text})`;
        i += 2;
        continue;
      }
    }
    const percent = pieces[i + 1]?.kind === "percent";
    if (percent && reading.percent !== "dropped") {
      out += piece.kind === "close" ? `${piece.text}/100` : `(${piece.text}/100)`;
    } else if (reading.units && piece.units !== undefined) {
      let factor = piece.text;
      for (const { unit, power } of piece.units) {
        const [n, d] =
          power === 1 ? [unit.numerator, unit.denominator] : [unit.denominator, unit.numerator];
        factor += d === 1n ? `*${n}` : `*${n}/${d}`;
      }
      out += `(${factor})`;
    } else out += (reading.unscaled ? piece.unscaled : undefined) ?? piece.text;
  }
  return out;
}

export function emptySide(): Side {
  return {
    start: 0,
    end: 0,
    next: 0,
    pieces: [],
    letters: false,
    operators: 0,
    percents: 0,
    words: false,
    afterWord: false,
    dash: false,
    dots: false,
    approximate: false,
    of: false,
    shorter: undefined,
    doubt: undefined,
  };
}

export function piece(kind: Piece["kind"], text: string, decimals = 0): Piece {
  return { kind, text, decimals, tight: false, unscaled: undefined, units: undefined };
}

export function unitsOf(side: Side): Unit[] {
  const found: Unit[] = [];
  for (const piece of side.pieces) for (const { unit } of piece.units ?? []) found.push(unit);
  return found;
}

/** How far a side was read, to go back to when what follows can't be read. */
export type SideMark = readonly [
  pieces: number,
  end: number,
  operators: number,
  percents: number,
  letters: boolean,
  words: boolean,
];

export function markOf(side: Side): SideMark {
  return [side.pieces.length, side.end, side.operators, side.percents, side.letters, side.words];
}

/** Doubts stay. */
export function resetTo(side: Side, mark: SideMark): void {
  [side.pieces.length, side.end, side.operators, side.percents, side.letters, side.words] = mark;
}
