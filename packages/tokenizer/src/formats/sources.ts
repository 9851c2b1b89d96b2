// What can be loaded, and the options of loading, checked before anything is read.

import type { TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { checkCount, checkOptions, described } from "../options.js";
import { fromBlob, fromPlace } from "./place.js";
import { readBytes } from "./read-bytes.js";
import type { LoadOptions, TokenizerSource } from "./resolve.js";
import { readTokenizerJson } from "./tokenizer-json.js";

/**
 * @throws TokenizerError `ERR_ARGUMENT` with the option's name and what it should be; what the signal was aborted
 * with, if it was
 */
export function checkLoadOptions(options: LoadOptions): void {
  checkOptions(options);
  const check = (name: keyof LoadOptions, what: string, is: (value: unknown) => boolean) => {
    const value = options[name];
    if (value === undefined || is(value)) return;
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `options.${name} must be ${what}, and is ${described(value)}`,
    );
  };
  const isText = (value: unknown) => typeof value === "string";
  const isFunction = (value: unknown) => typeof value === "function";
  const isObject = (value: unknown) => typeof value === "object" && value !== null;
  check("signal", "an AbortSignal", (value) => isObject(value) && "aborted" in (value as object));
  check("offline", "true or false", (value) => typeof value === "boolean");
  check("cache", "false or a folder", (value) => value === false || isText(value));
  check("token", "false or a string", (value) => value === false || isText(value));
  check("revision", "a string", isText);
  check("endpoint", "a URL as a string", isText);
  check(
    "tiktoken",
    "an encoding's name or its settings",
    (value) => isText(value) || isObject(value),
  );
  check("fetch", "a function", isFunction);
  check("onProgress", "a function", isFunction);
  for (const name of ["maxBytes", "retries"] as const) {
    // Infinity is no limit.
    if (options[name] !== undefined && options[name] !== Number.POSITIVE_INFINITY)
      checkCount(options[name], `options.${name}`);
  }
  options.signal?.throwIfAborted();
}

export async function fromSource(
  source: TokenizerSource,
  options: LoadOptions,
): Promise<TokenizerDefinition> {
  if (source instanceof Uint8Array) return readBytes(source, options);
  if (source instanceof ArrayBuffer) return readBytes(new Uint8Array(source), options);
  if (typeof Blob !== "undefined" && source instanceof Blob) return fromBlob(source, options);
  if (typeof source === "string" || source instanceof URL)
    return fromPlace(String(source), options);
  if (source !== null && typeof source === "object") return readTokenizerJson(source);
  throw new TokenizerError("ERR_ARGUMENT", `expected a tokenizer's source, found ${typeof source}`);
}
