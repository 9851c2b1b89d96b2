/** A tensor of a file. */
export interface StoredSize {
  /** Of its elements as they are read. */
  readonly elementBytes: number;
  readonly storedBytes: number;
  /** Whether its chunks share a head, as those of a grid do. */
  readonly head?: boolean;
}

// Of docs/ryanformat.md: header, record and ends of the index; a tensor's entry there, with a name of 50 characters, and
// what the entry says of each chunk and head; where chunks may begin.
const FILE = 512;
const TENSOR = 152;
const PART = 88;
const CHUNK_ELEMENTS = 1 << 20;
const LARGE = 1 << 18;
const PAGE = 4096;
const LINE = 64;
/** Gaps before chunks are half of what they may be on average; a file of few chunks may have more. */
const GAP = 0.6;

/** What a file has besides its tensors' own bytes. */
export function fileOverhead(tensors: readonly StoredSize[]): number {
  return tensors.reduce((sum, { elementBytes, storedBytes, head = false }) => {
    const chunks = Math.max(1, Math.ceil(elementBytes / CHUNK_ELEMENTS));
    const unit = storedBytes / chunks >= LARGE ? PAGE : LINE;
    const heads = head ? PART + GAP * LINE : 0;
    return sum + TENSOR + heads + chunks * (PART + GAP * unit);
  }, FILE);
}
