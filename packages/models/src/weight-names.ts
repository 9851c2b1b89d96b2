// What files call a decoder's weights. Ours are those of the program's scopes.

import type { TensorSource } from "@ryanstream/format";

/** Weights of a layer: matrices, norms and biases. */
export interface LayerNames<T> {
  readonly attentionNorm: T;
  readonly query: T;
  readonly key: T;
  readonly value: T;
  readonly output: T;
  readonly queryBias: T;
  readonly keyBias: T;
  readonly valueBias: T;
  readonly outputBias: T;
  readonly queryNorm: T;
  readonly keyNorm: T;
  readonly ffnNorm: T;
  readonly gate: T;
  readonly up: T;
  readonly down: T;
  readonly gateBias: T;
  readonly upBias: T;
  readonly downBias: T;
}

export interface WeightNames {
  readonly embedding: string;
  readonly norm: string;
  readonly head: string;
  /** Of layer `i`, without a fixed end. */
  layer(i: number): LayerNames<string>;
}

const under = (prefix: string, names: LayerNames<string>) =>
  Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, `${prefix}.${name}`]),
  ) as unknown as LayerNames<string>;

/**
 * Whether metadata and names are those of GGUF: of such a file, or of one in another format that was made from it and
 * keeps both.
 */
export const isGgufModel = ({ format, metadata }: Pick<TensorSource, "format" | "metadata">) =>
  format === "gguf" || metadata.has("general.architecture");

export const namesIn = (source: Pick<TensorSource, "format" | "metadata">): WeightNames =>
  isGgufModel(source) ? ggufNames : huggingFaceNames;

export const huggingFaceNames: WeightNames = {
  embedding: "model.embed_tokens.weight",
  norm: "model.norm.weight",
  head: "lm_head.weight",
  layer: (i) =>
    under(`model.layers.${i}`, {
      attentionNorm: "input_layernorm.weight",
      query: "self_attn.q_proj.weight",
      key: "self_attn.k_proj.weight",
      value: "self_attn.v_proj.weight",
      output: "self_attn.o_proj.weight",
      queryBias: "self_attn.q_proj.bias",
      keyBias: "self_attn.k_proj.bias",
      valueBias: "self_attn.v_proj.bias",
      outputBias: "self_attn.o_proj.bias",
      queryNorm: "self_attn.q_norm.weight",
      keyNorm: "self_attn.k_norm.weight",
      ffnNorm: "post_attention_layernorm.weight",
      gate: "mlp.gate_proj.weight",
      up: "mlp.up_proj.weight",
      down: "mlp.down_proj.weight",
      gateBias: "mlp.gate_proj.bias",
      upBias: "mlp.up_proj.bias",
      downBias: "mlp.down_proj.bias",
    }),
};

/** ggml, docs/gguf.md, section "Standardized tensor names". */
export const ggufNames: WeightNames = {
  embedding: "token_embd.weight",
  norm: "output_norm.weight",
  head: "output.weight",
  layer: (i) =>
    under(`blk.${i}`, {
      attentionNorm: "attn_norm.weight",
      query: "attn_q.weight",
      key: "attn_k.weight",
      value: "attn_v.weight",
      output: "attn_output.weight",
      queryBias: "attn_q.bias",
      keyBias: "attn_k.bias",
      valueBias: "attn_v.bias",
      outputBias: "attn_output.bias",
      queryNorm: "attn_q_norm.weight",
      keyNorm: "attn_k_norm.weight",
      ffnNorm: "ffn_norm.weight",
      gate: "ffn_gate.weight",
      up: "ffn_up.weight",
      down: "ffn_down.weight",
      gateBias: "ffn_gate.bias",
      upBias: "ffn_up.bias",
      downBias: "ffn_down.bias",
    }),
};
