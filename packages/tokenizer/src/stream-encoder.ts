// Encoding a text that arrives in parts. Ids are given as soon as no text that follows
// could change them, so all of them together are those of the whole text.

import { checkText } from "./options.js";
import { AddedTokenCutter, type Cuts } from "./pipeline/added-token-cutter.js";
import type { BytePipeline } from "./pipeline/byte-pipeline.js";
import type { Pipeline } from "./pipeline/pipeline.js";
import { refused, type SpecialTokens } from "./pipeline/special-tokens.js";
import { NOTHING_AROUND, type Surroundings } from "./template.js";
import { categoryMask, inCategory } from "./unicode/categories.js";
import { isHigh } from "./unicode/surrogates.js";

const NONE = new Int32Array(0);

/** An encoder of text that arrives in parts. */
export interface StreamEncoder {
  /**
   * The ids that this part of the text decides: none, while they still depend on what follows.
   *
   * @throws ERR_SPECIAL_TOKEN when special tokens are refused and one is there. The stream then begins anew.
   */
  push(text: string): Int32Array;
  /** The ids of what is left. The stream then begins anew. */
  end(): Int32Array;
}

export class PipelineStreamEncoder implements StreamEncoder {
  static readonly name: string = "StreamEncoder"; // as users see it, minified or not
  readonly #pipeline: Pipeline;
  readonly #special: SpecialTokens;
  readonly #around: Surroundings;
  readonly #whole: ((text: string) => Int32Array) | undefined;
  /** Absent when ids can't be given before the end; then {@link #text} collects everything. */
  readonly #segments: Segments | undefined;
  #text = "";
  #started = false;

  /**
   * @param around  what the template puts around the text; when it does more than that, `whole`
   *   encodes all of the text at the end.
   */
  constructor(
    pipeline: Pipeline,
    special: SpecialTokens,
    around: Surroundings | undefined,
    whole?: (text: string) => Int32Array,
  ) {
    this.#pipeline = pipeline;
    this.#special = special;
    this.#around = around ?? NOTHING_AROUND;
    this.#whole = around === undefined ? whole : undefined;
    if (pipeline.bytes !== undefined && pipeline.streams && this.#whole === undefined) {
      this.#segments = new Segments(pipeline, pipeline.bytes, special);
    }
  }

