// How keys and values are held.

import type { DecoderConfig } from "./decoder-config.js";

/** The type of keys and values in memory. */
export type KvType = "f32" | "bf16" | "f16";

const bytesOf: Readonly<Record<KvType, number>> = { f32: 4, bf16: 2, f16: 2 };

/** Bytes of the keys and values of one position in all layers. */
export function kvBytesPerPosition(
  { layers, keyHeads, headDim }: Pick<DecoderConfig, "layers" | "keyHeads" | "headDim">,
  type: KvType,
): number {
  return 2 * layers * keyHeads * headDim * bytesOf[type];
}
