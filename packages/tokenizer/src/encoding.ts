// What encoding a text gives: its ids, and on demand everything else that is known of
// them. Whoever reads only the ids pays only for them.

import type { EncodingParts } from "./components/encoding-parts.js";
import type { TextBuffer } from "./pipeline/text-buffer.js";
import { isHigh, isLow } from "./unicode/surrogates.js";

/** What an {@link Encoding} asks of the tokenizer that made it. */
export interface EncodingSource {
  /** Everything that is known of the tokens. */
  parts(): EncodingParts;
  /** Where the tokens stand, if that is known for less. */
  spans(): Spans | undefined;
  /** The content of a token. */
  token(id: number): string;
  /** From which token to before which the tokens of the first text are. */
  range(): readonly [start: number, end: number];
  /** An encoding of the same texts. */
  make(ids: Int32Array, source: EncodingSource): Encoding;
  /** Holds the text as UTF-8, as long as nothing else was encoded. */
  readonly buffer?: TextBuffer | undefined;
}

export interface Spans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export class Encoding {
  static readonly name: string = "Encoding"; // as users see it, minified or not
  /** The ids, special tokens included. */
  readonly ids: Int32Array;
  /** The text, the first of a pair. */
  readonly text: string;
  /** The second text of a pair. */
  readonly pair: string | undefined;
  readonly #source: EncodingSource;
  #parts: EncodingParts | undefined;
  #spans: Spans | undefined;
  #byteSpans: Spans | undefined;

  constructor(ids: Int32Array, text: string, pair: string | undefined, source: EncodingSource) {
    this.ids = ids;
    this.text = text;
    this.pair = pair;
    this.#source = source;
  }

  protected get source(): EncodingSource {
    return this.#source;
  }

  /** The number of tokens. */
  get length(): number {
    return this.ids.length;
  }

  get #all(): EncodingParts {
    this.#parts ??= this.#source.parts();
    return this.#parts;
  }

  get #where(): Spans {
    this.#spans ??= this.#source.spans() ?? unzip(this.#all.offsets ?? []);
    return this.#spans;
  }

  /** The tokens as the vocabulary writes them. */
  get tokens(): string[] {
    return Array.from(this.ids, (id) => this.#source.token(id));
  }

  /**
   * Where each token begins in its text, in UTF-16 units, so that `text.slice(starts[i], ends[i])`
   * is what it stands for. A token that is a part of a character has the whole character;
   * tokens that no text gave begin and end at 0.
   */
  get starts(): Int32Array {
    return this.#where.starts;
  }

  /** Where each token ends in its text, in UTF-16 units. */
  get ends(): Int32Array {
    return this.#where.ends;
  }

  /** {@link starts} in bytes of the text's UTF-8. */
  get byteStarts(): Int32Array {
    return this.#inBytes.starts;
  }

  /** {@link ends} in bytes of the text's UTF-8. */
  get byteEnds(): Int32Array {
    return this.#inBytes.ends;
  }

  get #inBytes(): Spans {
    if (this.#byteSpans !== undefined) return this.#byteSpans;
    const { starts, ends } = this.#where;
    const first = byteOffsets(this.text);
    const second = this.pair === undefined ? first : byteOffsets(this.pair);
    const sequences = this.pair === undefined ? [] : this.#all.sequenceIds;
    const convert = (units: Int32Array) =>
      units.map((unit, i) => (sequences[i] === 1 ? second : first)(unit));
    this.#byteSpans = { starts: convert(starts), ends: convert(ends) };
    return this.#byteSpans;
  }

  /** 0 for tokens of the first text, 1 for those of the second, or what a template says. */
  get typeIds(): Int32Array {
    return Int32Array.from(this.#all.typeIds);
  }

  /** 0 for padding, 1 for everything else. */
  get attentionMask(): Int32Array {
    return Int32Array.from(this.#all.attentionMask);
  }

  /** 1 for tokens that a template or padding added, 0 for those of the text. */
  get specialTokensMask(): Int32Array {
    return Int32Array.from(this.#all.specialTokensMask);
  }

  /** The piece that each token was cut from, counted from 0; -1 for tokens that no text gave. */
  get wordIds(): Int32Array {
    return Int32Array.from(this.#all.wordIds);
  }

  /** 0 or 1 for the text that each token is from; -1 for tokens that no text gave. */
  get sequenceIds(): Int32Array {
    return Int32Array.from(this.#all.sequenceIds);
  }

  /** What truncation cut off, in parts of the same length. */
  get overflowing(): Encoding[] {
    return this.#all.overflowing.map((parts) => {
      const source = knownSource(() => parts, this.#source);
      return source.make(Int32Array.from(parts.ids), source);
    });
  }

  /**
   * The token at a place of the text, or -1.
   *
   * @param unit  a place in UTF-16 units.
   */
  tokenAt(unit: number, sequence: 0 | 1 = 0): number {
    const { starts, ends } = this;
    const sequences = this.pair === undefined ? undefined : this.#all.sequenceIds;
    for (let i = 0; i < starts.length; i++) {
      const covers = (starts[i] as number) <= unit && unit < (ends[i] as number);
      if (covers && (sequences?.[i] ?? 0) === sequence) return i;
    }
    return -1;
  }

  toJSON(): object {
    return {
      ids: Array.from(this.ids),
      tokens: this.tokens,
      offsets: Array.from(this.starts, (start, i) => [start, this.ends[i]]),
    };
  }
}

/** What an encoding asks for that knows everything in one way only. */
export function knownSource(
  parts: () => EncodingParts,
  { token, make }: Pick<EncodingSource, "token" | "make">,
): EncodingSource {
  return {
    parts,
    spans: () => undefined,
    range() {
      const { sequenceIds } = parts();
      const first = sequenceIds.indexOf(0);
      return first < 0 ? [0, 0] : [first, sequenceIds.lastIndexOf(0) + 1];
    },
    token,
    make,
  };
}

function unzip(offsets: readonly number[]): Spans {
  const starts = new Int32Array(offsets.length / 2);
  const ends = new Int32Array(offsets.length / 2);
  for (let i = 0; i < starts.length; i++) {
    starts[i] = offsets[2 * i] as number;
    ends[i] = offsets[2 * i + 1] as number;
  }
  return { starts, ends };
}

/** From units to bytes; places are asked for in nearly ascending order. */
function byteOffsets(text: string): (unit: number) => number {
  const bytes = new Int32Array(text.length + 1);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    bytes[i] = at;
    const c = text.charCodeAt(i);
    const low = isLow(c) && i > 0 && isHigh(text.charCodeAt(i - 1));
    const high = isHigh(c) && isLow(text.charCodeAt(i + 1));
    at += c < 0x80 ? 1 : c < 0x800 ? 2 : low ? 0 : high ? 4 : 3;
  }
  bytes[text.length] = at;
  return (unit) => bytes[unit] as number;
}
