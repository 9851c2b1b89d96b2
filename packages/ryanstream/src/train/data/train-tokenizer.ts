// A vocabulary of a recipe's own data, as the files that tokenizers are loaded from.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeTokenizerJson } from "@ryanstream/tokenizer/formats";
import { trainBpe } from "@ryanstream/tokenizer/training";
import type { DataSource, TrainedTokenizer } from "../recipe.js";
import { textsOf } from "./documents.js";

/** Writes `tokenizer.json` and `tokenizer_config.json` into a folder that is there. */
export async function trainTokenizer(
  folder: string,
  recipe: TrainedTokenizer,
  data: readonly DataSource[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { vocabularySize, digits, specialTokens, endToken, chatTemplate } = recipe;
  const definition = await trainBpe(firstTexts(data, recipe.documents, signal), {
    vocabularySize,
    digits,
    specialTokens,
    ...(signal === undefined ? {} : { signal }),
  });
  await writeFile(join(folder, "tokenizer.json"), writeTokenizerJson(definition));
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: endToken,
    pad_token: endToken,
    ...(chatTemplate === undefined ? {} : { chat_template: chatTemplate }),
  };
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await writeFile(join(folder, "tokenizer_config.json"), text);
}

async function* firstTexts(
  data: readonly DataSource[],
  documents: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  let read = 0;
  for await (const texts of textsOf(data, signal)) {
    yield* texts;
    if (++read === documents) return;
  }
}
