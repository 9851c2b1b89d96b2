// What a set of shards may hold at most. A reader refuses more before it allocates,
// a writer before it writes.

/** Tokens of one document. */
export const MAX_DOCUMENT = 2 ** 27;
/** Tokens at which a shard may be closed at the latest; its last document may go past it. */
export const MAX_SHARD_TOKENS = 2 ** 30;
/** Each is an open file while the set is open. */
export const MAX_SHARDS = 4096;
/** Document ids are 32-bit integers in batches. */
export const MAX_DOCUMENTS = 2 ** 31 - 1;
/** Token ids are 32-bit integers in batches. */
export const MAX_VOCABULARY = 2 ** 31 - 1;
/** Bytes of `index.json`: about 300 a shard are used. */
export const MAX_INDEX_BYTES = 2 ** 22;
