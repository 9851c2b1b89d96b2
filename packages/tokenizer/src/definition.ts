// What a tokenizer is, as data: every file format is read into this, and a
// tokenizer is built from nothing else. The parts other than the model have the
// shape and the names of Hugging Face's tokenizer.json, since most files are that.

import type { Dfa } from "./pattern/automaton.js";

/**
 * Contents of tokens by id. The content of `id` is
 * `bytes.subarray(starts[id], ends[id])`; an empty content means that no token has this id.
 */
export interface Vocabulary {
  /** One more than the highest id. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /**
   * `"utf8"`: contents are text as the file has it (for byte-level models in the printable
   * alphabet of GPT-2). `"bytes"`: contents are the bytes that the token stands for.
   */
  readonly encoding: "utf8" | "bytes";
}

/** What a compiled file knows of a byte-pair encoding, so that it needn't be found out again. */
export interface PreparedMerges {
  /** (left, right) ids in order of rank. */
  readonly pairs: Int32Array;
  /** The id that each pair makes. */
  readonly merged: Int32Array;
  readonly ranks: Int32Array;
  /** By id: the index of the merge that makes it, or -1; absent when it is the first that could. */
  readonly made?: Int32Array | undefined;
  /** No content is that of two ids. */
  readonly distinct: boolean;
  /** A bit for each id, lowest first: whether its content is encoded as itself. */
  readonly whole: Uint8Array;
  /** Contents as the encoder sees them: the bytes of a text, or its UTF-8 with marks as spaces. */
  readonly content: "bytes" | "spaces";
  readonly tokens: Pick<Vocabulary, "bytes" | "starts" | "ends">;
  /** Compiled patterns, by dialect and source. */
  readonly automata: ReadonlyMap<string, Dfa>;
}

export interface BpeModel {
  readonly type: "BPE";
  readonly vocabulary: Vocabulary;
  /**
   * Pairs of ids (left, right) in order of priority, the first merged first: `2 * count`
   * numbers. Absent for rank files (tiktoken), where the priority of a pair is the id of
   * the token that it makes.
   */
  readonly merges?: Int32Array;
  /**
   * The id that each of the {@link merges} makes, where the reader knows it and no two ids have one
   * content.
   */
  readonly merged?: Int32Array | undefined;
  /** The content of the unknown token; a character without a token gives it. */
  readonly unkToken?: string | undefined;
  readonly continuingSubwordPrefix?: string | undefined;
  readonly endOfWordSuffix?: string | undefined;
  /** Consecutive unknown tokens become one. */
  readonly fuseUnk?: boolean;
  /** A character without a token becomes the tokens `<0x..>` of its bytes. */
  readonly byteFallback?: boolean;
  /** A piece that is a token is that token, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  readonly prepared?: PreparedMerges | undefined;
}

export interface UnigramModel {
  readonly type: "Unigram";
  readonly vocabulary: Vocabulary;
  /** Log probability by id. */
  readonly scores: Float64Array;
  readonly unkId?: number | undefined;
  readonly byteFallback?: boolean;
  /** Sums of scores are kept in single precision, as SentencePiece does, which decides near ties. */
  readonly singlePrecision?: boolean;
}

export interface WordPieceModel {
  readonly type: "WordPiece";
  readonly vocabulary: Vocabulary;
  readonly unkToken: string;
  readonly continuingSubwordPrefix: string;
  readonly maxInputCharsPerWord: number;
}

export interface WordLevelModel {
  readonly type: "WordLevel";
  readonly vocabulary: Vocabulary;
  readonly unkToken: string;
}

export type ModelDefinition = BpeModel | UnigramModel | WordPieceModel | WordLevelModel;

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Matches only where no letter, digit or underscore touches it. */
  readonly singleWord: boolean;
  /** Takes the white space on its left with it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Searched for in the normalized text rather than the raw one. */
  readonly normalized: boolean;
  /** Left out by `decode(ids, { skipSpecialTokens: true })`. */
  readonly special: boolean;
}

/** A component of tokenizer.json, such as `{ type: "Split", pattern: …, behavior: … }`. */
export interface Component {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface TokenizerDefinition {
  readonly model: ModelDefinition;
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer?: Component | undefined;
  readonly preTokenizer?: Component | undefined;
  readonly postProcessor?: Component | undefined;
  readonly decoder?: Component | undefined;
  readonly truncation?: Component | undefined;
  readonly padding?: Component | undefined;
  readonly config?: TokenizerConfig | undefined;
}

/** The tokens that have a role, as the vocabulary writes them. */
export interface TokenRoles {
  readonly bosToken?: string | undefined;
  readonly eosToken?: string | undefined;
  readonly unkToken?: string | undefined;
  readonly padToken?: string | undefined;
  readonly sepToken?: string | undefined;
  readonly clsToken?: string | undefined;
  readonly maskToken?: string | undefined;
}

/** What stands beside the vocabulary: tokenizer_config.json, or the metadata of a GGUF file. */
export interface TokenizerConfig extends TokenRoles {
  /** The chat template, or several by name (`default`, `tool_use`). */
  readonly chatTemplate?: string | Readonly<Record<string, string>> | undefined;
  /** Tokens that the model can take, where the file says so. */
  readonly modelMaxLength?: number | undefined;
  readonly cleanUpTokenizationSpaces?: boolean | undefined;
}
