// The pieces of an epoch: every document cut at multiples of the row's length. A piece
// is found by its number from the documents' lengths alone, so that a random order of
// pieces spreads the parts of a long document over the whole epoch.

/** Tokens `[start, start + length)` of a document. */
export interface Piece {
  readonly document: number;
  readonly start: number;
  readonly length: number;
}

export class Pieces {
  /** The number of pieces of all documents up to each. */
  readonly #ends: Uint32Array | Float64Array;
  readonly count: number;
  readonly tokens: number;

  constructor(
    private readonly lengths: Uint32Array,
    private readonly most: number,
  ) {
    let [pieces, tokens] = [0, 0];
    for (const length of lengths) {
      pieces += Math.ceil(length / most);
      tokens += length;
    }
    this.count = pieces;
    this.tokens = tokens;
    this.#ends =
      pieces < 2 ** 32 ? new Uint32Array(lengths.length) : new Float64Array(lengths.length);
    let end = 0;
    for (let document = 0; document < lengths.length; document++) {
      end += Math.ceil((lengths[document] as number) / most);
      this.#ends[document] = end;
    }
  }

  at(piece: number): Piece {
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) > piece) high = middle;
      else low = middle + 1;
    }
    const first = low === 0 ? 0 : (this.#ends[low - 1] as number);
    const start = (piece - first) * this.most;
    return {
      document: low,
      start,
      length: Math.min(this.most, (this.lengths[low] as number) - start),
    };
  }
}
