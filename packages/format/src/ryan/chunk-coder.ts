// Codes one chunk at a time, in memory that it uses again: new memory for each chunk costs as
// much as some of the coding.

import { encodeChunks, encodedBound, type PlaneLayout } from "../entropy/index.js";

export class ChunkCoder {
  #bytes: Uint8Array | undefined;
  #into: Uint8Array | undefined;

  /** @param most bytes that a chunk has at most */
  constructor(
    private readonly layout: PlaneLayout,
    private readonly most: number,
  ) {}

  /**
   * Takes a copy of `piece` at once and codes it on another thread. What it resolves with is good
   * until the next call, which must wait for this one.
   */
  async encode(piece: Uint8Array): Promise<Uint8Array> {
    this.#bytes ??= new Uint8Array(this.most);
    this.#into ??= new Uint8Array(encodedBound(this.most, this.layout));
    const bytes = this.#bytes.subarray(0, piece.length);
    bytes.set(piece);
    const [coded] = await encodeChunks([{ bytes, layout: this.layout, into: this.#into }]);
    return coded as Uint8Array;
  }
}
