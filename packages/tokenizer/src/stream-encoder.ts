// Encoding a text that arrives in parts. Ids are given as soon as no text that follows
// could change them, so all of them together are those of the whole text.

import type { Pipeline } from "./pipeline/pipeline.js";
import type { SpecialTokens } from "./pipeline/special-tokens.js";
import type { Surroundings } from "./template.js";

const NONE = new Int32Array(0);

export class StreamEncoder {
  readonly #pipeline: Pipeline;
  readonly #special: SpecialTokens;
  readonly #around: Surroundings | undefined;
  /** Whether ids can be given before the end. */
  readonly #steady: boolean;
  /** The text that hasn't been cut at added tokens. */
  #raw = "";
  /** The text after the last added token whose pieces aren't decided, normalized. */
  #text = "";
  /** Whether something of the current segment is encoded already. */
  #begun = false;
  #first = true;
  #started = false;

  constructor(pipeline: Pipeline, special: SpecialTokens, around: Surroundings | undefined) {
    this.#pipeline = pipeline;
    this.#special = special;
    this.#around = around;
    this.#steady = pipeline.streams;
  }

  /** The ids that this part of the text decides: none, while they still depend on what follows. */
  push(text: string): Int32Array {
    this.#raw += text;
    if (!this.#steady) return NONE;
    const { sink } = this.#pipeline;
    this.#start();
    const held = this.#heldBack();
    const matches = this.#matches(this.#raw);
    const limit = this.#raw.length - held;
    let at = 0;
    for (let m = 0; m < matches.length; m += 3) {
      const end = matches[m + 1] as number;
      if (end > limit) break;
      this.#segment(this.#raw.slice(at, matches[m] as number), true);
      sink.push(matches[m + 2] as number);
      at = end;
    }
    if (limit > at) {
      let end = limit;
      if (this.#pipeline.bytes?.normalizes) {
        do end--;
        while (end > at && !standsAlone(this.#raw.charCodeAt(end)));
      } else if (isHigh(this.#raw.charCodeAt(end - 1))) end--;
      if (end > at) {
        this.#segment(this.#raw.slice(at, end), false);
        at = end;
      }
    }
    this.#raw = this.#raw.slice(at);
    return sink.take();
  }

  /** The ids of what is left. The stream then begins anew. */
  end(): Int32Array {
    const { sink } = this.#pipeline;
    this.#start();
    if (this.#steady) {
      const matches = this.#matches(this.#raw);
      let at = 0;
      for (let m = 0; m < matches.length; m += 3) {
        this.#segment(this.#raw.slice(at, matches[m] as number), true);
        sink.push(matches[m + 2] as number);
        at = matches[m + 1] as number;
      }
      this.#segment(this.#raw.slice(at), true);
    } else this.#pipeline.encode(this.#raw, this.#special);
    if (this.#around) sink.pushAll(this.#around.after);
    this.#raw = "";
    this.#started = false;
    this.#first = true;
    return sink.take();
  }

  #start(): void {
    const { sink } = this.#pipeline;
    sink.count = 0;
    if (!this.#started && this.#around) sink.pushAll(this.#around.before);
    this.#started = true;
  }

  #matches(text: string): Int32Array | readonly number[] {
    if (this.#special === "refuse") this.#pipeline.refuseSpecial(text);
    return this.#pipeline.matcher.findAll(text, this.#special === "text");
  }

  /** Units at the end that may belong to an added token which isn't there as a whole. */
  #heldBack(): number {
    const beginnings = this.#pipeline.addedBeginnings;
    const longest = Math.min(this.#pipeline.longestAdded - 1, this.#raw.length);
    for (let length = longest; length > 0; length--) {
      if (beginnings.has(this.#raw.slice(-length))) return length;
    }
    return 0;
  }

  /** Encodes more of the current segment, all of it when it is closed. */
  #segment(text: string, closed: boolean): void {
    const { bytes } = this.#pipeline;
    if (bytes === undefined) return;
    this.#text += this.#begun || text.length > 0 ? bytes.normalized(text) : "";
    if (this.#text.length > 0) {
      const { buffer } = bytes;
      const prefixed = this.#begun
        ? bytes.fill(this.#text, false, "none")
        : bytes.fill(this.#text, this.#first);
      const stop = bytes.run(buffer.bytes, buffer.view, 0, buffer.end, closed, 0x7fffffff);
      if (stop > 0) {
        this.#text = this.#text.slice(unitsOf(buffer.bytes, prefixed, stop));
        this.#begun = true;
      }
    }
    if (closed) {
      this.#text = "";
      this.#begun = false;
      this.#first = false;
    }
  }
}

/** Whether NFC never joins a character with what stands before it; more do than are listed here. */
const standsAlone = (unit: number) =>
  unit < 0x300 || (unit > 0x3000 && unit < 0xa000 && unit !== 0x3099 && unit !== 0x309a);

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

/** UTF-16 units of the characters in `bytes[start..end)`. */
function unitsOf(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let i = start; i < end; i++) {
    const b = bytes[i] as number;
    if ((b & 0xc0) !== 0x80) units += b >= 0xf0 ? 2 : 1;
  }
  return units;
}
