// Where each token stands in the text, from the lengths of the tokens alone: the bytes
// that were encoded are walked once beside them.

import { sequenceLength } from "../bpe/utf8.js";
import type { BytePipeline } from "./byte-pipeline.js";

export class SpanSink {
  /** In UTF-16 units of the original text. */
  starts: Int32Array = new Int32Array(256);
  ends: Int32Array = new Int32Array(256);
  count = 0;
  /** Whether tokens don't cover the text byte by byte, so that only the generic pipeline can tell. */
  failed = false;

  fail(): void {
    this.failed = true;
  }

  push(start: number, end: number): void {
    if (this.count === this.starts.length) this.#grow(1);
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /**
   * Adds the spans of the ids from `from` on in the pipeline's loop, whose text stands in its buffer.
   *
   * @param base      where that text begins in the original.
   * @param prefixed  bytes in front of it that the original doesn't have. A token of nothing
   *   else has the first character, as Hugging Face has it.
   */
  addSegment(pipeline: BytePipeline, from: number, base: number, prefixed: number): void {
    const { loop, buffer, encoder } = pipeline;
    const { out, count } = loop;
    const { bytes } = buffer;
    const end = pipeline.stopped;
    const { lengths, unknownId } = encoder;
    if (this.count + count - from > this.starts.length) this.#grow(count - from);
    const { starts, ends } = this;
    let on = this.count;
    let byte = 0; // where the token begins
    let at = prefixed; // where a character begins, and its unit
    let unit = base;
    for (let i = from; i < count; i++) {
      const id = out[i] as number;
      const next = byte + (lengths[id] as number);
      // How much of the text an unknown token stands for isn't known by its length.
      if (next > end || id === unknownId) break;
      while (at <= byte && at < end) {
        const size = sequenceLength(bytes[at] as number);
        if (at + size > byte) break;
        at += size;
        unit += size === 4 ? 2 : 1;
      }
      starts[on] = unit;
      while (at < next) {
        const size = sequenceLength(bytes[at] as number);
        if (at + size >= next) {
          // The last character of the token, whole for the token though it may go on in the next.
          ends[on] = unit + (size === 4 ? 2 : 1);
          if (at + size === next) {
            at += size;
            unit += size === 4 ? 2 : 1;
          }
          break;
        }
        at += size;
        unit += size === 4 ? 2 : 1;
      }
      if (next <= prefixed) {
        const size = at < buffer.end ? sequenceLength(bytes[at] as number) : 0;
        ends[on] = unit + (size === 4 ? 2 : Math.min(size, 1));
      }
      on++;
      byte = next;
    }
    this.count = on;
    if (byte !== end) this.failed = true;
  }

  spans(): { starts: Int32Array; ends: Int32Array } {
    return { starts: this.starts.slice(0, this.count), ends: this.ends.slice(0, this.count) };
  }

  #grow(needed: number): void {
    const capacity = Math.max(2 * this.starts.length, this.count + needed);
    for (const key of ["starts", "ends"] as const) {
      const larger = new Int32Array(capacity);
      larger.set(this[key].subarray(0, this.count));
      this[key] = larger;
    }
  }
}
