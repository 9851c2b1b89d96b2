// The corpus while it is being merged: the distinct pieces one after another, with a
// place for each byte and a gap before and after each piece.

import type { CountedPieces } from "./piece-counter.js";

export class CorpusTokens {
  /**
   * The token that begins at a place; -1 in a gap; less inside a token, and on the last
   * place of one -2 - where it begins.
   */
  readonly tokens: Int32Array;
  /** The piece that a place belongs to. */
  readonly pieces: Uint32Array;

  constructor(
    readonly counted: CountedPieces,
    readonly idOfByte: Int32Array,
  ) {
    const places = (counted.starts[counted.size] as number) + counted.size + 1;
    this.tokens = new Int32Array(places);
    this.pieces = new Uint32Array(places);
    this.tokens[0] = -1;
  }

  /** The place where the piece begins; the gap before it is one less. */
  start(piece: number): number {
    return (this.counted.starts[piece] as number) + piece + 1;
  }

  /** Lays out the pieces from `piece` on until `places` are written; gives the next piece. */
  layOut(from: number, places: number): number {
    const { tokens, pieces, idOfByte } = this;
    const { bytes, starts, size } = this.counted;
    let piece = from;
    const stop = this.start(from) + places;
    while (piece < size) {
      let at = this.start(piece);
      if (at >= stop) break;
      const end = starts[piece + 1] as number;
      for (let i = starts[piece] as number; i < end; i++, at++) {
        tokens[at] = idOfByte[bytes[i] as number] as number;
        pieces[at] = piece;
      }
      tokens[at] = -1;
      pieces[at] = piece++;
    }
    return piece;
  }
}
