export { type ArenaPlan, planArena, type Region } from "./arena.js";
export {
  expectDtype,
  expectMinimumRank,
  expectRank,
  expectSameShape,
  expectSize,
  input,
} from "./check.js";
export { Constant, constant, maxConstantBytes } from "./constant.js";
export type { Cost, CostRow, Counts } from "./cost.js";
export type { ArrayLikeOfDType, ArrayOfDType, DType, FloatDType, TypedArray } from "./dtype.js";
export { bytesPerElement, dtypes, newArray } from "./dtype.js";
export { TensorError, type TensorErrorCode } from "./errors.js";
export type { DimOptions, DimValue, Shape, Size, SizeLike } from "./extent.js";
export { Dim, dim, Extent } from "./extent.js";
export { type GradOptions, grad } from "./grad.js";
export type { Graph, GraphNode } from "./graph.js";
export type { ProgramJson } from "./json.js";
export { type LiveHandles, liveHandles } from "./native-binding.js";
export type {
  AdjointContext,
  AdjointResult,
  Attribute,
  Attributes,
  ConcreteType,
  CostContext,
  Facts,
  InputGradients,
  NativeCall,
  Operation,
  OperationCost,
  OperationDefinition,
  Remake,
} from "./operation.js";
export {
  defineOperation,
  findOperation,
  listFact,
  numberFact,
  operationNames,
} from "./operation.js";
export { assign } from "./operations/assign.js";
export {
  add,
  type BinaryOperand,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  mul,
  pow,
  sub,
} from "./operations/binary.js";
export { cast, stopGradient } from "./operations/cast.js";
export { embedding } from "./operations/embedding.js";
export { full, ones, sizeValue, zeros } from "./operations/fill.js";
export {
  broadcastTo,
  concat,
  permute,
  type Range,
  reshape,
  slice,
  transpose,
} from "./operations/layout.js";
export { type MatmulOptions, matmul } from "./operations/matmul.js";
export { max, mean, min, type ReduceOptions, sum, sumTo } from "./operations/reduce.js";
export { argmax, logSoftmax, softmax, topK } from "./operations/select.js";
export {
  abs,
  cos,
  exp,
  floor,
  gelu,
  geluErf,
  log,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "./operations/unary.js";
export { where } from "./operations/where.js";
export { backwardNodes } from "./passes/backward.js";
export { simplify } from "./passes/index.js";
export { recompute } from "./passes/recompute.js";
export { type Plan, planGraph, type Storage } from "./plan.js";
export type { Profile, ProfileRow } from "./profile.js";
export {
  type BindOptions,
  type InputArrays,
  type InputSpecs,
  Program,
  type ProgramMemory,
  type ResultArrays,
  type Returned,
  type RunOptions,
} from "./program.js";
export {
  broadcast,
  describeShape,
  elements,
  sameShape,
  sameSize,
} from "./shape.js";
export {
  type Initial,
  Parameter,
  parameter,
  Slot,
  type SlotOptions,
  State,
  state,
} from "./slot.js";
export { Sym } from "./symbol.js";
export { table } from "./table.js";
export { emit, named, type Operand, scope } from "./trace.js";
export { evaluate, type InputSymbols, program } from "./tracing.js";
export {
  bf16,
  describeType,
  f16,
  f32,
  i8,
  i32,
  type Spec,
  sameType,
  type TensorType,
  u8,
} from "./type.js";
