// A training run of a second or two.

export const tinyRecipe = (over: Readonly<Record<string, unknown>> = {}) => ({
  name: "tiny",
  seed: 1,
  steps: 14,
  data: [{ type: "problems", seed: 1, count: 300, kinds: ["addition", "linear-equation"] }],
  tokenizer: {
    train: {
      vocabularySize: 320,
      specialTokens: ["<|end|>", "<|question|>", "<|solution|>"],
      endToken: "<|end|>",
      chatTemplate:
        "{% for m in messages %}{% if m['role'] == 'user' %}<|question|>{{ m['content'] }}{% else %}<|solution|>{{ m['content'] }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|solution|>{% endif %}",
      documents: 100,
    },
  },
  model: {
    config: {
      model_type: "qwen3",
      hidden_size: 32,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 16,
      intermediate_size: 48,
      max_position_embeddings: 256,
      rms_norm_eps: 1e-6,
      tie_word_embeddings: true,
    },
  },
  batch: { rows: 4, length: 128 },
  optimizer: { type: "muon", rate: 0.02 },
  checkpoints: { every: 3, keep: 2 },
  ...over,
});
