// Chunks that were decoded last, so that rows read in order decode each chunk once.

interface Held {
  readonly bytes: Promise<Uint8Array>;
  readonly byteLength: number;
}

export class ChunkCache {
  /** By place in the file, the one that was used last at the end. */
  private readonly chunks = new Map<number, Held>();
  private byteLength = 0;

  constructor(private readonly maxBytes: number) {}

  /** The chunk at a place of the file, which is decoded unless it is here or being decoded. */
  get(offset: number, byteLength: number, decode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.chunks.get(offset);
    if (known !== undefined) {
      this.chunks.delete(offset);
      this.chunks.set(offset, known);
      return known.bytes;
    }
    const bytes = decode();
    if (byteLength > this.maxBytes) return bytes;
    const held = { bytes, byteLength };
    this.chunks.set(offset, held);
    this.byteLength += byteLength;
    bytes.catch(() => this.drop(offset, held));
    for (const [oldest, each] of this.chunks) {
      if (this.byteLength <= this.maxBytes) break;
      this.drop(oldest, each);
    }
    return bytes;
  }

  private drop(offset: number, held: Held): void {
    if (this.chunks.get(offset) !== held) return;
    this.chunks.delete(offset);
    this.byteLength -= held.byteLength;
  }
}
