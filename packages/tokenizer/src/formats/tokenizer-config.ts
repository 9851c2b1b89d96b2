// tokenizer_config.json and the small files beside it: which tokens have roles, the chat
// template, added tokens with their flags.

import type { AddedToken, TokenizerConfig, TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { asObject, describe, fail, optional, readAddedToken } from "./fields.js";

/** Files of a tokenizer besides its vocabulary, parsed; what is missing is left out. */
export interface ConfigFiles {
  /** tokenizer_config.json */
  readonly config?: unknown;
  /** special_tokens_map.json; tokenizer_config.json goes before it. */
  readonly specialTokensMap?: unknown;
  /** added_tokens.json: ids by content. */
  readonly addedTokens?: unknown;
  /** chat_template.jinja, which goes before the template in the configuration. */
  readonly chatTemplate?: string | undefined;
  /** chat_template.json */
  readonly chatTemplateJson?: unknown;
}

export interface ReadConfig extends TokenizerConfig {
  /**
   * What tokenizer_config.json says about tokens at the ends. With either of them set,
   * transformers 5 puts exactly these tokens there, in place of tokenizer.json's post-processor.
   */
  readonly addBosToken?: boolean | undefined;
  readonly addEosToken?: boolean | undefined;
  /** From added_tokens_decoder and added_tokens.json, by id. */
  readonly addedTokens: readonly AddedToken[];
}

// A length that means "no limit" in Python's configuration.
const UNLIMITED = 1e15;

/**
 * Reads the configuration beside a vocabulary.
 *
 * @throws TokenizerError `ERR_FORMAT` with the JSON path of what has the wrong type
 */
export function readTokenizerConfig(files: ConfigFiles): ReadConfig {
  const config = object(files.config, "tokenizer_config.json");
  const map = object(files.specialTokensMap, "special_tokens_map.json");
  const role = (key: string) =>
    tokenContent(config[key], `tokenizer_config.json.${key}`) ??
    tokenContent(map[key], `special_tokens_map.json.${key}`);
  const flag = (key: string) => optional(config, key, "boolean", "tokenizer_config.json");
  const length = optional(config, "model_max_length", "number", "tokenizer_config.json");
  const separate = object(files.chatTemplateJson, "chat_template.json");
  return {
    bosToken: role("bos_token"),
    eosToken: role("eos_token"),
    unkToken: role("unk_token"),
    padToken: role("pad_token"),
    sepToken: role("sep_token"),
    clsToken: role("cls_token"),
    maskToken: role("mask_token"),
    chatTemplate:
      files.chatTemplate ??
      chatTemplates(separate["chat_template"], "chat_template.json.chat_template") ??
      chatTemplates(config["chat_template"], "tokenizer_config.json.chat_template"),
    modelMaxLength:
      length !== undefined && length > 0 && length < UNLIMITED ? Math.floor(length) : undefined,
    cleanUpTokenizationSpaces: flag("clean_up_tokenization_spaces"),
    addBosToken: flag("add_bos_token"),
    addEosToken: flag("add_eos_token"),
    addedTokens: addedTokens(config["added_tokens_decoder"], files.addedTokens),
  };
}

/**
 * The definition with this configuration; added tokens that the vocabulary's file lacks are taken
 * from it.
 */
export function withConfig(definition: TokenizerDefinition, read: ReadConfig): TokenizerDefinition {
  const { addedTokens, addBosToken: _, addEosToken: __, ...config } = read;
  const known = new Set(definition.addedTokens.map(({ content }) => content));
  const ids = new Set(definition.addedTokens.map(({ id }) => id));
  const more = addedTokens.filter(({ content, id }) => !known.has(content) && !ids.has(id));
  // What the vocabulary's file says itself, such as a GGUF file's template, counts unless replaced.
  const merged: Record<string, unknown> = { ...definition.config };
  for (const [key, value] of Object.entries(config)) if (value !== undefined) merged[key] = value;
  return { ...definition, addedTokens: [...definition.addedTokens, ...more], config: merged };
}

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return value === undefined || value === null ? {} : asObject(value, path);
}

/** A token as a string or as an object with its content. */
function tokenContent(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (typeof value === "string") return value;
  return optional(asObject(value, path), "content", "string", path);
}

/** A template, or a list of them with names. */
function chatTemplates(value: unknown, path: string): string | Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) fail("a template or a list of them", value, path);
  const templates = value.map((item, i): [string, string] => {
    const fields = asObject(item, `${path}[${i}]`);
    const name = optional(fields, "name", "string", `${path}[${i}]`);
    const template = optional(fields, "template", "string", `${path}[${i}]`);
    if (name === undefined || template === undefined)
      fail("name and template", item, `${path}[${i}]`);
    return [name, template];
  });
  return Object.fromEntries(templates);
}

function addedTokens(decoder: unknown, contents: unknown): AddedToken[] {
  const tokens = new Map<number, AddedToken>();
  for (const [content, id] of Object.entries(object(contents, "added_tokens.json"))) {
    const token = readAddedToken({ content, id }, `added_tokens.json.${content}`);
    tokens.set(token.id, token);
  }
  const path = "tokenizer_config.json.added_tokens_decoder";
  for (const [key, value] of Object.entries(object(decoder, path))) {
    if (!/^\d{1,9}$/.test(key)) fail("an id as key", key, path);
    tokens.set(Number(key), readAddedToken(value, `${path}.${key}`, Number(key)));
  }
  return [...tokens.values()].sort((a, b) => a.id - b.id);
}

/** Parses a small JSON file. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : describe(cause);
    throw new TokenizerError("ERR_FORMAT", `expected JSON in ${name}, found an error: ${why}`, {
      cause,
    });
  }
}
