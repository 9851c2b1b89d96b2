// A text on its way through the pipeline, and which part of the original text each
// of its characters came from. All positions are in UTF-16 units.

/**
 * A piece of text with its alignment to the original text. Three cases, by what is known:
 * nothing (`origin < 0`, no offsets were asked for), the piece is the original text from
 * `origin` on (no `ranges`), or a range for each unit.
 */
export class AlignedText {
  constructor(
    readonly text: string,
    /** Where in the original text the piece begins, for what is inserted before its first unit. */
    readonly origin: number,
    /** Start and end in turn for each unit, from the unit `base` on; pieces of one text share it. */
    readonly ranges?: readonly number[] | undefined,
    readonly base = 0,
  ) {}

  slice(from: number, to: number): AlignedText {
    const whole = from === 0 && to === this.text.length;
    if (whole && this.ranges === undefined) return this;
    const text = whole ? this.text : this.text.slice(from, to);
    if (this.origin < 0) return new AlignedText(text, -1);
    if (this.ranges === undefined) return new AlignedText(text, this.origin + from);
    return new AlignedText(text, this.start(from), this.ranges, this.base + from);
  }

  /** Where the original text of the units from `unit` on begins. */
  start(unit: number): number {
    return this.ranges?.[2 * (this.base + unit)] ?? this.origin + unit;
  }

  /** Where the original text of the units before `unit` ends. */
  end(unit: number): number {
    return this.ranges?.[2 * (this.base + unit) - 1] ?? this.origin + unit;
  }

  /** This text rewritten by `step`, which tells an {@link EditLog} what it does when there is one. */
  rewrite(step: TextStep): AlignedText {
    if (this.origin < 0) {
      const text = step(this.text, undefined);
      return text === this.text ? this : new AlignedText(text, -1);
    }
    const log = new EditLog(this);
    const text = step(this.text, log);
    return log.changed || text !== this.text ? log.finish(text) : this;
  }
}

/** Rewrites a text. A step that changes something and has a log accounts for the whole text in it. */
export type TextStep = (text: string, log: EditLog | undefined) => string;

/** Throws if a text of this many units would be too long. */
export type LengthCheck = (units: number) => void;

/**
 * What a step did to a text, in order, from which the new alignment is made. The old text
 * is consumed from its beginning; every unit put out gets the range of an old character.
 */
export class EditLog {
  changed = false;
  /** Units of the old text that have been consumed. */
  #at = 0;
  readonly #ranges: number[] = [];

  readonly #old: AlignedText;

  constructor(old: AlignedText) {
    this.#old = old;
  }

  /** Keeps the next `units` of the old text. */
  keep(units: number): void {
    const stop = this.#at + units;
    const { text, ranges, base, origin } = this.#old;
    if (ranges) {
      for (let i = 2 * (base + this.#at); i < 2 * (base + stop); i++) {
        this.#ranges.push(ranges[i] as number);
      }
    } else {
      for (let i = this.#at; i < stop; i++) {
        const start = origin + i;
        if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && widthAt(text, i) === 2) {
          this.#ranges.push(start, start + 2, start, start + 2);
          i++;
        } else {
          this.#ranges.push(start, start + 1);
        }
      }
    }
    this.#at = stop;
  }

  /** Forgets the next `units` of the old text. */
  drop(units: number): void {
    this.changed = true;
    this.#at += units;
  }

  /**
   * Puts out one character of `units`. `change` is 1 for one that was added (it gets the range
   * of the character before), 0 for one in the place of the next old character, and `-n` if it
   * takes the place of the next old character and the `n` after it.
   */
  put(units: number, change: number): void {
    let start = this.#old.origin;
    let end = start;
    if (change > 0) {
      this.changed = true;
      if (this.#at > 0) {
        start = this.#startAt(this.#at - 1);
        end = this.#endAt(this.#at - 1);
      }
    } else {
      if (this.#at < this.#old.text.length) {
        start = this.#startAt(this.#at);
        end = this.#endAt(this.#at);
      } else if (this.#at > 0) {
        start = end = this.#old.end(this.#at);
      }
      if (change < 0) this.changed = true;
      for (let n = change; n <= 0; n++) {
        const width = this.#width();
        if (n === 0 && width !== units) this.changed = true;
        this.#at += width;
      }
    }
    this.#ranges.push(start, end);
    if (units === 2) this.#ranges.push(start, end);
  }

  /** Puts out `text` in the place of the next `units` of the old text, its first character for all of them. */
  replace(units: number, text: string): void {
    this.changed = true;
    if (text === "") {
      this.drop(units);
      return;
    }
    const first = widthAt(text, 0);
    const stop = this.#at + units;
    this.put(first, 0);
    this.#at = stop;
    this.insert(text, first);
  }

  /** Puts out the characters of `text` from `from` on as added ones. */
  insert(text: string, from = 0): void {
    for (let i = from; i < text.length; ) {
      const width = widthAt(text, i);
      this.put(width, 1);
      i += width;
    }
  }

  /** The rewritten text with its alignment; what was not consumed counts as removed. */
  finish(text: string): AlignedText {
    return new AlignedText(text, this.#old.origin, this.#ranges);
  }

  #width(): number {
    return widthAt(this.#old.text, this.#at);
  }

  // Both units of a surrogate pair have the range of the character.
  #startAt(unit: number): number {
    const { ranges, text } = this.#old;
    return this.#old.start(ranges || !isInsidePair(text, unit) ? unit : unit - 1);
  }

  #endAt(unit: number): number {
    const { ranges, text } = this.#old;
    return this.#old.end(ranges || !isInsidePair(text, unit + 1) ? unit + 1 : unit + 2);
  }
}

/** Units of the character at `unit`: 2 for a surrogate pair, else 1. */
export function widthAt(text: string, unit: number): number {
  return isInsidePair(text, unit + 1) ? 2 : 1;
}

/** Whether `unit` is the second half of a surrogate pair. */
function isInsidePair(text: string, unit: number): boolean {
  return (
    (text.charCodeAt(unit) & 0xfc00) === 0xdc00 && (text.charCodeAt(unit - 1) & 0xfc00) === 0xd800
  );
}

/**
 * Rewrites character by character. `map` gets a code point and gives its replacement
 * (which may be empty), or `undefined` to keep the character.
 */
export function mapCharacters(
  text: string,
  log: EditLog | undefined,
  map: (codePoint: number) => string | undefined,
): string {
  let out = "";
  let kept = 0;
  for (let i = 0; i < text.length; ) {
    const codePoint = text.codePointAt(i) as number;
    const width = codePoint > 0xffff ? 2 : 1;
    const replacement = map(codePoint);
    if (replacement !== undefined) {
      out += text.slice(kept, i) + replacement;
      log?.keep(i - kept);
      log?.replace(width, replacement);
      kept = i + width;
    }
    i += width;
  }
  if (kept === 0) return text;
  log?.keep(text.length - kept);
  return out + text.slice(kept);
}
