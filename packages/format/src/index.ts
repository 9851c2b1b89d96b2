export { bitsPerWeight, type DType, type DTypeLayout, dtypes } from "./dtype.js";
export { type GridCodes, type GridSteps, gridStep, gridStoredBytes } from "./entropy/index.js";
export { FormatError, type FormatErrorCode } from "./errors.js";
export { MetadataArray, type MetadataValue } from "./gguf/metadata-array.js";
export type { GgufType, TypedNumbers } from "./gguf/value-types.js";
export { type GgufOptions, writeGguf } from "./gguf/write.js";
export { type MetadataInput, metadataOf, type TypedValue } from "./gguf/write-metadata.js";
export type { ForeignFile } from "./input-file.js";
export {
  type ArraySummary,
  type InspectedValue,
  type Inspection,
  type InspectOptions,
  inspect,
} from "./inspect.js";
export type { Limits } from "./limits.js";
export type { MappedBuffer } from "./mapping.js";
export { type OpenOptions, openTensors } from "./open.js";
export { dequantizable, dequantize } from "./quantization/dequantize.js";
export { quantizable, quantize } from "./quantization/quantize.js";
export type { RowRange } from "./row-range.js";
export type { ExactTensor, GridTensor, RyanTensor } from "./ryan/ryan-tensor.js";
export type { Encoding } from "./ryan/stored-tensor.js";
export { type RyanOptions, type RyanProgress, writeRyan } from "./ryan/write.js";
export {
  type AddOptions,
  type Commit,
  type MetadataEntries,
  openRyanWriter,
  type RyanWriter,
  type RyanWriterOptions,
} from "./ryan/writer.js";
export { type SafetensorsOptions, writeSafetensors } from "./safetensors/write.js";
export type { SeriesDamage } from "./series/chain.js";
export type {
  AppendReport,
  RestoredCheckpoint,
  RestoredTensor,
  SeriesBits,
  SeriesCheckpoint,
  SeriesRole,
  SeriesTensor,
  SeriesTensorInfo,
} from "./series/checkpoint.js";
export {
  type CheckpointSeries,
  openSeries,
  type SeriesOptions,
} from "./series/checkpoint-series.js";
export type { SeriesPrecision } from "./series/precision.js";
export type { TensorInfo } from "./tensor-info.js";
export type {
  MapOptions,
  RangeOptions,
  ReadOptions,
  SourceCommit,
  SourceFile,
  SourceFormat,
  StreamOptions,
  TensorSource,
} from "./tensor-source.js";
export { type VerifyOptions, type VerifyProgress, verifyFile } from "./verify.js";
export type { Damage, VerifiedTensor, VerifyReport } from "./verify-report.js";
export {
  type TensorData,
  type TensorInput,
  type Tensors,
  tensorsOf,
} from "./writing/tensor-input.js";
export type { WriteOptions, WriteProgress, WrittenFile } from "./writing/write-files.js";
