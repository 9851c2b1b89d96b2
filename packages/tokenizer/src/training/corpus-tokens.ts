// The corpus while it is being merged: the distinct pieces one after another, each
// place the first byte of a token, the inside of one, or the gap between two pieces.

import type { CountedPieces } from "./piece-counter.js";

export class CorpusTokens {
  /** The token that begins here; -1 inside a token and in a gap. */
  readonly tokens: Int32Array;
  /** On the last place of a token: where it begins. A gap begins where it is. */
  readonly begins: Int32Array;
  /** The piece that a place belongs to. */
  readonly pieces: Uint32Array;

  constructor(
    readonly counted: CountedPieces,
    readonly idOfByte: Int32Array,
  ) {
    const places = (counted.starts[counted.size] as number) + counted.size + 1;
    this.tokens = new Int32Array(places);
    this.begins = new Int32Array(places);
    this.pieces = new Uint32Array(places);
    this.tokens[0] = -1;
  }

  /** The place where the piece begins; the gap before it is one less. */
  start(piece: number): number {
    return (this.counted.starts[piece] as number) + piece + 1;
  }

  /** Lays out the pieces from `piece` on until `places` are written; gives the next piece. */
  layOut(from: number, places: number): number {
    const { tokens, begins, pieces, idOfByte } = this;
    const { bytes, starts, size } = this.counted;
    let piece = from;
    const stop = this.start(from) + places;
    while (piece < size) {
      let at = this.start(piece);
      if (at >= stop) break;
      const end = starts[piece + 1] as number;
      for (let i = starts[piece] as number; i < end; i++, at++) {
        tokens[at] = idOfByte[bytes[i] as number] as number;
        begins[at] = at;
        pieces[at] = piece;
      }
      tokens[at] = -1;
      begins[at] = at;
      pieces[at] = piece++;
    }
    return piece;
  }
}
