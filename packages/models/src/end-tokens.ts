// The tokens that end an answer, as a model's files name them.

import { ensure } from "./errors.js";

const GGUF_KEYS = ["eos_token_id", "eot_token_id", "eom_token_id"];

function checked(ids: unknown, where: string, vocabularySize: number): number[] {
  const list = Array.isArray(ids) ? ids : [ids];
  for (const id of list) {
    ensure(
      Number.isSafeInteger(id) && id >= 0,
      "ERR_CONFIG",
      () => `${where}: expected a token's id or a list of ids, found ${JSON.stringify(ids)}`,
    );
  }
  // Some files name tokens that their weights don't have: those never come.
  return list.filter((id) => id < vocabularySize);
}

/** From `tokenizer.ggml.*`: ends of texts, turns and messages. */
export function endTokensOfGguf(
  metadata: ReadonlyMap<string, unknown>,
  vocabularySize: number,
): number[] {
  const found = GGUF_KEYS.flatMap((name) => {
    const key = `tokenizer.ggml.${name}`;
    const id = metadata.get(key);
    return id === undefined ? [] : checked(id, `GGUF: ${key}`, vocabularySize);
  });
  return [...new Set(found)];
}

/** From `generation_config.json`, which goes first as in transformers, else from `config.json`. */
export function endTokensOfHuggingFace(
  config: Readonly<Record<string, unknown>>,
  generationConfig: Readonly<Record<string, unknown>> | undefined,
  vocabularySize: number,
): number[] {
  const files = [
    ["generation_config.json", generationConfig],
    ["config.json", config],
  ] as const;
  for (const [file, json] of files) {
    const ids = json?.["eos_token_id"];
    if (ids === undefined || ids === null) continue;
    return [...new Set(checked(ids, `${file}: eos_token_id`, vocabularySize))];
  }
  return [];
}
