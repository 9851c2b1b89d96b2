// From what a caller has - bytes, a path, a URL, a repository's id - to a definition.

import type { TokenizerDefinition } from "../definition.js";
import { isCompiled } from "./compiled-layout.js";
import type { FetchOptions } from "./hub.js";
import type { TiktokenName, TiktokenSettings } from "./tiktoken.js";

export type TokenizerFormat = "tokenizer.json" | "gguf" | "sentencepiece" | "tiktoken" | "compiled";

export interface LoadOptions extends FetchOptions {
  /** Branch, tag or commit of a hub repository; `"main"` by default. */
  readonly revision?: string;
  /** Which encoding a rank file is, or its pattern and special tokens. */
  readonly tiktoken?: TiktokenName | TiktokenSettings;
  /** Keep nothing on disk, or keep it in this folder rather than the hub's usual one. */
  readonly cache?: false | string;
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
 * the known formats or damaged, `ERR_ARGUMENT` for options that are wrong; what `options.signal` was aborted with
 */
export async function loadDefinition(
  source: TokenizerSource,
  options: LoadOptions = {},
): Promise<TokenizerDefinition> {
  // One file for all that loading needs: many small ones take longer to fetch, and more room.
  const { checkLoadOptions, fromSource } = await import("./sources.js");
  checkLoadOptions(options);
  return fromSource(source, options);
}
