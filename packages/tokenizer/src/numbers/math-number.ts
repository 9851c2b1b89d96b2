// A number in a text, with its exact value; and the search for all of them.

import { checkText } from "../options.js";
import { INSPECT, type Inspect, inspected } from "./inspected.js";
import { flagsOf, NUMBER_KINDS, type NumberKind, type NumberOptions } from "./kinds.js";
import { type Rational, rationalToString } from "./rational.js";
import { countPlaces, readValue } from "./read-value.js";
import { scanNumbers } from "./scan-numbers.js";
import { NumberSpans } from "./spans.js";
import { type Unit, unitOf } from "./units.js";

/** What a {@link MathNumber} is in JSON. */
export interface MathNumberJson {
  readonly text: string;
  /** `"3/4"` or `"-12"`, which `parseRational` reads; `null` where there is no value. */
  readonly value: string | null;
  readonly kind: NumberKind;
  readonly sign: 1 | -1;
  /** The unit's text, or `null`. */
  readonly unit: string | null;
  readonly start: number;
  readonly end: number;
}

/**
 * A number as it stands in a text. The span is known from the start; everything else is
 * worked out when it is first read. Holds on to the whole text.
 */
export class MathNumber {
  /** Start in UTF-16 units, sign and leading currency with a sign before it included. */
  readonly start: number;
  /** End in UTF-16 units, percent sign, closing brace and multiplier included; not the unit. */
  readonly end: number;
  readonly kind: NumberKind;
  readonly #source: string;
  /** What `start` has to be lessened by to be an index into the source. */
  readonly #base: number;
  #value: Rational | undefined | null = null;
  #unit: Unit | undefined | null = null;

  /** `source` begins at UTF-16 unit `base` of the whole text; without `units`, none is looked for. */
  constructor(
    source: string,
    start: number,
    end: number,
    kind: NumberKind,
    base = 0,
    units = true,
  ) {
    if (!units) this.#unit = undefined;
    this.#source = source;
    this.#base = base;
    this.start = start;
    this.end = end;
    this.kind = kind;
  }

  /** The number as written. */
  get text(): string {
    return this.#source.slice(this.start - this.#base, this.end - this.#base);
  }

  /** The exact value; `undefined` if it has more than 10,000 digits, as `1e999999999`. */
  get value(): Rational | undefined {
    if (this.#value === null) this.#value = readValue(this.text, this.kind);
    return this.#value;
  }

  /** Digits after the decimal point as written, so that `0.10` (2) and `0.1` (1) differ. */
  get decimalPlaces(): number {
    return countPlaces(this.text);
  }

  /** The sign as written, -1 for `-0` as well. */
  get sign(): 1 | -1 {
    const signs = this.text.match(/^[-−]|(?:frac ?|\} ?|frac ?\d ?)\{[-−]/g) ?? [];
    return signs.length % 2 === 0 ? 1 : -1;
  }

  /** Whether it is written with LaTeX commands or braces: `\frac12`, `1{,}000`, `50\%`. */
  get latex(): boolean {
    return /[\\{]/.test(this.text);
  }

  /**
   * A currency before the number or a unit of measurement after it. What may be a word, a label or a variable as
   * well is a unit only where it is meant as one: `in` not before a word that no length is followed by (`5 in
   * total`, `1 in 5`); A, B, b, C and F after a space, before an end or a preposition, not after a word such as
   * `room` (`5 A students`, `Room 12 B`, `2A`); `pm` not after an hour; letters with a power not glued to the
   * number or before a plus or minus (`3m^2`, `5 m^2 - 3 m`).
   */
  get unit(): Unit | undefined {
    if (this.#unit === null) {
      const unit = unitOf(this.#source, this.start - this.#base, this.end - this.#base);
      this.#unit = unit && {
        text: unit.text,
        start: unit.start + this.#base,
        end: unit.end + this.#base,
      };
    }
    return this.#unit;
  }

  /** What `JSON.stringify` takes; the value is a string, since JSON has no BigInt. */
  toJSON(): MathNumberJson {
    const { text, kind, sign, start, end } = this;
    const value = this.value ? rationalToString(this.value) : null;
    return { text, value, kind, sign, unit: this.unit?.text ?? null, start, end };
  }

  [INSPECT](_depth: number, options: object, inspect?: Inspect): string {
    return inspected("MathNumber", this.toJSON(), options, inspect);
  }
}

/**
 * All numbers of a text in order; they don't overlap.
 *
 * A sign belongs to a number where it can't be a subtraction, a point at the end of a sentence is no part of one, and neither
 * are digits in names, versions and dates. The grammar is in the repository's `docs/tokenizer.md`.
 *
 * @throws TokenizerError `ERR_ARGUMENT` if `text` is no string or `options` no object.
 */
export function findNumbers(text: string, options: NumberOptions = {}): MathNumber[] {
  checkText(text);
  const spans = new NumberSpans();
  scanNumbers(text, spans, flagsOf(options));
  return toNumbers(text, spans);
}

/** The objects for what {@link scanNumbers} found in `text`. */
export function toNumbers(text: string, spans: NumberSpans): MathNumber[] {
  const { data, count } = spans;
  return Array.from({ length: count }, (_, i) => {
    const kind = NUMBER_KINDS[data[3 * i + 2] as number] as NumberKind;
    return new MathNumber(text, data[3 * i] as number, data[3 * i + 1] as number, kind);
  });
}
