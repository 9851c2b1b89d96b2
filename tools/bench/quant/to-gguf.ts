// A model of ours as the GGUF file that llama.cpp quantises: what its converter writes for Qwen3, but for the vocabulary,
// which quantising doesn't read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTensors, type TensorInput, tensorsOf, writeGguf } from "@ryanstream/format";
import { ggufNames, huggingFaceNames } from "../../../packages/models/src/weight-names.js";

const fixed = ["embedding", "norm", "head"] as const;

/** Hugging Face's names to GGUF's. */
export function ggufNamesOf(layers: number): Map<string, string> {
  const names = new Map(fixed.map((key) => [huggingFaceNames[key], ggufNames[key]]));
  for (let i = 0; i < layers; i++) {
    const theirs = huggingFaceNames.layer(i);
    const own = ggufNames.layer(i);
    for (const [key, name] of Object.entries(theirs)) names.set(name, own[key as keyof typeof own]);
  }
  return names;
}

export async function writeLlamaCppGguf(folder: string, to: string): Promise<void> {
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
  await using source = await openTensors(folder);
  const names = ggufNamesOf(config.num_hidden_layers);
  const tensors: TensorInput[] = [...tensorsOf(source)].map((tensor) => {
    const name = names.get(tensor.name) ?? tensor.name;
    if (tensor.shape.length > 1) return { ...tensor, name };
    return { ...tensor, name, dtype: "F32", data: () => source.readF32(tensor.name) };
  });
  const float = (value: number) => ({ type: "float32", value }) as const;
  const metadata = {
    "general.architecture": "qwen3",
    "general.name": "abacus",
    "qwen3.block_count": config.num_hidden_layers,
    "qwen3.context_length": config.max_position_embeddings,
    "qwen3.embedding_length": config.hidden_size,
    "qwen3.feed_forward_length": config.intermediate_size,
    "qwen3.attention.head_count": config.num_attention_heads,
    "qwen3.attention.head_count_kv": config.num_key_value_heads,
    "qwen3.attention.key_length": config.head_dim,
    "qwen3.attention.value_length": config.head_dim,
    "qwen3.attention.layer_norm_rms_epsilon": float(config.rms_norm_eps),
    "qwen3.rope.freq_base": float(config.rope_theta),
    "qwen3.vocab_size": config.vocab_size,
    "general.file_type": 32, // mostly bf16
    "tokenizer.ggml.model": "none",
  };
  await writeGguf(to, tensors, { metadata });
}
