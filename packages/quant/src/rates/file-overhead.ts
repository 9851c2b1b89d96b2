/** What a file has besides the tensors' own bytes: their entries in the index, alignment of their chunks. */
const BYTES_PER_TENSOR = 512;
const FILE_BYTES = 512;
/** Chunks of this many bytes begin at whole pages. */
const LARGE = 65536;
const PAGE = 4096;

/** An estimate, from above for all but files of very small tensors. */
export function fileOverhead(tensorBytes: readonly number[]): number {
  return tensorBytes.reduce(
    (sum, bytes) => sum + BYTES_PER_TENSOR + (bytes >= LARGE ? PAGE / 2 : 32),
    FILE_BYTES,
  );
}
