// From what a caller has - bytes, a path, a URL, a repository's id - to a definition.

import type { TokenizerDefinition } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import { isCompiled, readCompiled } from "./compiled.js";
import { readGguf } from "./gguf.js";
import { GgufTruncated, readGgufMetadata } from "./gguf-reader.js";
import { type FetchOptions, fetchBytes, hubUrl } from "./hub.js";
import { readSentencePiece } from "./sentencepiece.js";
import { readTiktoken, type TiktokenName, type TiktokenSettings } from "./tiktoken.js";
import {
  type ConfigFiles,
  parseJson,
  readTokenizerConfig,
  withConfig,
} from "./tokenizer-config.js";
import { readTokenizerJson } from "./tokenizer-json.js";

export type TokenizerFormat = "tokenizer.json" | "gguf" | "sentencepiece" | "tiktoken" | "compiled";

export interface LoadOptions extends FetchOptions {
  /** Branch, tag or commit of a hub repository; `"main"` by default. */
  readonly revision?: string;
  /** Which encoding a rank file is, or its pattern and special tokens. */
  readonly tiktoken?: TiktokenName | TiktokenSettings;
  /** Keep nothing on disk, or keep it in this folder rather than the hub's usual one. */
  readonly cache?: false | string;
  /** Use only what is on disk; HF_HUB_OFFLINE=1 does the same. */
  readonly offline?: boolean;
}

/**
 * A path, `file:`, `http:` or `https:` URL, a folder, a hub repository's id (`"Qwen/Qwen3-8B"`), a
 * file's bytes, or a parsed tokenizer.json.
 */
export type TokenizerSource = string | URL | Uint8Array | ArrayBuffer | Blob | object;

/** What a file is, by its first bytes; undefined if it's nothing known. */
export function detect(bytes: Uint8Array): TokenizerFormat | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  if (isCompiled(bytes)) return "compiled";
  if (head.startsWith("GGUF")) return "gguf";
  if (/^(\xef\xbb\xbf)?\s*\{/.test(head)) return "tokenizer.json";
  if (/^[A-Za-z0-9+/]+={0,2} \d+\r?(\n|$)/.test(head)) return "tiktoken";
  // A piece (field 1 with a length), which begins with its text or score.
  if (bytes[0] === 0x0a && bytes.length > 8) return "sentencepiece";
  return undefined;
}

/**
 * Reads a tokenizer from wherever it is.
 *
 * @throws TokenizerError `ERR_LOAD` if it can't be found or fetched, `ERR_FORMAT` if it is none of
 * the known formats or damaged
 */
export async function loadDefinition(
  source: TokenizerSource,
  options: LoadOptions = {},
): Promise<TokenizerDefinition> {
  if (source instanceof Uint8Array) return fromBytes(source, options);
  if (source instanceof ArrayBuffer) return fromBytes(new Uint8Array(source), options);
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    return fromBytes(await readBlob(source, options), options, nameOf(source));
  }
  if (typeof source === "string" || source instanceof URL)
    return fromPlace(String(source), options);
  if (source !== null && typeof source === "object") return readTokenizerJson(source);
  throw new TokenizerError("ERR_ARGUMENT", `expected a tokenizer's source, found ${typeof source}`);
}

const nameOf = (blob: Blob): string => ("name" in blob ? String(blob.name) : "");

function fromBytes(bytes: Uint8Array, options: LoadOptions, name = ""): TokenizerDefinition {
  switch (detect(bytes)) {
    case "tokenizer.json":
      return readTokenizerJson(bytes);
    case "compiled":
      return readCompiled(bytes);
    case "gguf":
      return readGguf(bytes);
    case "sentencepiece":
      return readSentencePiece(bytes);
    case "tiktoken":
      return readTiktoken(bytes, options.tiktoken ?? encodingOf(name));
    default:
      throw new TokenizerError(
        "ERR_FORMAT",
        "expected tokenizer.json, GGUF, a SentencePiece model or a tiktoken rank file, " +
          `found ${bytes.length} bytes of something else${name && ` in ${name}`}`,
      );
  }
}

const ENCODINGS: Readonly<Record<string, TiktokenName>> = {
  "cl100k_base.tiktoken": "cl100k_base",
  "o200k_base.tiktoken": "o200k_base",
  "p50k_base.tiktoken": "p50k_base",
  "r50k_base.tiktoken": "r50k_base",
  "qwen.tiktoken": "qwen",
};

/** Names under which published rank files are known. */
function encodingOf(name: string): TiktokenName {
  const file = name.split(/[\\/]/).at(-1) ?? "";
  const encoding = ENCODINGS[file];
  if (encoding) return encoding;
  throw new TokenizerError(
    "ERR_ARGUMENT",
    `expected options.tiktoken to say which encoding the rank file ${JSON.stringify(file)} is`,
  );
}

