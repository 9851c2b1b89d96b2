export { QuantError, type QuantErrorCode } from "./errors.js";
export type {
  QuantizationProgress,
  QuantizeOptions,
  QuantizerOptions,
  Resume,
} from "./options.js";
export type { MatrixPlan, QuantizationPlan } from "./plan.js";
export type {
  KeptTensor,
  LayerPass,
  MatrixInput,
  MatrixKind,
  QuantizableMatrix,
  QuantizableModel,
  Replacements,
} from "./quantizable-model.js";
export type {
  BlockDType,
  BytesTensor,
  GridTensor,
  Profile,
  QuantizedTensor,
} from "./quantized-tensor.js";
export {
  formatReport,
  type ProfileReport,
  type QuantizationReport,
  type TensorReport,
} from "./report.js";
export { RyanQuantizer } from "./ryan-quantizer.js";
