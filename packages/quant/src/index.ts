export { QuantError, type QuantErrorCode } from "./errors.js";
export type {
  KeptTensor,
  LayerPass,
  MatrixInput,
  MatrixKind,
  QuantizableMatrix,
  QuantizableModel,
  Replacements,
} from "./quantizable-model.js";
