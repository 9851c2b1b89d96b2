// A small model in every form in which weights can be held, as files. Types that are held
// alike are not all there: Q5_0 is as Q8_0, Q5_K as Q5_1 and Q4_1 as Q4_K.

import { join } from "node:path";
import { loadModel, type Model } from "@ryanstream/models";
import { type HuggingFaceConfig, writeGgufModel } from "../../../models/test/support/checkpoint.js";
import { type KType, smallKBlocks } from "../../../models/test/support/small-k-blocks.js";
import type { KvType } from "../../src/index.js";

interface Form {
  readonly name: string;
  readonly dtype: "F32" | "BF16" | "F16" | "Q8_0" | "Q4_0" | "Q5_1" | KType;
  readonly weights: "as-is" | "int8" | "int4" | "nl4";
  readonly kvType: KvType;
}

const form = (dtype: Form["dtype"], kvType: KvType): Form => ({
  name: dtype,
  dtype,
  weights: "as-is",
  kvType,
});

export const forms: readonly Form[] = [
  form("F32", "f32"),
  form("BF16", "bf16"),
  form("F16", "f16"),
  form("Q8_0", "f32"),
  form("Q5_1", "bf16"),
  form("Q4_0", "bf16"),
  form("Q4_K", "f32"),
  form("Q6_K", "bf16"),
  { name: "int8", dtype: "F32", weights: "int8", kvType: "f16" },
  { name: "int4", dtype: "F32", weights: "int4", kvType: "f32" },
  { name: "nl4", dtype: "F32", weights: "nl4", kvType: "f16" },
];

export const VOCABULARY = 96;

/** Sizes that fill no vector to the end where the type allows it, and a window that prompts outgrow. */
const windowed: HuggingFaceConfig = {
  model_type: "mistral",
  vocab_size: VOCABULARY,
  hidden_size: 64,
  intermediate_size: 160,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  sliding_window: 12,
};
/** Rows of K types are whole blocks of 256. */
const wide: HuggingFaceConfig = {
  model_type: "qwen2",
  vocab_size: VOCABULARY,
  hidden_size: 256,
  intermediate_size: 256,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  tie_word_embeddings: true,
};

const isK = (dtype: string): dtype is KType => dtype.endsWith("_K");

/** Writes the file of every form to the folder. */
export async function writeForms(folder: string): Promise<void> {
  for (const { name, dtype } of forms) {
    const path = join(folder, `${name}.gguf`);
    if (!isK(dtype)) await writeGgufModel(path, windowed, dtype);
    else {
      await writeGgufModel(path, wide, "F32", undefined, {}, (tensor, shape) =>
        smallKBlocks(dtype, tensor, shape),
      );
    }
  }
}

export const loadForm = (folder: string, { name, weights }: Form): Promise<Model> =>
  loadModel(join(folder, `${name}.gguf`), { weights });
