// Text as ids arrive, one at a time or many: never half a character, and together
// exactly what decoding all ids at once gives.

import { checkIds } from "../options.js";
import { type ByteDecoder, unknownId } from "./byte-decoder.js";
import { incompleteTail } from "./incomplete.js";
import { MISSING } from "./token-bytes.js";
import { utf8Text } from "./utf8-text.js";

export interface StreamDecoder {
  /** What these ids add to the text: nothing while a character is incomplete. */
  push(ids: number | ArrayLike<number>): string;
  /** What is left at the end; an incomplete character becomes U+FFFD. The stream then begins anew. */
  end(): string;
}

const NOTHING = new Uint8Array(0);

export class ByteStreamDecoder implements StreamDecoder {
  static readonly name: string = "StreamDecoder"; // as users see it, minified or not
  readonly #decoder: ByteDecoder;
  readonly #skipSpecial: boolean;
  /** By id: its text, once asked for; `null` for a token that isn't whole characters. */
  readonly #texts: (string | null | undefined)[];
  /** The beginning of a character. */
  #pending: Uint8Array = NOTHING;
  /** Bytes of fallback tokens, of which only all together tell whether they are text. */
  #group: number[] = [];
  #atStart: number;

  /** @param texts  shared by all streams of a tokenizer: an array that this fills. */
  constructor(decoder: ByteDecoder, skipSpecial: boolean, texts: (string | null | undefined)[]) {
    this.#decoder = decoder;
    this.#skipSpecial = skipSpecial;
    this.#texts = texts;
    this.#atStart = decoder.tokens.stripped;
  }

  push(ids: number | ArrayLike<number>): string {
    if (typeof ids === "number") return this.#push(ids, 0);
    checkIds(ids);
    let text = "";
    for (let i = 0; i < ids.length; i++) text += this.#push(ids[i] as number, i);
    return text;
  }

  end(): string {
    let text = this.#closeGroup();
    if (this.#pending.length > 0) text += utf8Text(this.#pending);
    this.#pending = NOTHING;
    this.#atStart = this.#decoder.tokens.stripped;
    return text;
  }

  #push(id: number, index: number): string {
    const { size, special, fallback, bytes, starts, ends } = this.#decoder.tokens;
    const kind = special[id];
    if (kind === undefined || kind === MISSING || typeof id !== "number") {
      throw unknownId(id, index, size);
    }
    if (this.#skipSpecial && kind === 1) return "";
    if (fallback?.[id] === 1) {
      this.#group.push(bytes[starts[id] as number] as number);
      return "";
    }
    const before = this.#group.length > 0 ? this.#closeGroup() : "";
    if (this.#pending.length === 0 && this.#atStart === 0) {
      let text = this.#texts[id];
      if (text === undefined) text = this.#prepare(id);
      if (text !== null) return before + text;
    }
    return before + this.#add(bytes.subarray(starts[id], ends[id]));
  }

  #prepare(id: number): string | null {
    const { bytes, starts, ends } = this.#decoder.tokens;
    const own = bytes.subarray(starts[id], ends[id]);
    const text = incompleteTail(own, own.length) > 0 ? null : utf8Text(own);
    this.#texts[id] = text;
    return text;
  }

  #closeGroup(): string {
    if (this.#group.length === 0) return "";
    const bytes = this.#decoder.fallbackBytes(this.#group);
    this.#group = [];
    return this.#add(bytes);
  }

  #add(added: Uint8Array): string {
    let bytes = added;
    if (this.#pending.length > 0) {
      bytes = new Uint8Array(this.#pending.length + added.length);
      bytes.set(this.#pending);
      bytes.set(added, this.#pending.length);
    }
    while (this.#atStart > 0 && bytes.length > 0) {
      if (bytes[0] !== 0x20) this.#atStart = 0;
      else {
        bytes = bytes.subarray(1);
        this.#atStart--;
      }
    }
    const tail = incompleteTail(bytes, bytes.length);
    const whole = bytes.length - tail;
    this.#pending = tail > 0 ? bytes.slice(whole) : NOTHING;
    return whole > 0 ? utf8Text(bytes.subarray(0, whole)) : "";
  }
}
