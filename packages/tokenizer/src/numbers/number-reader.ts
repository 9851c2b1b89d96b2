// Numbers and boxed answers of a text while it is being written, token by token.

import { checkText } from "../options.js";
import { type Boxed, BoxedReader } from "./boxed-reader.js";
import { LOOK_BACK } from "./cursor.js";
import { flagsOf, NUMBER_KINDS, type NumberKind, type NumberOptions } from "./kinds.js";
import { MathNumber } from "./math-number.js";
import { Scanner, scanWith } from "./scanner.js";
import { NumberSpans } from "./spans.js";
import { UNIT_REACH } from "./units.js";

/** A number that is longer than this may be reported later than it could. */
const LONG = 1024;

/** UTF-16 units before what is to be read that rules may look at. */
const KEPT = Math.max(LOOK_BACK, UNIT_REACH) + 16;

export interface NumberReaderOptions extends NumberOptions {
  /**
   * Numbers know their unit. They are then reported 64 UTF-16 units after their end, or by
   * `flush`. Default false: `unit` is `undefined`.
   */
  readonly units?: boolean;
}

/**
 * Reads a text in pieces. Whatever the pieces, after `flush` the numbers are those that
 * `findNumbers` finds in the whole. A number is reported once no further text could change
 * it, which is mostly one or two characters after its end. The state is the object's own.
 */
export class NumberReader {
  static readonly name: string = "NumberReader"; // as users see it, minified or not
  /** All numbers reported so far. */
  readonly numbers: MathNumber[] = [];
  /** The contents of all `\boxed{…}` closed so far, braces inside them balanced. */
  readonly boxed: Boxed[] = [];
  readonly #flags: number;
  readonly #units: boolean;
  readonly #boxes = new BoxedReader();
  readonly #spans = new NumberSpans();
  /** The end of the text so far; it begins at {@link #base}. */
  #tail = "";
  #base = 0;
  /** No number begins before `#low`, nor has one its first digit before `#from`. */
  #low = 0;
  #from = 0;
  /** The end of the last number. */
  #last = -UNIT_REACH;
  /** While the text is shorter than this, scanning would be too dear. */
  #retryAt = 0;
  #pending: MathNumber | undefined | null = null;

  constructor(options: NumberReaderOptions = {}) {
    this.#flags = flagsOf(options);
    this.#units = options.units ?? false;
  }

  /** UTF-16 units read so far. */
  get position(): number {
    return this.#base + this.#tail.length;
  }

  /**
   * The number that the text so far ends in, as if the text ended here; more digits may
   * follow. Not known (`undefined`) for one of more than 1,024 UTF-16 units.
   */
  get pending(): MathNumber | undefined {
    if (this.#pending === null) {
      this.#pending = undefined;
      const { scanner, spans } = this.#scan(false);
      const last = spans.count - 1;
      if (last >= 0 && spans.data[3 * last + 1] === scanner.limit) {
        this.#pending = this.#number(spans, last);
      }
    }
    return this.#pending;
  }

  /** Whether the text so far ends in a number, or in the middle of a long one. */
  get inside(): boolean {
    return this.position < this.#retryAt || this.pending !== undefined;
  }

  /** Reads on; returns the numbers that have become certain. */
  push(piece: string): MathNumber[] {
    checkText(piece, "piece");
    this.boxed.push(...this.#boxes.push(piece));
    this.#tail += piece;
    this.#pending = null;
    if (this.position < this.#retryAt) {
      this.#pending = undefined;
      return [];
    }
    return this.#advance(true);
  }

  /** The text is complete: returns the numbers left. */
  flush(): MathNumber[] {
    const rest = this.#advance(false);
    this.#pending = null;
    return rest;
  }

  #scan(settled: boolean) {
    const scanner = new Scanner(this.#tail, this.#tail.length, this.#flags);
    scanner.low = this.#low - this.#base;
    scanner.last = this.#last - this.#base;
    const spans = this.#spans;
    spans.count = 0;
    const resume = scanWith(scanner, spans, this.#from - this.#base, settled);
    return { scanner, spans, resume };
  }

  #number({ data }: NumberSpans, i: number): MathNumber {
    const base = this.#base;
    const start = base + (data[3 * i] as number);
    const end = base + (data[3 * i + 1] as number);
    const kind = NUMBER_KINDS[data[3 * i + 2] as number] as NumberKind;
    return new MathNumber(this.#tail, start, end, kind, base, this.#units);
  }

  #advance(settled: boolean): MathNumber[] {
    const { scanner, spans, resume } = this.#scan(settled);
    const found: MathNumber[] = [];
    let low = scanner.low + this.#base;
    let from = resume + this.#base;
    let last = scanner.last + this.#base;
    for (let i = 0; i < spans.count; i++) {
      const number = this.#number(spans, i);
      if (settled && this.#units && number.end + UNIT_REACH > this.position) {
        low = found.at(-1)?.end ?? this.#low;
        from = found.length > 0 ? low : this.#from;
        last = found.at(-1)?.end ?? this.#last;
        break;
      }
      found.push(number);
    }
    const open = this.position - from;
    this.#retryAt = settled && open > LONG ? this.position + (open >> 2) : 0;
    const base = Math.max(this.#base, from - KEPT);
    this.#tail = this.#tail.slice(base - this.#base);
    this.#base = base;
    this.#low = Math.max(low, base);
    this.#from = from;
    this.#last = last;
    for (const number of found) this.numbers.push(number);
    return found;
  }
}
