// A model with random weights and a vocabulary of bytes and a few merges, in a folder as
// Hugging Face has it and as a GGUF file with its tokenizer inside.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenizerDefinition } from "@ryanstream/tokenizer";
import { writeTokenizerJson } from "@ryanstream/tokenizer/formats";
import { trainBpe } from "@ryanstream/tokenizer/training";
import { afterAll, beforeAll } from "vitest";
import { writeGgufModel, writeHuggingFace } from "../../../models/test/support/checkpoint.js";

const SPECIAL = ["<|end|>", "<|im_start|>", "<|im_end|>"] as const;
export const END = 0;
export const TURN_END = 2;
const VOCABULARY = 290;

export const TEMPLATE =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const config = {
  model_type: "qwen2",
  vocab_size: VOCABULARY,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  tie_word_embeddings: true,
};

const CORPUS =
  "Two plus two is four. The rain in Spain stays mainly in the plain, the train too. ".repeat(4);

export const tinyTokenizer = (): Promise<TokenizerDefinition> =>
  trainBpe([CORPUS], { vocabularySize: VOCABULARY, specialTokens: SPECIAL, digits: "single" });

/** Writes the folder: weights, configurations, tokenizer. */
export async function writeTinyFolder(
  folder: string,
  {
    template = TEMPLATE as string | null,
    vocabulary = VOCABULARY,
    positions = config.max_position_embeddings,
  } = {},
): Promise<void> {
  await writeHuggingFace(
    folder,
    { ...config, vocab_size: vocabulary, max_position_embeddings: positions },
    "F32",
  );
  const json = (name: string, value: unknown) =>
    writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  await json("generation_config.json", { eos_token_id: [END] });
  await json("tokenizer.json", writeTokenizerJson(await tinyTokenizer()));
  await json("tokenizer_config.json", {
    eos_token: SPECIAL[END],
    ...(template === null ? {} : { chat_template: template }),
  });
}

/** Writes the same model with 8 bits, and the tokenizer as llama.cpp has it; one that names no end goes on until its context is full. `more` is metadata. */
export async function writeTinyGguf(
  path: string,
  {
    ends = true,
    positions = config.max_position_embeddings,
    more = {} as Readonly<Record<string, unknown>>,
  } = {},
): Promise<void> {
  const { model, addedTokens } = await tinyTokenizer();
  if (model.type !== "BPE") throw new Error("expected BPE");
  const { vocabulary } = model;
  const { size, bytes, starts } = vocabulary;
  const contentOf = (id: number) =>
    addedTokens.find((added) => added.id === id)?.content ??
    new TextDecoder().decode(bytes.subarray(starts[id], vocabulary.ends[id]));
  const tokens = Array.from({ length: Math.max(size, SPECIAL.length) }, (_, id) => contentOf(id));
  const merges = Array.from({ length: (model.merges?.length ?? 0) / 2 }, (_, i) =>
    [0, 1].map((side) => tokens[model.merges?.[2 * i + side] as number]).join(" "),
  );
  const types = Int32Array.from(tokens, (_, id) => (id < SPECIAL.length ? 3 : 1));
  await writeGgufModel(
    path,
    { ...config, max_position_embeddings: positions },
    "Q8_0",
    (matrix) => matrix,
    {
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "qwen2",
      "tokenizer.ggml.tokens": tokens,
      "tokenizer.ggml.token_type": types,
      "tokenizer.ggml.merges": merges,
      ...(ends ? { "tokenizer.ggml.eos_token_id": END } : {}),
      "tokenizer.chat_template": TEMPLATE,
      ...more,
    },
  );
}

interface TinyModel {
  folder: string;
  gguf: string;
  /** Its texts last for thousands of tokens: a key or a signal comes before they end. */
  endless: string;
}

/** Makes them before the file's tests, and removes them after. */
export function useTinyModel(): TinyModel {
  const place = { folder: "", gguf: "", endless: "" };
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "ryanstream-cli-"));
    place.gguf = join(place.folder, "tiny-q8_0.gguf");
    await writeTinyFolder(place.folder);
    place.endless = join(place.folder, "endless-q8_0.gguf");
    await writeTinyGguf(place.gguf);
    await writeTinyGguf(place.endless, { ends: false });
  });
  afterAll(() => rm(place.folder, { recursive: true, force: true }));
  return place;
}