  push(text: string): Int32Array {
    checkText(text);
    if (this.#segments !== undefined) return this.#give(text, false);
    this.#text += text;
    return NONE;
  }

  end(): Int32Array {
    const text = this.#text;
    this.#text = "";
    return this.#give(text, true);
  }

  #give(text: string, final: boolean): Int32Array {
    if (this.#whole !== undefined) return this.#whole(text);
    const { sink } = this.#pipeline;
    sink.count = 0;
    if (!this.#started) sink.pushAll(this.#around.before);
    this.#started = false;
    try {
      if (this.#segments !== undefined) this.#segments.push(text, final);
      else this.#pipeline.encode(text, this.#special);
    } catch (error) {
      this.#segments?.reset();
      throw error;
    }
    this.#started = !final;
    if (final) sink.pushAll(this.#around.after);
    return sink.take();
  }
}

/** The steps of the pipeline one after another, each holding back what isn't decided. */
class Segments {
  readonly #pipeline: Pipeline;
  readonly #bytes: BytePipeline;
  readonly #raw: AddedTokenCutter;
  readonly #normalized: AddedTokenCutter;
  readonly #composing: Composing | undefined;
  readonly #pieces: Pieces;
  readonly #cutsRaw: Cuts;
  readonly #cutsNormalized: Cuts;

  constructor(pipeline: Pipeline, bytes: BytePipeline, special: SpecialTokens) {
    const isText = (id: number) => special === "text" && pipeline.isSpecial(id);
    this.#pipeline = pipeline;
    this.#bytes = bytes;
    this.#raw = new AddedTokenCutter(pipeline.rawMatcher, isText);
    this.#normalized = new AddedTokenCutter(pipeline.normalizedMatcher, isText);
    this.#composing = bytes.normalizes ? new Composing() : undefined;
    this.#pieces = new Pieces(bytes);
    const token = (id: number, at: number) => {
      if (special === "refuse" && pipeline.isSpecial(id)) throw refused(pipeline.content(id), at);
      pipeline.sink.push(id);
    };
    this.#cutsNormalized = {
      text: (part, closed) => this.#pieces.push(part, closed),
      token,
    };
    this.#cutsRaw = { text: (part, closed) => this.#segment(part, closed), token };
  }

  push(text: string, final: boolean): void {
    if (this.#pipeline.hasRaw) this.#raw.push(text, final, this.#cutsRaw);
    else this.#segment(text, final);
    if (final) this.#pieces.reset();
  }

  reset(): void {
    this.#raw.reset();
    this.#normalized.reset();
    this.#composing?.reset();
    this.#pieces.reset();
  }

  #segment(part: string, closed: boolean): void {
    const composed = this.#composing?.push(part, closed) ?? part;
    const text = composed === "" ? "" : this.#bytes.normalized(composed);
    if (this.#pipeline.hasNormalized) this.#normalized.push(text, closed, this.#cutsNormalized);
    else this.#pieces.push(text, closed);
  }
}

/** Gives text up to where NFC can't join what follows with it. */
class Composing {
  #held = "";

  push(text: string, closed: boolean): string {
    // Only the new text is looked at, so that long runs of marks take linear time.
    let cut = text.length;
    if (!closed) {
      do cut--;
      while (cut >= 0 && !standsAlone(text, cut));
    }
    if (cut < 0 || (cut === 0 && !closed && this.#held === "")) {
      this.#held += text;
      return "";
    }
    const whole = this.#held + text.slice(0, cut);
    this.#held = text.slice(cut);
    return whole;
  }

  reset(): void {
    this.#held = "";
  }
}

const MARK = categoryMask("M");

/** Whether NFC never joins what stands at `i` with what is before it: all but marks and jamo. */
function standsAlone(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  if (unit < 0x300) return true;
  if (unit >= 0xd800 && unit < 0xe000) {
    const point = text.codePointAt(i) as number;
    return point > 0xffff && !inCategory(point, MARK);
  }
  return (unit < 0x1160 || unit > 0x11ff) && !inCategory(unit, MARK);
}

/** The pieces of a segment: encodes those that are decided. */
class Pieces {
  readonly #bytes: BytePipeline;
  #text = "";
  /** How long {@link #text} must be before it's worth another look: a long piece is read a few times only. */
  #due = 0;
  /** Whether something of the segment is encoded already. */
  #begun = false;
  #first = true;

  constructor(bytes: BytePipeline) {
    this.#bytes = bytes;
  }

  push(part: string, closed: boolean): void {
    this.#text += part;
    if (this.#text.length > 0 && (closed || this.#text.length >= this.#due)) this.#encode(closed);
    if (!closed) return;
    this.reset();
    this.#first = false;
  }

  reset(): void {
    this.#text = "";
    this.#due = 0;
    this.#begun = false;
    this.#first = true;
  }

  #encode(closed: boolean): void {
    const bytes = this.#bytes;
    const { buffer } = bytes;
    const end =
      this.#text.length - (!closed && isHigh(this.#text.charCodeAt(this.#text.length - 1)) ? 1 : 0);
    const text = this.#text.slice(0, end);
    const prefixed = this.#begun ? bytes.fill(text, false, "none") : bytes.fill(text, this.#first);
    const stop = bytes.run(buffer.bytes, buffer.view, 0, buffer.end, closed, 0x7fffffff);
    if (stop > 0) {
      this.#text = this.#text.slice(buffer.units(prefixed, stop));
      this.#begun = true;
    }
    const { length } = this.#text;
    this.#due = length + (length >> 2) + 1;
  }
}
