// Weights as model files have them, packed in one pass from where the file is mapped.

import { defineOperation, emit, type Operand, type Slot } from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, operand } from "./check.js";
import {
  isInteger,
  type PackedAttributes,
  type PackedFormat,
  type PackedSpec,
  packedAttributeNames,
  packedAttributes,
  specOf,
} from "./packed-weight.js";

/** A packed format that holds what a block type holds. */
interface Held {
  readonly format: PackedFormat;
  readonly zero?: boolean;
}

interface Layout {
  /** ggml's number. */
  readonly id: number;
  /** Weights and bytes of a block. */
  readonly weights: number;
  readonly bytes: number;
  readonly held: Held;
}

const int8: Held = { format: "int8" };
const int8Zero: Held = { format: "int8", zero: true };
const int4Zero: Held = { format: "int4", zero: true };

const layouts = {
  F32: { id: 0, weights: 1, bytes: 4, held: { format: "f32" } },
  F16: { id: 1, weights: 1, bytes: 2, held: { format: "f16" } },
  BF16: { id: 30, weights: 1, bytes: 2, held: { format: "bf16" } },
  Q4_0: { id: 2, weights: 32, bytes: 18, held: { format: "int4" } },
  Q4_1: { id: 3, weights: 32, bytes: 20, held: int4Zero },
  Q5_0: { id: 6, weights: 32, bytes: 22, held: int8 },
  Q5_1: { id: 7, weights: 32, bytes: 24, held: int8Zero },
  Q8_0: { id: 8, weights: 32, bytes: 34, held: int8 },
  Q4_K: { id: 12, weights: 256, bytes: 144, held: int4Zero },
  Q5_K: { id: 13, weights: 256, bytes: 176, held: int8Zero },
  Q6_K: { id: 14, weights: 256, bytes: 210, held: int8 },
  IQ4_NL: { id: 20, weights: 32, bytes: 18, held: { format: "nl4" } },
} as const satisfies Record<string, Layout>;

/** A type of a tensor in a safetensors or GGUF file, as ggml names it. */
export type BlockType = keyof typeof layouts;

export const blockTypes = Object.keys(layouts) as readonly BlockType[];

/**
 * The packed format that holds a block type without loss, or as near as a code: `F32`, `F16`, `BF16`, `Q8_0`, `Q5_0`,
 * `Q4_0` and `IQ4_NL` exactly; `Q4_1`, `Q4_K`, `Q5_1` and `Q5_K` with scale and zero rounded to f16; `Q6_K` with
 * the nearest of 255 codes for each 32 weights.
 */
export function heldAs(type: BlockType): { format: PackedFormat; group?: number; zero: boolean } {
  const { format, zero = false }: Held = layouts[type].held;
  return isInteger(format) ? { format, group: 32, zero } : { format, zero };
}

/** Bytes of a matrix `[n, k]` in this type; rows are whole blocks. */
export function blockBytes(type: BlockType, n: number, k: number): number {
  const { weights, bytes } = layouts[type];
  return ((n * k) / weights) * bytes;
}

type Attributes = PackedAttributes & { readonly source: number };

const packBlocksOperation = defineOperation<Attributes>({
  name: "pack_blocks",
  attributes: [...packedAttributeNames, "source"],
  updates: 1,
  infer(inputs, attrs, updates) {
    expectCount(inputs, 1);
    const spec = specOf(attrs);
    const type = blockTypes.find((name) => layouts[name].id === attrs.source);
    expectAttribute(type !== undefined, () => `unknown block type ${attrs.source}`);
    operand(updates, 0, "packed bytes", "u8", spec.type.shape);
    operand(inputs, 0, "blocks", "u8", [blockBytes(type as BlockType, spec.n, spec.k)]);
    return [];
  },
  cost: ({ inputs: [blocks] }) => ({ flops: 0, bytesRead: blocks?.bytes ?? 0 }),
});

/**
 * Packs a matrix of a model file into a slot, in place of its content. Source and slot may be mapped memory; nothing else
 * is allocated but a few rows a thread.
 *
 * @param blocks `u8[blockBytes(type, n, k)]`, rows one after another, at any alignment
 * @param type what the bytes are
 * @param into a slot of `spec.type` and its spec. With {@link heldAs} of the type, codes are kept; any
 *   other format gets the nearest code to each value.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 * @see ggml, `ggml-common.h`, for the layouts.
 *
 * @example
 * const spec = packedWeight({ n, k, ...heldAs("Q8_0") });
 * const up = { spec, bytes: parameter("up", spec.type) };
 * using pack = program({}, () => packBlocks(blocks, "Q8_0", up));
 * await pack.run({});
 */
export function packBlocks(
  blocks: Operand<"u8">,
  type: BlockType,
  { spec, bytes }: { readonly spec: PackedSpec; readonly bytes: Slot<"u8"> },
): void {
  const { id, weights } = layouts[type];
  ensure(
    spec.k % weights === 0,
    "ERR_SHAPE",
    () => `rows of ${spec.k} weights aren't whole blocks of ${type}, which have ${weights}`,
  );
  emit(packBlocksOperation, [blocks], { ...packedAttributes(spec), source: id }, [bytes]);
}
