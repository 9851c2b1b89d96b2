export { Batches, type BatchesOptions, type BatchState, batches } from "./batches/batches.js";
export type { Batch, TokenSource } from "./batches/build-batch.js";
export { PipelineError, type PipelineErrorCode } from "./errors.js";
export { type OrderKey, permutation } from "./order/permutation.js";
export {
  type DocumentLengths,
  type EpochSummary,
  type PackingOptions,
  summarizeEpoch,
} from "./packing/epoch-plan.js";
export type { Piece } from "./packing/pieces.js";
export { type OpenShardsOptions, openShards } from "./shards/open-shards.js";
export type { ShardEntry, ShardIndex, TokenBytes } from "./shards/shard-index.js";
export type { LossRun, TokenDocument } from "./shards/token-document.js";
export type { TokenShards, VerifyOptions } from "./shards/token-shards.js";
export { type WriteProgress, type WriteShardsOptions, writeShards } from "./shards/write-shards.js";
export { type EncodeOptions, type Encoder, encodeDocuments } from "./text/encode-documents.js";
export { type ReadJsonlOptions, readJsonl } from "./text/read-jsonl.js";
export { type LinesOptions, readLines } from "./text/read-lines.js";
export { type ReadParquetOptions, readParquet } from "./text/read-parquet.js";
export { type ReadTextOptions, readText } from "./text/read-text.js";
export type { ByteSource, TextDocument } from "./text/text-document.js";
