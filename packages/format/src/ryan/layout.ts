// Where things lie in a RyanFormat file, and what it may at most ask for (docs/ryanformat.md).

export const FORMAT_VERSION = 1;

/** Of the file header, at the file's beginning. */
export const HEADER_BYTES = 64;
/** Of a commit record, which begins at a multiple of its size: a disk's sector has it whole or not at all. */
export const RECORD_BYTES = 128;

/** Of chunks and indices. */
export const ALIGNMENT = 64;
/** Of chunks that are worth a read past the system's cache. */
export const PAGE = 4096;
const LARGE = 256 << 10;

export const chunkAlignment = (storedBytes: number): number =>
  storedBytes >= LARGE ? PAGE : ALIGNMENT;

export const DEFAULT_CHUNK_BYTES = 1 << 20;
/** Of a chunk's elements. */
export const MAX_CHUNK_BYTES = 16 << 20;
/** What a chunk may at most take in the file. */
export const maxStoredBytes = (chunkBytes: number): number => 2 * chunkBytes + (64 << 10);
/** Of what the chunks of a tensor share. */
export const MAX_HEAD_BYTES = 16 << 20;
export const MAX_DIMENSIONS = 64;
/** Of a name in UTF-8. */
export const MAX_NAME_BYTES = 65_535;
