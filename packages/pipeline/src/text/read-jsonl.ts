// Documents from JSON Lines: an object a line, its fields named by options.

import { describe, integer, text } from "../check.js";
import { PipelineError } from "../errors.js";
import { readLines } from "./read-lines.js";
import { type ByteSource, sourceName, type TextDocument } from "./text-document.js";

export interface ReadJsonlOptions {
  /** The field with a document's text. Default `"text"`. */
  readonly text?: string;
  /** The field with its prompt. Default: documents have none. */
  readonly prompt?: string;
  /** Default 16 MiB. */
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * The documents of a JSON Lines file; blank lines are passed over.
 * @throws PipelineError `ERR_FORMAT` or `ERR_LIMIT`, as `file:line`.
 */
export async function* readJsonl(
  source: ByteSource,
  options: ReadJsonlOptions = {},
): AsyncGenerator<TextDocument, void, undefined> {
  const textField = text(options.text ?? "text", "text");
  const promptField = options.prompt === undefined ? undefined : text(options.prompt, "prompt");
  const maxBytes = integer(options.maxLineBytes ?? 2 ** 24, "maxLineBytes", 1, 2 ** 29);
  let number = 0;
  for await (const line of readLines(source, { maxBytes, signal: options.signal })) {
    number++;
    if (line.trim() === "") continue;
    const where = `${sourceName(source)}:${number}`;
    const object = parse(line, where);
    const document = { text: field(object, textField, where) };
    yield promptField === undefined
      ? document
      : { ...document, prompt: field(object, promptField, where) };
  }
}

function parse(line: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const message = `${where}: expected JSON, found ${describe(line)}`;
    throw new PipelineError("ERR_FORMAT", message, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new PipelineError("ERR_FORMAT", `${where}: expected an object, found ${describe(value)}`);
}

function field(object: Record<string, unknown>, name: string, where: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === "string") return value;
  const message = `${where}: field ${describe(name)}: expected a string, found ${describe(value)}`;
  throw new PipelineError("ERR_FORMAT", message);
}
