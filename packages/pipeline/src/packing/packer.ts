// Rows of an epoch, one after the other. A row begins with the piece that waits longest,
// then takes two that fill it exactly or, if there are none, the longest that fits (best
// fit within a window of pieces). What is left when none fits is padding, unless the
// epoch would have too much of it: then the longest piece is cut to fill the row, and
// its rest waits again. No token is dropped.

import { type OrderKey, permutation } from "../order/permutation.js";
import { LengthBuckets } from "./length-buckets.js";
import type { Piece, Pieces } from "./pieces.js";

export interface PackerOptions extends OrderKey {
  /** Tokens of a row. */
  readonly length: number;
  /** Pieces among which those that fit are looked for. */
  readonly window: number;
  /** The share of positions up to any full row that may be padding. */
  readonly maxPadding: number;
}

export class Packer {
  readonly #order: (place: number) => number;
  readonly #waiting: LengthBuckets;
  #place = 0;
  rows = 0;
  tokens = 0;
  /** Pieces that were cut to fill a row. */
  cuts = 0;

  constructor(
    private readonly pieces: Pieces,
    private readonly options: PackerOptions,
  ) {
    this.#order = pieces.count === 0 ? (place) => place : permutation(pieces.count, options);
    this.#waiting = new LengthBuckets(options.length);
  }

  /** The pieces of the next row, or undefined after the last. */
  next(): Piece[] | undefined {
    const { length } = this.options;
    this.#fill();
    const first = this.#waiting.takeOldest();
    if (first === undefined) return undefined;
    const row = [first];
    let room = length - first.length;
    while (room > 0) {
      this.#fill();
      const pieces = this.#waiting.takeExactly(room) ?? this.#waiting.takeLongest(room);
      if (pieces === undefined) break;
      row.push(...pieces);
      for (const piece of pieces) room -= piece.length;
    }
    this.rows++;
    this.tokens += length - room;
    if (this.rows * length - this.tokens > this.options.maxPadding * this.rows * length) {
      this.#cut(row, room);
    }
    return row;
  }

  #fill(): void {
    while (this.#waiting.size < this.options.window && this.#place < this.pieces.count) {
      this.#waiting.add(this.pieces.at(this.#order(this.#place++)));
    }
  }

  #cut(row: Piece[], room: number): void {
    const longest = this.#waiting.takeLongest()?.[0];
    if (longest === undefined) return; // the last row
    const { document, start, length } = longest;
    row.push({ document, start, length: room });
    this.#waiting.add({ document, start: start + room, length: length - room });
    this.tokens += room;
    this.cuts++;
  }
}
