// The other tokenizers that run in Node, each behind the same few functions.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { oursAsPeer } from "./ours.js";
import type { VocabularyFiles } from "./vocabularies.js";

export type Ids = ArrayLike<number> & Iterable<number>;

export interface Peer {
  encode(text: string): Ids | Promise<Ids>;
  decode(ids: Ids): string | Promise<string>;
  count?(text: string): number;
}

/** What a peer is written in, which says what it is compared as. */
export type Language = "ours" | "js" | "wasm" | "native";

export interface PeerKind {
  readonly language: Language;
  /** Most rounds that it is run for; those far behind need few. */
  readonly rounds?: number;
  readonly reads: (vocabulary: VocabularyFiles) => boolean;
  readonly load: (vocabulary: VocabularyFiles) => Promise<Peer>;
}

const ranks = ({ tiktoken }: VocabularyFiles) => tiktoken !== undefined;
const json = (vocabulary: VocabularyFiles) => vocabulary.json !== undefined;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export const peers: Readonly<Record<string, PeerKind>> = {
  ours: { language: "ours", reads: () => true, load: oursAsPeer },
  "gpt-tokenizer": {
    language: "js",
    reads: ranks,
    async load({ name }) {
      const { encode, decode, countTokens } =
        name === "cl100k"
          ? await import("gpt-tokenizer/encoding/cl100k_base")
          : await import("gpt-tokenizer/encoding/o200k_base");
      return { encode: (t) => encode(t), decode, count: (t) => countTokens(t) };
    },
  },
  "ai-tokenizer": {
    language: "js",
    reads: ranks,
    async load({ name }) {
      const { Tokenizer } = await import("ai-tokenizer");
      const encoding =
        name === "cl100k"
          ? await import("ai-tokenizer/encoding/cl100k_base")
          : await import("ai-tokenizer/encoding/o200k_base");
      const tokenizer = new Tokenizer(encoding);
      return {
        encode: (t) => tokenizer.encode(t),
        decode: (ids) => tokenizer.decode(ids as number[]),
        count: (t) => tokenizer.count(t),
      };
    },
  },
  "tiktoken (wasm)": {
    language: "wasm",
    rounds: 2,
    reads: ranks,
    async load({ name }) {
      const { get_encoding } = await import("tiktoken");
      const encoding = get_encoding(name === "cl100k" ? "cl100k_base" : "o200k_base");
      return {
        encode: (t) => encoding.encode_ordinary(t),
        decode: (ids) => utf8.decode(encoding.decode(ids as Uint32Array)),
      };
    },
  },
  "kitoken (wasm)": {
    language: "wasm",
    rounds: 3,
    reads: () => true,
    async load({ tiktoken, sentencepiece, json: file }) {
      const { Kitoken } = createRequire(import.meta.url)(
        "kitoken/node",
      ) as typeof import("kitoken/node");
      const bytes = await readFile((tiktoken ?? sentencepiece ?? file) as string);
      const kitoken = tiktoken
        ? Kitoken.from_tiktoken(bytes)
        : sentencepiece
          ? Kitoken.from_sentencepiece(bytes)
          : Kitoken.from_tokenizers(bytes);
      return {
        encode: (t) => kitoken.encode(t, false),
        decode: (ids) => utf8.decode(kitoken.decode(ids as Uint32Array, true)),
      };
    },
  },
  "@huggingface/tokenizers": {
    language: "js",
    rounds: 1,
    reads: json,
    async load({ json: file = "", config }) {
      const { Tokenizer } = await import("@huggingface/tokenizers");
      const parse = async (path: string) => JSON.parse(await readFile(path, "utf8")) as object;
      const tokenizer = new Tokenizer(await parse(file), config ? await parse(config) : {});
      return {
        encode: (t) => tokenizer.encode(t, { add_special_tokens: false }).ids,
        decode: (ids) => tokenizer.decode(ids as number[], { clean_up_tokenization_spaces: false }),
      };
    },
  },
  "tokenizers (native)": {
    language: "native",
    rounds: 1,
    reads: json,
    async load({ json: file = "" }) {
      const { Tokenizer } = await import("tokenizers");
      const tokenizer = Tokenizer.fromFile(file);
      return {
        encode: async (t) =>
          (await tokenizer.encode(t, null, { addSpecialTokens: false })).getIds(),
        decode: (ids) => tokenizer.decode(ids as number[], false),
      };
    },
  },
};

/** Those that peer.py has, by the same rules. */
export const pythonPeers: Readonly<Record<string, Omit<PeerKind, "load">>> = {
  "tiktoken (Python)": {
    language: "native",
    // Vocabularies that were trained as ranks: their merges are the order of their ids.
    reads: ({ name }) => ["cl100k", "o200k", "qwen2.5", "llama3.1"].includes(name),
  },
  "tokenizers (Python)": { language: "native", rounds: 1, reads: json },
  "sentencepiece (Python)": {
    language: "native",
    rounds: 3,
    reads: ({ sentencepiece }) => sentencepiece !== undefined,
  },
};
