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
 * ```ebnf
 * number   = [ sign ] [ currency, only between a sign and the digits ] form [ percent ] ;
 * form     = integer | grouped | decimal | scientific | fraction | mixed | repeating | radix | ordinal ;
 * integer  = digit, { digit } ;                       (* digits of one script *)
 * grouped  = digit, [ digit ], [ digit ], sep, three, { sep, three }, [ point, integer ] ;
 * sep      = "," | "_" | "{,}" | ",\!" | "\," | NBSP | U+2009 | U+202F | "٬" | "，" ;
 *                                                     (* the same in all places; " " by option *)
 * decimal  = [ integer ], point, integer ;
 * scientific = ( integer | decimal ), ( ( "e" | "E" ), [ sign ], integer | times, "10", power )
 *          | "10", power ;
 * times    = [ space ], ( "×" | "*" | "·" | "⋅" | "x" | "\times" | "\cdot" ), [ space ] ;
 * power    = "^", [ sign ], integer | "^{", [ sign ], integer, "}" | superscript digits ;
 * fraction = integer, ( "/" | "⁄" ), integer | vulgar
 *          | "\", [ "d" | "t" | "c" ], "frac", arg, arg ;
 * arg      = digit | "{", integer, "}" | "{", [ sign ], ( grouped | decimal | integer ), "}", not in mixed numbers ;
 * mixed    = integer, [ space ], ( vulgar | "\frac", arg, arg ) | integer, space, integer, "/", integer ;
 * repeating = integer, point, [ integer ], ( "\overline{" | "\bar{" ), integer, "}" ;
 * radix    = "0", ( "x" | "b" | "o" ), digits | integer, "_", digit | integer, "_{", integer, "}" ;
 * ordinal  = integer, followed by "st" | "nd" | "rd" | "th" ;
 * percent  = [ space ], ( "%" | "\%" | "٪" | "％" ) | space, ( "percent" | "per cent" ) ;
 * sign     = "-" | "+" | "−" ;
 * ```
 *
 * Where that leaves a choice:
 * - A sign belongs to the number at the start of the text and after white space, an opening
 *   bracket, an operator, `,` `;` `:` `&` `~` and relations; else it is a subtraction: `3-5`,
 *   `x-5`, `)-5`, `- 5`. After `|`, `$` and `"` it does if these open: `|-5|`, not `|x|-5`.
 * - A point at the end of a sentence is no part of a number. `1.2.3` and `192.168.0.1` are none.
 * - `1,234` is one number, unless brackets enclose just that, as in the pair `(1,234)`, or it
 *   continues a list as in `5,1,234`. `(1,000)` is one too, since `000` is no second number of a pair.
 *   `1,2,3` and `12,34` are three and two numbers.
 * - A slash makes a fraction only without spaces, between integers, alone (`8/4/2` are three), not
 *   after `^`, not before one, and not over 0. `1/15/2024` and `2024-01-15` are dates and no numbers,
 *   except next to an operator. `12:30` is two integers, a time or a ratio.
 * - The fraction of a mixed number is less than one: `3 5/2` are two numbers.
 * - Digits after a letter, `_` or `_{` that a letter precedes are part of a name, with what follows a
 *   point: `x2`, `H2O`, `v1.5`, `a_{1}`. After a LaTeX command they are a number: `\log_2 8`, `\cdot5`.
 *   Letters are Latin, Greek or Cyrillic here. `2x` and `2x5` hold numbers.
 * - `7%3` and `7 % 3` are remainders.
 * - The power in a number's {@link MathNumber.unit} is part of the unit and no number: `5 m/s^2`, `3 cm^{2}`.
 * - Digits count in all scripts of the Basic Multilingual Plane.
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
