// Tokenizers by name: paths, folders, URLs, repositories of the hub; and blobs.

import type { TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { ggufStart, readBlob } from "./blob.js";
import { fetchBytes, hubUrl, onNode } from "./hub.js";
import { readBytes } from "./read-bytes.js";
import type { LoadOptions } from "./resolve.js";
import { readTiktoken } from "./tiktoken.js";
import { parseJson, readTokenizerConfig, withConfig } from "./tokenizer-config.js";

/** Gives a file's bytes by its name, or undefined if there is none of this name. */
type Files = (name: string) => Promise<Uint8Array | undefined>;

/** The tokenizer in a blob, which may be a file that has a name. */
export async function fromBlob(blob: Blob, options: LoadOptions): Promise<TokenizerDefinition> {
  return readBytes(await readBlob(blob, options), options, "name" in blob ? String(blob.name) : "");
}

export async function fromPlace(place: string, options: LoadOptions): Promise<TokenizerDefinition> {
  if (/^https?:/.test(place)) {
    const bytes = await fetchBytes(place, options);
    if (!bytes)
      throw new TokenizerError("ERR_LOAD", `expected a file at ${place}, found none (404)`);
    const { pathname } = new URL(place);
    const definition = await readBytes(bytes, options, pathname);
    const files: Files = (name) => fetchBeside(place, name, options);
    return NAMED.test(pathname)
      ? completed(definition, files, new URL(".", place).href)
      : definition;
  }
  const local = await localFiles(place, options);
  if (local?.file) {
    const { file } = local;
    const definition = await readBytes(await readLocal(file, options), options, file);
    return NAMED.test(file)
      ? completed(definition, await besideLocal(file, options), file.replace(NAMED, "$1"))
      : definition;
  }
  if (local?.files) return fromFolder(local.files, options, place);
  // A name of a file that has a configuration beside it is no repository's.
  if (/^\w[\w.-]*(\/\w[\w.-]*)?$/.test(place) && !NAMED.test(place)) {
    return fromFolder(await hubFiles(place, options), options, place);
  }
  const advice = onNode()
    ? ""
    : "; without files, URLs have to be whole: new URL(name, location.href)";
  throw new TokenizerError(
    "ERR_LOAD",
    `expected a file, folder, URL or repository, found none at ${place}${advice}`,
  );
}

/** Names of files that have a configuration beside them. */
const NAMED = /(^|[/\\])tokenizer\.(json|model)$/;

/**
 * Many servers refuse what they don't have; and to a page of another origin, a browser doesn't even show that they
 * do if they don't allow it for refusals: there, a failure is none either.
 */
async function fetchBeside(
  place: string,
  name: string,
  options: LoadOptions,
): Promise<Uint8Array | undefined> {
  const url = new URL(name, place);
  url.search = new URL(place).search;
  const { location } = globalThis as { location?: { readonly origin: string } };
  const isForeign = location !== undefined && location.origin !== url.origin;
  try {
    return await fetchBytes(url.href, isForeign ? { ...options, retries: 0 } : options);
  } catch (error) {
    const isLoad = error instanceof TokenizerError && error.code === "ERR_LOAD";
    const isHidden = isForeign && (error as Error).cause instanceof TypeError;
    if (isLoad && (isHidden || !error.cause)) return undefined;
    throw error;
  }
}

/** The tokenizer in a folder: tokenizer.json first, then what the others leave. */
async function fromFolder(
  files: Files,
  options: LoadOptions,
  place: string,
): Promise<TokenizerDefinition> {
  const vocabulary = async (): Promise<TokenizerDefinition> => {
    for (const name of ["tokenizer.json", "tokenizer.model", "tiktoken.model", "qwen.tiktoken"]) {
      const bytes = await files(name);
      if (!bytes) continue;
      if (name !== "tiktoken.model" || options.tiktoken) return readBytes(bytes, options, name);
      return readTiktoken(bytes, "kimi");
    }
    throw new TokenizerError(
      "ERR_LOAD",
      `expected tokenizer.json, tokenizer.model, tiktoken.model or qwen.tiktoken in ${place}, found none`,
    );
  };
  return completed(await vocabulary(), files, place);
}

/** The tokenizer with what the small files beside its vocabulary say, if they are there. */
async function completed(
  definition: TokenizerDefinition,
  files: Files,
  place: string,
): Promise<TokenizerDefinition> {
  const text = async (name: string) => {
    const bytes = await files(name);
    return bytes && new TextDecoder().decode(bytes);
  };
  const json = async (name: string) => {
    const content = await text(name);
    return content === undefined
      ? undefined
      : parseJson(content, `${place.replace(/[/\\]$/, "")}/${name}`);
  };
  const [config, specialTokensMap, addedTokens, chatTemplate, chatTemplateJson] = await Promise.all(
    [
      json("tokenizer_config.json"),
      json("special_tokens_map.json"),
      json("added_tokens.json"),
      text("chat_template.jinja"),
      json("chat_template.json"),
    ],
  );
  const read = { config, specialTokensMap, addedTokens, chatTemplate, chatTemplateJson };
  return withConfig(definition, readTokenizerConfig(read));
}

async function localFiles(place: string, options: LoadOptions) {
  return onNode() ? (await import("#node")).openPlace(place, options) : undefined;
}

async function besideLocal(path: string, options: LoadOptions): Promise<Files> {
  return (await import("#node")).beside(path, options);
}

async function readLocal(path: string, options: LoadOptions): Promise<Uint8Array> {
  const files = await import("#node");
  if (!(await files.startsWith(path, "GGUF"))) return files.readWhole(path, options);
  return ggufStart((size) => files.readStart(path, size, options));
}

async function hubFiles(repository: string, options: LoadOptions): Promise<Files> {
  if (options.cache !== false && onNode()) {
    const { HubCache } = await import("#node");
    const cache = new HubCache(repository, options);
    return (name) => cache.file(name);
  }
  return (name) => fetchBytes(hubUrl(repository, name, options), options);
}
