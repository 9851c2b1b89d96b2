// The tokenizer that a training run has made, as data that tokenizer.json can hold.

import type { AddedToken, TokenizerDefinition, Vocabulary } from "../definition.js";
import type { TrainingSettings } from "./options.js";
import { byteLevelComponent, preTokenizerOf } from "./split.js";

export function trainedDefinition(
  names: readonly string[],
  merges: Int32Array,
  settings: TrainingSettings,
): TokenizerDefinition {
  const addedTokens: AddedToken[] = settings.specialTokens.map((content, id) => ({
    id,
    content,
    singleWord: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    model: {
      type: "BPE",
      vocabulary: vocabularyOf(names),
      merges,
    },
    addedTokens,
    preTokenizer: preTokenizerOf(settings.pattern, settings.digits),
    postProcessor: byteLevelComponent,
    decoder: byteLevelComponent,
  };
}

function vocabularyOf(names: readonly string[]): Vocabulary {
  const bytes = new TextEncoder().encode(names.join(""));
  const starts = new Uint32Array(names.length);
  const ends = new Uint32Array(names.length);
  let at = 0;
  for (const [id, name] of names.entries()) {
    starts[id] = at;
    for (const character of name) {
      const code = character.codePointAt(0) as number;
      at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    ends[id] = at;
  }
  return { size: names.length, bytes, starts, ends, encoding: "utf8" };
}
