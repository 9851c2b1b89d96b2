// A tokenizer from the metadata of a GGUF file, with the meaning that llama.cpp gives it.

import type {
  AddedToken,
  Component,
  TokenizerConfig,
  TokenizerDefinition,
  Vocabulary,
} from "../definition.js";
import { TokenizerError } from "../errors.js";
import { type GgufArray, type GgufValue, readGgufMetadata } from "./gguf-reader.js";
import { splitByName } from "./gguf-splits.js";
import { MergeList } from "./merge-list.js";
import { contentOf, PieceType, pieceDefinition } from "./pieces.js";
import { isUtf8 } from "./utf8.js";
import { MAX_IDS, VocabularyBuilder } from "./vocabulary-builder.js";

/**
 * Reads the tokenizer in a GGUF file.
 *
 * @param file the file, or as much of its beginning as holds the metadata
 * @throws TokenizerError `ERR_FORMAT` where the file is damaged or lacks a tokenizer,
 * `ERR_UNSUPPORTED` where it names a model or a split that this package doesn't know
 */
export function readGguf(file: Uint8Array): TokenizerDefinition {
  const metadata = readGgufMetadata(file, (key) => key.startsWith("tokenizer."));
  return new GgufTokenizer(metadata).definition();
}

class GgufTokenizer {
  readonly #tokens: GgufArray;
  readonly #contents: VocabularyBuilder;
  readonly #types: Uint8Array;

  readonly #metadata: ReadonlyMap<string, GgufValue>;

  constructor(metadata: ReadonlyMap<string, GgufValue>) {
    this.#metadata = metadata;
    const tokens = this.#array("tokens");
    if (!tokens?.bytes) this.#fail("the strings of tokenizer.ggml.tokens", tokens?.type);
    if (tokens.length > MAX_IDS) this.#fail(`at most ${MAX_IDS} tokens`, tokens.length);
    this.#tokens = tokens;
    const numbers = this.#numbers("token_type");
    this.#types = Uint8Array.from({ length: tokens.length }, (_, i) => numbers?.[i] ?? 1);
    const bert = this.#get("model", "string") === "bert";
    this.#contents = new VocabularyBuilder(1024);
    for (let id = 0; id < tokens.length; id++) {
      const content = bytesOf(tokens, id);
      if (!isUtf8(content)) this.#fail("UTF-8", `other bytes as token ${id}`);
      this.#contents.append(bert ? this.#wordPiece(content, id) : content, id);
    }
    this.#contents.index();
  }

