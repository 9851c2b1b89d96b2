// The tables of a shard in memory: where its documents end and which of their tokens
// have loss. 4 bytes a document, and 12 more in shards that have loss runs.

import { PipelineError } from "../errors.js";
import { MAX_DOCUMENT } from "../limits.js";
import type { ShardCounts, ShardLayout } from "./shard-layout.js";

export class ShardTables {
  private constructor(
    private readonly ends: Uint32Array,
    private readonly runEnds: Uint32Array,
    private readonly runs: Uint32Array,
  ) {}

  /** Tables from the bytes that follow the tokens, checked. */
  static parse(bytes: Uint8Array, counts: ShardCounts, layout: ShardLayout, file: string) {
    const at = (offset: number) => offset - layout.documentEnds;
    const ends = words(bytes, at(layout.documentEnds), at(layout.runEnds));
    const runEnds = words(bytes, at(layout.runEnds), at(layout.runs));
    const runs = words(bytes, at(layout.runs), at(layout.bytes));
    checkAscending(
      ends,
      counts.tokens,
      MAX_DOCUMENT,
      `${file}, document ends`,
      layout.documentEnds,
    );
    if (counts.runs > 0) {
      checkAscending(runEnds, counts.runs, 2 ** 32, `${file}, run ends`, layout.runEnds);
    }
    const tables = new ShardTables(ends, runEnds, runs);
    tables.#checkRuns(file, layout.runs);
    return tables;
  }

  get documents(): number {
    return this.ends.length;
  }

  /** The document's first token, counted from the shard's. */
  start(document: number): number {
    return document === 0 ? 0 : (this.ends[document - 1] as number);
  }

  length(document: number): number {
    return (this.ends[document] as number) - this.start(document);
  }

  /** Tokens `[start, end)` with loss, as pairs; undefined if all of them have it. */
  loss(document: number): Uint32Array | undefined {
    if (this.runEnds.length === 0) return undefined;
    const first = document === 0 ? 0 : (this.runEnds[document - 1] as number);
    const end = this.runEnds[document] as number;
    return first === end ? undefined : this.runs.subarray(first * 2, end * 2);
  }

  #checkRuns(file: string, offset: number): void {
    for (let document = 0; document < this.runEnds.length; document++) {
      const runs = this.loss(document);
      if (runs === undefined || (runs.length === 2 && runs[0] === 0 && runs[1] === 0)) continue;
      let last = 0;
      for (let i = 0; i < runs.length; i += 2) {
        const [start, end] = [runs[i] as number, runs[i + 1] as number];
        if (start >= last && end > start && end <= this.length(document)) {
          last = end;
          continue;
        }
        const place = offset + runs.byteOffset - this.runs.byteOffset + i * 4;
        throw new PipelineError(
          "ERR_FORMAT",
          `${file}, loss runs at byte ${place}: expected a run within ${last} to ${this.length(document)}, found ${start} to ${end}`,
        );
      }
    }
  }
}

function words(bytes: Uint8Array, start: number, end: number): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  const out = new Uint32Array((end - start) / 4);
  for (let i = 0; i < out.length; i++) out[i] = view.getUint32(i * 4, true);
  return out;
}

function checkAscending(
  ends: Uint32Array,
  total: number,
  most: number,
  name: string,
  offset: number,
) {
  let last = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i] as number;
    const final = i === ends.length - 1;
    if (end >= last && end - last <= most && (final ? end === total : end <= total)) {
      last = end;
      continue;
    }
    const expected = final ? String(total) : `${last} to ${Math.min(total, last + most)}`;
    throw new PipelineError(
      "ERR_FORMAT",
      `${name} at byte ${offset + i * 4}: expected ${expected}, found ${end}`,
    );
  }
  if (ends.length === 0 && total !== 0) {
    throw new PipelineError(
      "ERR_FORMAT",
      `${name}: expected an end at ${total}, found no document`,
    );
  }
}
