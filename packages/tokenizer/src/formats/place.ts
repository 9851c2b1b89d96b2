// Tokenizers by name: paths, folders, URLs, repositories of the hub.

import type { TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { ggufStart } from "./blob.js";
import { fetchBytes, hubUrl } from "./hub.js";
import { fromBytes, type LoadOptions } from "./resolve.js";
import {
  type ConfigFiles,
  parseJson,
  readTokenizerConfig,
  withConfig,
} from "./tokenizer-config.js";

/** Gives a file's bytes by its name, or undefined if there is none of this name. */
type Files = (name: string) => Promise<Uint8Array | undefined>;

export async function fromPlace(place: string, options: LoadOptions): Promise<TokenizerDefinition> {
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
      const { readTiktoken } = await import("./tiktoken.js");
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

async function hubFiles(repository: string, options: LoadOptions): Promise<Files> {
  const onNode = options.cache !== false && (await node());
  if (onNode) {
    const { HubCache } = await import("./node-hub-cache.js");
    const cache = new HubCache(repository, options);
    return (name) => cache.file(name);
  }
  return (name) => fetchBytes(hubUrl(repository, name, options), options);
}
