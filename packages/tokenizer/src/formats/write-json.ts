// A tokenizer.json from a definition, whatever file that came from.

import type { TokenizerDefinition, Vocabulary } from "../definition.js";
import { ensure } from "../errors.js";
import { BYTE_CHARACTERS } from "../unicode/byte-alphabet.js";

/**
 * Writes Hugging Face's tokenizer.json.
 *
 * Contents that are bytes are written in GPT-2's printable alphabet, and rank files get the merges
 * that their ranks stand for.
 */
export function writeTokenizerJson(definition: TokenizerDefinition): string {
  const { model, truncation, padding } = definition;
  const bytes = model.vocabulary.encoding === "bytes";
  const untyped = (value: object | undefined) => value && { ...value, type: undefined };
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: false,
  };
  const own = definition.preTokenizer;
  const preTokenizer = bytes
    ? { type: "Sequence", pretokenizers: own ? [own, byteLevel] : [byteLevel] }
    : own;
  return JSON.stringify({
    version: "1.0",
    truncation: untyped(truncation) ?? null,
    padding: untyped(padding) ?? null,
    added_tokens: [...definition.addedTokens]
      .sort((a, b) => a.id - b.id)
      .map(({ id, content, singleWord, lstrip, rstrip, normalized, special }) => ({
        id,
        content,
        single_word: singleWord,
        lstrip,
        rstrip,
        normalized,
        special,
      })),
    normalizer: definition.normalizer ?? null,
    pre_tokenizer: preTokenizer ?? null,
    post_processor: definition.postProcessor ?? null,
    decoder: definition.decoder ?? null,
    model: modelJson(definition),
  });
}

function modelJson({ model, addedTokens }: TokenizerDefinition): object {
  const { type, vocabulary } = model;
  const contents = printable(vocabulary);
  if (type === "Unigram") {
    // A list has no holes.
    for (const { id, content } of addedTokens) if (contents[id] === "") contents[id] = content;
  }
  if (type === "Unigram") {
    const vocab = contents.map((content, id) => [content, model.scores[id]]);
    return { type, unk_id: model.unkId ?? null, vocab, byte_fallback: model.byteFallback ?? false };
  }
  const vocab = Object.fromEntries(
    contents.map((content, id) => [content, id] as const).filter(([content]) => content !== ""),
  );
  if (type === "WordLevel") return { type, vocab, unk_token: model.unkToken };
  if (type === "WordPiece") {
    return {
      type,
      unk_token: model.unkToken,
      continuing_subword_prefix: model.continuingSubwordPrefix,
      max_input_chars_per_word: model.maxInputCharsPerWord,
      vocab,
    };
  }
  const merges: [string, string][] = [];
  const pairs = model.merges ?? mergesOfRanks(contents);
  for (let i = 0; i < pairs.length; i += 2) {
    merges.push([contents[pairs[i] as number] ?? "", contents[pairs[i + 1] as number] ?? ""]);
  }
  return {
    type,
    dropout: null,
    unk_token: model.unkToken ?? null,
    continuing_subword_prefix: model.continuingSubwordPrefix ?? null,
    end_of_word_suffix: model.endOfWordSuffix ?? null,
    fuse_unk: model.fuseUnk ?? false,
    byte_fallback: model.byteFallback ?? false,
    ignore_merges: model.ignoreMerges ?? false,
    vocab,
    merges,
  };
}

/** Every way to make each token of two others, by the rank of the token. */
function mergesOfRanks(contents: readonly string[]): number[] {
  const ids = new Map(contents.map((content, id) => [content, id]));
  const pairs: number[] = [];
  let work = 0;
  for (const content of contents) {
    work += content.length ** 2;
    ensure(work < 2 ** 31, "ERR_LIMIT", () => "expected shorter tokens to find merges for");
    for (let i = 1; i < content.length; i++) {
      const left = ids.get(content.slice(0, i));
      const right = ids.get(content.slice(i));
      if (left !== undefined && right !== undefined) pairs.push(left, right);
    }
  }
  return pairs;
}

/** Contents as strings; bytes in GPT-2's alphabet, where each is one printable character. */
function printable({ size, bytes, starts, ends, encoding }: Vocabulary): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return Array.from({ length: size }, (_, id) => {
    const content = bytes.subarray(starts[id], ends[id]);
    if (encoding === "utf8") return decoder.decode(content);
    return Array.from(content, (byte) => BYTE_CHARACTERS[byte]).join("");
  });
}
