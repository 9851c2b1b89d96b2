// What a writer takes: tensors whose sizes are known first and whose data comes when it is written.

import { type DType, type DTypeLayout, dtypes, isDType } from "../dtype.js";
import { FormatError, quoted } from "../errors.js";
import { type TensorInfo, type TensorSizes, tensorSizes } from "../tensor-info.js";
import type { SourceFormat, TensorSource } from "../tensor-source.js";

/** Bytes at once, or in chunks of any size. Elements are little-endian. */
export type TensorData =
  | ArrayBufferView
  | Iterable<ArrayBufferView>
  | AsyncIterable<ArrayBufferView>;

/** A tensor to write. */
export interface TensorInput {
  readonly name: string;
  readonly dtype: DType;
  /** Outermost dimension first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The data, or a function that gives it when its turn has come: so memory stays bounded. */
  readonly data: TensorData | (() => TensorData | Promise<TensorData>);
}

export type Tensors = Iterable<TensorInput> | AsyncIterable<TensorInput>;

/** A tensor whose sizes are known. */
export interface PlannedTensor extends TensorInput, TensorSizes {}

export interface FormatRules {
  readonly format: SourceFormat;
  readonly has: (dtype: DTypeLayout) => boolean;
  /** Whether blocks of this type lie within rows. */
  readonly rowBlocks: (dtype: DTypeLayout) => boolean;
  readonly maxDimensions: number;
  /** Why a name can't be written, or undefined. */
  readonly nameFault: (name: string) => string | undefined;
}

/**
 * All tensors with their sizes, checked; their data is not touched.
 *
 * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_UNSUPPORTED`; the signal's reason
 */
export async function planTensors(
  tensors: Tensors,
  rules: FormatRules,
  signal?: AbortSignal,
): Promise<PlannedTensor[]> {
  const planned: PlannedTensor[] = [];
  const names = new Set<string>();
  for await (const tensor of tensors) {
    signal?.throwIfAborted();
    if (names.has(tensor.name)) {
      const expected = "each name once";
      throw new FormatError("ERR_TENSOR", { tensor: tensor.name, expected, found: "it twice" });
    }
    names.add(tensor.name);
    planned.push(planTensor(tensor, rules));
  }
  return planned;
}

/** One tensor with its sizes. */
export function planTensor(tensor: TensorInput, rules: FormatRules): PlannedTensor {
  const { name, dtype, shape, data } = tensor;
  if (typeof name !== "string" || !isWellFormed(name)) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: "a name in well-formed Unicode",
      found: typeof name === "string" ? quoted(name) : typeof name,
    });
  }
  const fault = rules.nameFault(name);
  if (fault !== undefined) {
    throw new FormatError("ERR_TENSOR", { tensor: name, expected: fault, found: quoted(name) });
  }
  if (!isDType(dtype) || !rules.has(dtypes[dtype])) {
    throw new FormatError("ERR_UNSUPPORTED", {
      tensor: name,
      expected: `a type of ${rules.format}`,
      found: dtype,
    });
  }
  if (!Array.isArray(shape) || !isData(data)) {
    throw new FormatError("ERR_ARGUMENT", {
      tensor: name,
      expected: "an array as shape; bytes, an iterable of bytes or a function as data",
      found: `${typeof shape} and ${typeof data}`,
    });
  }
  const integers = shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0);
  if (!integers || shape.length > rules.maxDimensions) {
    throw new FormatError("ERR_TENSOR", {
      tensor: name,
      expected: `at most ${rules.maxDimensions} dimensions, non-negative integers`,
      found: `[${shape.join(", ")}]`,
    });
  }
  const sizes = tensorSizes(dtype, shape, rules.rowBlocks(dtypes[dtype]));
  if ("length" in sizes) {
    const [expected, found] = sizes;
    throw new FormatError("ERR_TENSOR", { tensor: name, expected, found });
  }
  return { name, dtype, shape: [...shape], data, ...sizes };
}

/** Whether this can be a tensor's data. */
export const isData = (data: unknown): boolean =>
  typeof data === "function" ||
  (typeof data === "object" &&
    data !== null &&
    (ArrayBuffer.isView(data) || Symbol.asyncIterator in data || Symbol.iterator in data));

/** Whether a text has no lone surrogate, so that UTF-8 can hold it. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/**
 * All tensors of a source as they are, to be written again in any format.
 *
 * @param choose which tensors; all when absent
 *
 * @example
 * await writeSafetensors("copy.safetensors", tensorsOf(source));
 */
export function* tensorsOf(
  source: TensorSource,
  choose: (info: TensorInfo) => boolean = () => true,
): Generator<TensorInput, void, undefined> {
  for (const info of source.tensors.values()) {
    if (!choose(info)) continue;
    const { name, dtype, shape } = info;
    yield { name, dtype, shape, data: () => source.stream(name) };
  }
}
