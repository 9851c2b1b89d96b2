/** A tensor of a file. */
export interface StoredSize {
  /** Of its elements as they are read. */
  readonly elementBytes: number;
  readonly storedBytes: number;
}

// Of docs/ryanformat.md: entries of the index, and where chunks may begin.
const FILE = 512;
const TENSOR = 288;
const CHUNK = 96;
const CHUNK_ELEMENTS = 1 << 20;
const LARGE = 1 << 16;
const PAGE = 4096;
const LINE = 64;
/** Gaps before chunks are half of what they may be on average; a file of few chunks may have more. */
const GAP = 0.6;

/** What a file has besides its tensors' own bytes. */
export function fileOverhead(tensors: readonly StoredSize[]): number {
  return tensors.reduce((sum, { elementBytes, storedBytes }) => {
    const chunks = Math.max(1, Math.ceil(elementBytes / CHUNK_ELEMENTS));
    const unit = storedBytes / chunks >= LARGE ? PAGE : LINE;
    return sum + TENSOR + chunks * (CHUNK + GAP * unit);
  }, FILE);
}
