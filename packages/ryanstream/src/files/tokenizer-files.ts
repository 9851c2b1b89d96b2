/** What a tokenizer and its chat template may be in, beside weights of Hugging Face's format. */
export const TOKENIZER_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "chat_template.json",
  "added_tokens.json",
  "tokenizer.model",
  "tiktoken.model",
  "qwen.tiktoken",
] as const;
