// A text on its way through the pipeline, and which part of the original text each
// of its characters came from. All positions are in UTF-16 units.

/**
 * A piece of text with its alignment to the original text. Three cases, by what is known:
 * nothing (`origin < 0`, no offsets were asked for), the piece is the original text from
 * `origin` on (no `starts`), or a range for each unit (`starts`, `ends`).
 */
export class AlignedText {
  constructor(
    readonly text: string,
    /** Where in the original text the piece begins, for what is inserted before its first unit. */
    readonly origin: number,
    readonly starts?: Int32Array | undefined,
    readonly ends?: Int32Array | undefined,
  ) {}

  slice(from: number, to: number): AlignedText {
    if (from === 0 && to === this.text.length && this.starts === undefined) return this;
    const text = this.text.slice(from, to);
    if (this.origin < 0) return new AlignedText(text, -1);
    if (this.starts === undefined) return new AlignedText(text, this.origin + from);
    const origin = this.starts[from] ?? this.origin;
    return new AlignedText(
      text,
      origin,
      this.starts.subarray(from, to),
      this.ends?.subarray(from, to),
    );
  }

  /** Where the original text of the units from `unit` on begins. */
  start(unit: number): number {
    return this.starts?.[unit] ?? this.origin + unit;
  }

  /** Where the original text of the units before `unit` ends. */
  end(unit: number): number {
    return this.ends?.[unit - 1] ?? this.origin + unit;
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

/**
 * What a step did to a text, in order, from which the new alignment is made. The old text
 * is consumed from its beginning; every unit put out gets the range of an old character.
 */
export class EditLog {
  changed = false;
  /** Units of the old text that have been consumed. */
  #at = 0;
  #starts: Int32Array;
  #ends: Int32Array;
  #length = 0;

  constructor(private readonly old: AlignedText) {
    this.#starts = new Int32Array(0);
    this.#ends = this.#starts;
  }

  /** Keeps the next `units` of the old text. */
  keep(units: number): void {
    const stop = this.#at + units;
    while (this.#at < stop) this.put(this.#width(), 0);
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
    let start = this.old.origin;
    let end = start;
    if (change > 0) {
      this.changed = true;
      if (this.#at > 0) {
        start = this.#startAt(this.#at - 1);
        end = this.#endAt(this.#at - 1);
      }
    } else {
      if (this.#at < this.old.text.length) {
        start = this.#startAt(this.#at);
        end = this.#endAt(this.#at);
      } else if (this.#at > 0) {
        start = end = this.old.end(this.#at);
      }
      if (change < 0) this.changed = true;
      for (let n = change; n <= 0; n++) {
        const width = this.#width();
        if (n === 0 && width !== units) this.changed = true;
        this.#at += width;
      }
    }
    if (this.#length + units > this.#starts.length) this.#grow(units);
    for (let i = 0; i < units; i++) {
      this.#starts[this.#length] = start;
      this.#ends[this.#length++] = end;
    }
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
    const { origin } = this.old;
    return new AlignedText(
      text,
      origin,
      this.#starts.subarray(0, this.#length),
      this.#ends.subarray(0, this.#length),
    );
  }

  #width(): number {
    return widthAt(this.old.text, this.#at);
  }

  // Both units of a surrogate pair have the range of the character.
  #startAt(unit: number): number {
    const { starts, text, origin } = this.old;
    return starts ? (starts[unit] as number) : origin + unit - (isInsidePair(text, unit) ? 1 : 0);
  }

  #endAt(unit: number): number {
    const { ends, text, origin } = this.old;
    return ends ? (ends[unit] as number) : origin + unit + (isInsidePair(text, unit + 1) ? 2 : 1);
  }

  #grow(units: number): void {
    const size = Math.max(this.old.text.length + 16, 2 * this.#starts.length, units + this.#length);
    const starts = new Int32Array(size);
    const ends = new Int32Array(size);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
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
