// The types that a tensor's elements can have. Plain types are blocks of one element;
// sizes of quantised blocks are those of ggml (gguf 0.19.0, GGML_QUANT_SIZES).

/** How a type lies in memory. */
export interface DTypeLayout {
  /** Elements of a block; 1 for plain types. */
  readonly block: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** The type's number in GGUF; absent where GGUF lacks it. */
  readonly ggml?: number;
  /** Whether safetensors has the type. */
  readonly safetensors: boolean;
}

const plain = (blockBytes: number, ggml?: number): DTypeLayout => ({
  block: 1,
  blockBytes,
  ...(ggml === undefined ? {} : { ggml }),
  safetensors: true,
});

const packed = (block: number, blockBytes: number): DTypeLayout => ({
  block,
  blockBytes,
  safetensors: true,
});

const quantized = (block: number, blockBytes: number, ggml: number): DTypeLayout => ({
  block,
  blockBytes,
  ggml,
  safetensors: false,
});

const layouts = {
  F64: plain(8, 28),
  F32: plain(4, 0),
  F16: plain(2, 1),
  BF16: plain(2, 30),
  I64: plain(8, 27),
  I32: plain(4, 26),
  I16: plain(2, 25),
  I8: plain(1, 24),
  U64: plain(8),
  U32: plain(4),
  U16: plain(2),
  U8: plain(1),
  BOOL: plain(1),
  C64: plain(8),
  F8_E4M3: plain(1),
  F8_E5M2: plain(1),
  F8_E8M0: plain(1),
  F8_E4M3FNUZ: plain(1),
  F8_E5M2FNUZ: plain(1),
  F6_E2M3: packed(4, 3),
  F6_E3M2: packed(4, 3),
  F4: packed(2, 1),
  Q4_0: quantized(32, 18, 2),
  Q4_1: quantized(32, 20, 3),
  Q5_0: quantized(32, 22, 6),
  Q5_1: quantized(32, 24, 7),
  Q8_0: quantized(32, 34, 8),
  Q8_1: quantized(32, 40, 9),
  Q2_K: quantized(256, 84, 10),
  Q3_K: quantized(256, 110, 11),
  Q4_K: quantized(256, 144, 12),
  Q5_K: quantized(256, 176, 13),
  Q6_K: quantized(256, 210, 14),
  Q8_K: quantized(256, 292, 15),
  IQ2_XXS: quantized(256, 66, 16),
  IQ2_XS: quantized(256, 74, 17),
  IQ3_XXS: quantized(256, 98, 18),
  IQ1_S: quantized(256, 50, 19),
  IQ4_NL: quantized(32, 18, 20),
  IQ3_S: quantized(256, 110, 21),
  IQ2_S: quantized(256, 82, 22),
  IQ4_XS: quantized(256, 136, 23),
  IQ1_M: quantized(256, 56, 29),
  TQ1_0: quantized(256, 54, 34),
  TQ2_0: quantized(256, 66, 35),
  MXFP4: quantized(32, 17, 39),
  NVFP4: quantized(64, 36, 40),
  Q1_0: quantized(128, 18, 41),
} satisfies Record<string, DTypeLayout>;

/** The name of an element type: safetensors' names, and ggml's for quantised blocks. */
export type DType = keyof typeof layouts;

/** Every type, and how it lies in memory. */
export const dtypes: Readonly<Record<DType, DTypeLayout>> = layouts;

/** Numbers that ggml gave to types which it has removed since. */
const REMOVED: Readonly<Record<number, string>> = {
  4: "Q4_2",
  5: "Q4_3",
  31: "Q4_0_4_4",
  32: "Q4_0_4_8",
  33: "Q4_0_8_8",
  36: "IQ4_NL_4_4",
  37: "IQ4_NL_4_8",
  38: "IQ4_NL_8_8",
};

const byGgml = new Map<number, DType>();
for (const [name, { ggml }] of Object.entries<DTypeLayout>(layouts)) {
  if (ggml !== undefined) byGgml.set(ggml, name as DType);
}

export const isDType = (name: string): name is DType => Object.hasOwn(layouts, name);

/** The type with this number in GGUF. */
export const dtypeOfGgml = (type: number): DType | undefined => byGgml.get(type);

/** A type's number in words, for one that is not known. */
export function ggmlTypeText(type: number): string {
  const removed = REMOVED[type];
  return removed === undefined ? `type ${type}` : `type ${type} (${removed}, removed from ggml)`;
}

/** Bits for one element, scales included. */
export function bitsPerWeight(dtype: DType): number {
  const { block, blockBytes } = dtypes[dtype];
  return (8 * blockBytes) / block;
}