/** Gives a file's bytes by its name, or undefined if there is none of this name. */
type Files = (name: string) => Promise<Uint8Array | undefined>;

async function fromPlace(place: string, options: LoadOptions): Promise<TokenizerDefinition> {
  if (/^https?:/.test(place)) {
    const bytes = await fetchBytes(place, options);
    if (!bytes)
      throw new TokenizerError("ERR_LOAD", `expected a file at ${place}, found none (404)`);
    return fromBytes(bytes, options, new URL(place).pathname);
  }
  const local = await localFiles(place);
  if (local?.file) return fromBytes(await readLocal(local.file, options), options, local.file);
  if (local?.files) return fromFolder(local.files, options, place);
  if (/^\w[\w.-]*(\/\w[\w.-]*)?$/.test(place)) {
    return fromFolder(await hubFiles(place, options), options, place);
  }
  throw new TokenizerError(
    "ERR_LOAD",
    `expected a file, folder, URL or repository, found none at ${place}`,
  );
}

/** The tokenizer in a folder: tokenizer.json first, then what the others leave. */
async function fromFolder(
  files: Files,
  options: LoadOptions,
  place: string,
): Promise<TokenizerDefinition> {
  const text = async (name: string) => {
    const bytes = await files(name);
    return bytes && new TextDecoder().decode(bytes);
  };
  const json = async (name: string) => {
    const content = await text(name);
    return content === undefined ? undefined : parseJson(content, `${place}/${name}`);
  };
  const vocabulary = async (): Promise<TokenizerDefinition> => {
    for (const name of ["tokenizer.json", "tokenizer.model", "tiktoken.model", "qwen.tiktoken"]) {
      const bytes = await files(name);
      if (!bytes) continue;
      if (name !== "tiktoken.model" || options.tiktoken) return fromBytes(bytes, options, name);
      return readTiktoken(bytes, "kimi");
    }
    throw new TokenizerError(
      "ERR_LOAD",
      `expected tokenizer.json, tokenizer.model, tiktoken.model or qwen.tiktoken in ${place}, found none`,
    );
  };
  const definition = await vocabulary();
  const configuration: ConfigFiles = {
    config: await json("tokenizer_config.json"),
    specialTokensMap: await json("special_tokens_map.json"),
    addedTokens: await json("added_tokens.json"),
    chatTemplate: await text("chat_template.jinja"),
    chatTemplateJson: await json("chat_template.json"),
  };
  return withConfig(definition, readTokenizerConfig(configuration));
}

async function node(): Promise<typeof import("./node-files.js") | undefined> {
  return typeof process === "object" && process.versions?.["node"]
    ? import("./node-files.js")
    : undefined;
}

async function localFiles(place: string): Promise<{ file?: string; files?: Files } | undefined> {
  return (await node())?.openPlace(place);
}

async function readLocal(path: string, options: LoadOptions): Promise<Uint8Array> {
  const files = await import("./node-files.js");
  if (!(await files.startsWith(path, "GGUF"))) return files.readWhole(path, options);
  return ggufStart((size) => files.readStart(path, size));
}

/** A GGUF file may be far larger than memory, and its vocabulary is at the beginning. */
async function ggufStart(
  read: (size: number) => Promise<{ bytes: Uint8Array; whole: boolean }>,
): Promise<Uint8Array> {
  for (let size = 1 << 24; ; size *= 4) {
    const { bytes, whole } = await read(size);
    try {
      readGgufMetadata(bytes, () => false);
      return bytes;
    } catch (error) {
      if (!(error instanceof GgufTruncated) || whole || size >= 1 << 30) throw error;
    }
  }
}

async function readBlob(blob: Blob, { maxBytes = 2 ** 29 }: LoadOptions): Promise<Uint8Array> {
  const start = async (size: number) => ({
    bytes: new Uint8Array(await blob.slice(0, size).arrayBuffer()),
    whole: size >= blob.size,
  });
  const { bytes } = await start(4);
  if (detect(bytes) === "gguf") return ggufStart(start);
  ensure(
    blob.size <= maxBytes,
    "ERR_LIMIT",
    () => `expected a blob of at most ${maxBytes} bytes, found ${blob.size}`,
  );
  return (await start(blob.size)).bytes;
}

async function hubFiles(repository: string, options: LoadOptions): Promise<Files> {
  const onNode = options.cache !== false && (await node());
  if (onNode) {
    const { HubCache } = await import("./node-hub-cache.js");
    const cache = new HubCache(repository, options);
    return (name) => cache.file(name);
  }
  return (name) => fetchBytes(hubUrl(repository, name, options), options);
}