  definition(): TokenizerDefinition {
    const model = this.#get("model", "string");
    const config = this.#config();
    switch (model) {
      case "llama":
        return { ...this.#scored("BPE"), ...this.#ends(true, false), config };
      case "t5":
        return { ...this.#scored("Unigram"), ...this.#ends(false, true), config };
      case "gpt2":
        return { ...this.#byteLevel(), config };
      case "gemma4":
        return { ...this.#plainBpe(), ...this.#ends(true, false), config };
      case "bert":
        return { ...this.#bert(), config };
      default:
        throw new TokenizerError(
          "ERR_UNSUPPORTED",
          `expected llama, gpt2, bert, t5 or gemma4 as tokenizer.ggml.model, found ${String(model)}`,
        );
    }
  }

  #scored(kind: "BPE" | "Unigram"): TokenizerDefinition {
    const charsmap = this.#numbers("precompiled_charsmap");
    const byteFallback = this.#types.includes(PieceType.byte);
    return pieceDefinition(this.#contents, {
      kind,
      scores: this.#numbers("scores") ?? this.#fail("tokenizer.ggml.scores", "none"),
      types: this.#types,
      byteFallback,
      charsmap: charsmap ? Uint8Array.from(charsmap) : undefined,
      dummyPrefix: this.#get("add_space_prefix", "boolean") ?? true,
      removeExtraSpaces: this.#get("remove_extra_whitespaces", "boolean") ?? false,
      escapeSpaces: true,
      userDefinedWithin: false,
    });
  }

  #byteLevel(): TokenizerDefinition {
    const name = this.#get("pre", "string") ?? "default";
    const split = splitByName(name);
    if (!split) {
      throw new TokenizerError(
        "ERR_UNSUPPORTED",
        `expected a known name as tokenizer.ggml.pre, found ${JSON.stringify(name)}`,
      );
    }
    const bytes = {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: false,
    };
    const vocabulary = this.#vocabulary();
    return {
      model: {
        type: "BPE",
        vocabulary,
        merges: this.#merges(),
        ignoreMerges: split.ignoreMerges ?? false,
      },
      addedTokens: this.#addedTokens(vocabulary),
      preTokenizer: sequence([...split.patterns.map(isolated), bytes]),
      decoder: bytes,
      ...this.#ends(split.addBos ?? false, false),
    };
  }

  /** Byte-pair encoding of text as it is, with U+2581 for spaces and bytes as the last resort. */
  #plainBpe(): TokenizerDefinition {
    const vocabulary = this.#vocabulary();
    const unk = this.#token("unknown_token_id");
    return {
      model: {
        type: "BPE",
        vocabulary,
        merges: this.#merges(),
        unkToken: unk,
        fuseUnk: true,
        byteFallback: true,
      },
      addedTokens: this.#addedTokens(vocabulary),
      normalizer: { type: "Replace", pattern: { String: " " }, content: "\u2581" },
      preTokenizer: isolated("[^\\n]+|[\\n]+"),
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "\u2581" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
        ],
      },
    };
  }

  #bert(): TokenizerDefinition {
    const vocabulary = this.#vocabulary();
    const lowercase = this.#get("normalizer.lowercase", "boolean") ?? true;
    const cls = this.#id("cls_token_id") ?? this.#id("bos_token_id");
    const sep = this.#id("seperator_token_id") ?? this.#id("eos_token_id");
    return {
      model: {
        type: "WordPiece",
        vocabulary,
        unkToken: this.#token("unknown_token_id") ?? "[UNK]",
        continuingSubwordPrefix: "##",
        maxInputCharsPerWord: 100,
      },
      addedTokens: this.#addedTokens(vocabulary),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: this.#get("normalizer.strip_accents", "boolean") ?? lowercase,
        lowercase,
      },
      preTokenizer: { type: "BertPreTokenizer" },
      postProcessor:
        cls === undefined || sep === undefined
          ? undefined
          : {
              type: "BertProcessing",
              sep: [contentOf(vocabulary, sep), sep],
              cls: [contentOf(vocabulary, cls), cls],
            },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    };
  }

  // In the file words begin with U+2581 and what goes on has nothing; outside it's the other way.
  #wordPiece(content: Uint8Array, id: number): Uint8Array {
    if (content[0] === 0xe2 && content[1] === 0x96 && content[2] === 0x81)
      return content.subarray(3);
    if (this.#types[id] !== PieceType.normal) return content;
    const out = new Uint8Array(content.length + 2).fill(0x23);
    out.set(content, 2);
    return out;
  }

  #vocabulary(): Vocabulary {
    return this.#contents.finish("utf8", "tokenizer.ggml.tokens", true);
  }

  #addedTokens(vocabulary: Vocabulary): AddedToken[] {
    const added: AddedToken[] = [];
    for (const [id, type] of this.#types.entries()) {
      const special = type === PieceType.control || type === PieceType.unknown;
      if (!special && type !== PieceType.userDefined) continue;
      const content = contentOf(vocabulary, id);
      if (content === "") continue;
      const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
      added.push({ id, content, ...flags, special });
    }
    return added;
  }

  #merges(): Int32Array {
    const merges = this.#array("merges");
    if (!merges?.bytes) this.#fail("the strings of tokenizer.ggml.merges", merges?.type);
    const { bytes, starts, ends } = merges as Required<GgufArray>;
    const contents = this.#contents;
    const list = new MergeList(this.#tokens.length);
    let whole = new Uint8Array(256);
    for (let i = 0; i < merges.length; i++) {
      const start = starts[i] as number;
      const end = ends[i] as number;
      // The first character may itself be a space.
      let space = start + 1;
      while (space < end && bytes[space] !== 0x20) space++;
      if (space >= end) this.#fail('"left right"', `no space in merge ${i}`);
      if (end - start > whole.length) whole = new Uint8Array((end - start) * 2);
      let to = 0;
      for (let at = start; at < end; at++) if (at !== space) whole[to++] = bytes[at] as number;
      const left = contents.find(bytes, start, space);
      const right = contents.find(bytes, space + 1, end);
      const merged = contents.find(whole, 0, to);
      if (left < 0 || right < 0 || merged < 0) this.#fail("known tokens", `others in merge ${i}`);
      list.push(left, right, merged);
    }
    return list.finish().merges;
  }

  /** A post-processor where the file wants tokens at the ends. */
  #ends(bosDefault: boolean, eosDefault: boolean): { postProcessor?: Component } {
    const bos = this.#id("bos_token_id");
    const eos = this.#id("eos_token_id");
    const first = (this.#get("add_bos_token", "boolean") ?? bosDefault) && bos !== undefined;
    const last = (this.#get("add_eos_token", "boolean") ?? eosDefault) && eos !== undefined;
    if (!first && !last) return {};
    const special: Record<string, object> = {};
    const token = (id: number, type: number) => {
      const content = new TextDecoder().decode(bytesOf(this.#tokens, id));
      special[content] = { id: content, ids: [id], tokens: [content] };
      return { SpecialToken: { id: content, type_id: type } };
    };
    const part = (name: string, type: number) => [
      ...(first ? [token(bos as number, type)] : []),
      { Sequence: { id: name, type_id: type } },
      ...(last ? [token(eos as number, type)] : []),
    ];
    const single = part("A", 0);
    const pair = [...single, ...part("B", 1)];
    return { postProcessor: { type: "TemplateProcessing", single, pair, special_tokens: special } };
  }

  #config(): TokenizerConfig {
    const templates: Record<string, string> = {};
    for (const [key, value] of this.#metadata) {
      const [, name] = /^tokenizer\.chat_template(?:\.(.+))?$/.exec(key) ?? [key, null];
      if (name !== null && typeof value === "string") templates[name ?? "default"] = value;
    }
    const names = Object.keys(templates);
    const only = names.length === 1 && names[0] === "default";
    return {
      bosToken: this.#token("bos_token_id"),
      eosToken: this.#token("eos_token_id"),
      unkToken: this.#token("unknown_token_id"),
      padToken: this.#token("padding_token_id"),
      sepToken: this.#token("seperator_token_id"),
      clsToken: this.#token("cls_token_id"),
      maskToken: this.#token("mask_token_id"),
      chatTemplate: names.length === 0 ? undefined : only ? templates["default"] : templates,
    };
  }

  #token(key: string): string | undefined {
    const id = this.#id(key);
    return id === undefined ? undefined : new TextDecoder().decode(bytesOf(this.#tokens, id));
  }

  #id(key: string): number | undefined {
    const id = this.#get(key, "number");
    if (id !== undefined && !(id >= 0 && id < this.#tokens.length)) return undefined;
    return id;
  }

  #get<T extends keyof Types>(key: string, type: T): Types[T] | undefined {
    const value = this.#metadata.get(`tokenizer.ggml.${key}`);
    if (value !== undefined && typeof value !== type) {
      this.#fail(`a ${type} as tokenizer.ggml.${key}`, typeof value);
    }
    return value as Types[T] | undefined;
  }

  #array(key: string): GgufArray | undefined {
    const value = this.#metadata.get(`tokenizer.ggml.${key}`);
    if (value !== undefined && typeof value !== "object")
      this.#fail(`an array as tokenizer.ggml.${key}`, value);
    return value;
  }

  #numbers(key: string): Float64Array | undefined {
    const array = this.#array(key);
    if (!array) return undefined;
    const { numbers } = array;
    if (!numbers) return this.#fail(`numbers as tokenizer.ggml.${key}`, `type ${array.type}`);
    if (key !== "precompiled_charsmap" && numbers.length !== this.#tokens.length) {
      this.#fail(`${this.#tokens.length} numbers as tokenizer.ggml.${key}`, numbers.length);
    }
    const bad = numbers.findIndex((number) => Number.isNaN(number));
    if (bad >= 0) this.#fail(`numbers as tokenizer.ggml.${key}`, `NaN as number ${bad}`);
    return numbers;
  }

  #fail(expected: string, found: unknown): never {
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected ${expected} in a GGUF file, found ${String(found)}`,
    );
  }
}

interface Types {
  string: string;
  number: number;
  boolean: boolean;
}

const bytesOf = ({ bytes, starts, ends }: GgufArray, i: number): Uint8Array =>
  (bytes as Uint8Array).subarray(starts?.[i], ends?.[i]);

const isolated = (regex: string): Component => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior: "Isolated",
  invert: false,
});

const sequence = (pretokenizers: readonly Component[]): Component => ({
  type: "Sequence",
  pretokenizers,
});
