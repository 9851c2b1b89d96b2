// Models from the JSON of tokenizer.json, and Hugging Face's own library to compare with.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { IdSink } from "../../src/bpe/id-sink.js";
import type { BpeModel, ModelDefinition, Vocabulary } from "../../src/definition.js";
import { createPieceModel } from "../../src/models/create-piece-model.js";
import type { PieceModel, WordModel } from "../../src/models/piece-model.js";

/** A token as `[id, start, end]`. */
export type Triple = [id: number, start: number, end: number];

export interface ModelJson {
  readonly type: ModelDefinition["type"];
  readonly vocab: Record<string, number> | [content: string, score: number][];
  readonly merges?: [string, string][];
  // biome-ignore lint/suspicious/noExplicitAny: options of four models, as the file has them
  readonly [option: string]: any;
}

export function vocabularyOf(contents: readonly (string | undefined)[]): Vocabulary {
  const encoder = new TextEncoder();
  const parts = contents.map((content) => encoder.encode(content ?? ""));
  const ends = Uint32Array.from(
    parts.map(
      (
        (sum) => (part) =>
          (sum += part.length)
      )(0),
    ),
  );
  const bytes = new Uint8Array(ends.at(-1) ?? 0);
  parts.forEach((part, id) => {
    bytes.set(part, (ends[id] as number) - part.length);
  });
  const starts = ends.map((end, id) => end - (parts[id] as Uint8Array).length);
  return { size: contents.length, bytes, starts, ends, encoding: "utf8" };
}

export function definitionOf(json: ModelJson): ModelDefinition {
  if (json.type === "Unigram") {
    const vocab = json.vocab as [string, number][];
    return {
      type: "Unigram",
      vocabulary: vocabularyOf(vocab.map(([content]) => content)),
      scores: Float64Array.from(vocab.map(([, score]) => score)),
      unkId: json["unk_id"] ?? undefined,
      byteFallback: json["byte_fallback"] ?? false,
    };
  }
  const ids = json.vocab as Record<string, number>;
  const contents: string[] = [];
  for (const [content, id] of Object.entries(ids)) contents[id] = content;
  const vocabulary = vocabularyOf(Array.from(contents));
  if (json.type === "BPE") {
    const merges = (json.merges ?? []).flatMap(([a, b]) => [ids[a] as number, ids[b] as number]);
    return {
      type: "BPE",
      vocabulary,
      merges: Int32Array.from(merges),
      unkToken: json["unk_token"] ?? undefined,
      continuingSubwordPrefix: json["continuing_subword_prefix"] ?? undefined,
      endOfWordSuffix: json["end_of_word_suffix"] ?? undefined,
      fuseUnk: json["fuse_unk"] ?? false,
      byteFallback: json["byte_fallback"] ?? false,
      ignoreMerges: json["ignore_merges"] ?? false,
    } satisfies BpeModel;
  }
  if (json.type === "WordLevel") {
    return { type: "WordLevel", vocabulary, unkToken: json["unk_token"] };
  }
  return {
    type: "WordPiece",
    vocabulary,
    unkToken: json["unk_token"],
    continuingSubwordPrefix: json["continuing_subword_prefix"],
    maxInputCharsPerWord: json["max_input_chars_per_word"],
  };
}

export const modelOf = (json: ModelJson): PieceModel => createPieceModel(definitionOf(json));

export function tokensOf(model: PieceModel, piece: string): Triple[] {
  const tokens: Triple[] = [];
  model.tokenize(piece, (id, start, end) => tokens.push([id, start, end]));
  return tokens;
}

/** The ids of the piece `text[start, end)`, by way of the model's cache. */
export function wordIds(
  model: WordModel,
  text: string,
  start: number,
  end: number,
  marked = false,
): number[] {
  const sink = new IdSink();
  sink.push(7);
  model.encodeTo(sink, text, start, end, marked, Number.POSITIVE_INFINITY);
  return [...sink.take(1)];
}

interface Native {
  encode(text: string, pair: null, options: { addSpecialTokens: boolean }): Promise<NativeEncoding>;
}
interface NativeEncoding {
  getIds(): number[];
  getOffsets(): [number, number][];
}

/** Hugging Face's own tokens of a piece, with ranges in UTF-16 units; `undefined` if it fails. */
export function referenceOf(model: ModelJson): (piece: string) => Promise<Triple[] | undefined> {
  const { Tokenizer } = createRequire(import.meta.url)("tokenizers") as {
    Tokenizer: { fromString(json: string): Native };
  };
  const native = Tokenizer.fromString(JSON.stringify({ version: "1.0", added_tokens: [], model }));
  return async (piece) => {
    const encoding = await native
      .encode(piece, null, { addSpecialTokens: false })
      .catch(() => undefined);
    if (encoding === undefined) return undefined;
    const units: number[] = []; // by code point
    for (let i = 0; i < piece.length; i += (piece.codePointAt(i) as number) > 0xffff ? 2 : 1) {
      units.push(i);
    }
    units.push(piece.length);
    const unit = (point: number) => units[Math.min(point, units.length - 1)] as number;
    const offsets = encoding.getOffsets();
    return encoding.getIds().map((id, i) => {
      const [start, end] = offsets[i] as [number, number];
      return [id, unit(start), unit(end)];
    });
  };
}

/** What ours gives, or `undefined` if it refuses the piece for want of a token. */
export function tokensOrRefusal(model: PieceModel, piece: string): Triple[] | undefined {
  try {
    return tokensOf(model, piece);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_UNKNOWN_TOKEN") return undefined;
    throw error;
  }
}

/** Of one to four bytes. Few, so that random contents and texts meet. */
export const letters = ["a", "b", "c", "▁", "é", "中", "😀", "\u{10ffff}", "\ufffd", "x"];

/** Random texts, mostly of some few letters. */
export const text = (few: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom(...few) },
        { weight: 3, arbitrary: fc.constantFrom(...letters) },
        { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constantFrom("\ud83d", "\ude00", "\0", "\ufeff", "<unk>") },
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join(""));

export const word = (few: readonly string[]) =>
  fc.array(fc.constantFrom(...few), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));

/** The tokens `<0x..>` of the bytes that `keep` holds for. */
export const byteTokens = (keep: (byte: number) => boolean) =>
  Array.from({ length: 256 }, (_, byte) => byte)
    .filter(keep)
    .map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);

const folder = process.env["RYANSTREAM_TOKENIZER_DATA"] ?? "";

/** The path of a shared data file, `undefined` (with a line that says so) where it is absent. */
export function sharedData(path: string): string | undefined {
  const full = `${folder}/${path}`;
  if (folder !== "" && existsSync(full)) return full;
  console.log(`skipped: RYANSTREAM_TOKENIZER_DATA has no ${path}`);
  return undefined;
}

/** The texts of this repository's packages' README files, and more prose from their dependencies. */
export function prose(): string {
  const root = new URL("../../../../", import.meta.url);
  return ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LOG.md"]
    .map((name) => new URL(name, root))
    .filter((url) => existsSync(url))
    .map((url) => readFileSync(url, "utf8"))
    .join("\n");
}
