// Checked access to the fields of parsed JSON.

import type { AddedToken, Component } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { MAX_IDS } from "./vocabulary-builder.js";

type Fields = Readonly<Record<string, unknown>>;
interface Types {
  string: string;
  number: number;
  boolean: boolean;
}

/** A short word for a value, for messages. */
export function describe(value: unknown): string {
  if (value === null || typeof value !== "object")
    return String(JSON.stringify(value)).slice(0, 80);
  return Array.isArray(value) ? "an array" : "an object";
}

export function fail(expected: string, value: unknown, path: string): never {
  throw new TokenizerError(
    "ERR_FORMAT",
    `expected ${expected} at ${path}, found ${describe(value)}`,
  );
}

/** `value` as an object, not an array. */
export function asObject(value: unknown, path: string): Fields {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    fail("an object", value, path);
  }
  return value as Fields;
}

/** The field if it is there and not null; it must be of this type. */
export function optional<T extends keyof Types>(
  object: Fields,
  key: string,
  type: T,
  path: string,
): Types[T] | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) fail(`a ${type}`, value, `${path}.${key}`);
  return value as Types[T];
}

/** A component of tokenizer.json: an object with a type, of whatever kind. */
export function checkedComponent(
  value: unknown,
  path: string,
  type?: string,
): Component | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = asObject(value, path);
  if (type !== undefined) return { ...fields, type };
  if (typeof fields["type"] !== "string") fail("a type", fields["type"], `${path}.type`);
  if (fields["type"] === "Sequence")
    for (const key of PARTS) checkParts(fields[key], `${path}.${key}`);
  return fields as Component;
}

/** Where a sequence has its components, by what they are of. */
const PARTS = ["normalizers", "pretokenizers", "processors", "decoders"];

function checkParts(parts: unknown, path: string): void {
  if (!Array.isArray(parts)) return;
  for (const [i, part] of parts.entries()) {
    const at = `${path}[${i}]`;
    if (checkedComponent(part, at) === undefined) fail("a component", part, at);
  }
}

/** One added token: the fields of tokenizer.json and of added_tokens_decoder. */
export function readAddedToken(value: unknown, path: string, id?: number): AddedToken {
  const fields = asObject(value, path);
  const flag = (key: string) => optional(fields, key, "boolean", path);
  const content = optional(fields, "content", "string", path);
  if (content === undefined) fail("a string", content, `${path}.content`);
  const number = id ?? optional(fields, "id", "number", path) ?? -1;
  if (!Number.isInteger(number) || number < 0 || number >= MAX_IDS) {
    fail(`an id from 0 to ${MAX_IDS - 1}`, number, `${path}.id`);
  }
  const special = flag("special") ?? false;
  return {
    id: number,
    content,
    singleWord: flag("single_word") ?? false,
    lstrip: flag("lstrip") ?? false,
    rstrip: flag("rstrip") ?? false,
    normalized: flag("normalized") ?? !special,
    special,
  };
}

export function readAddedTokens(value: unknown, path: string): AddedToken[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) fail("an array", value, path);
  return value.map((token, i) => readAddedToken(token, `${path}[${i}]`));
}
