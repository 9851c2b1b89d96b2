// Documents from plain text: a file, a paragraph or a line each.

import { describe, integer } from "../check.js";
import { ensure, PipelineError } from "../errors.js";
import { readLines } from "./read-lines.js";
import { type ByteSource, sourceName, type TextDocument } from "./text-document.js";

export interface ReadTextOptions {
  /**
   * What a document is: the whole `"file"` (default), a `"paragraph"` up to a line of
   * white space, or a `"line"`. Paragraphs and lines of white space are none.
   */
  readonly by?: "file" | "paragraph" | "line";
  /** Of a document. Default 64 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * The documents of a text file in UTF-8, with `\n` at the ends of lines and none at their own end.
 * @throws PipelineError `ERR_FORMAT` or `ERR_LIMIT`, as `file:line`.
 */
export async function* readText(
  source: ByteSource,
  options: ReadTextOptions = {},
): AsyncGenerator<TextDocument, void, undefined> {
  const { by = "file", signal } = options;
  ensure(
    by === "file" || by === "paragraph" || by === "line",
    "ERR_ARGUMENT",
    () => `by: expected "file", "paragraph" or "line", found ${describe(by)}`,
  );
  const maxBytes = integer(options.maxBytes ?? 2 ** 26, "maxBytes", 1, 2 ** 29);
  let lines: string[] = [];
  let [bytes, number] = [0, 0];
  for await (const line of readLines(source, { maxBytes, signal })) {
    number++;
    const blank = line.trim() === "";
    if (by === "line") {
      if (!blank) yield { text: line };
      continue;
    }
    if (by === "paragraph" && blank) {
      if (lines.length > 0) yield { text: lines.join("\n") };
      [lines, bytes] = [[], 0];
      continue;
    }
    bytes += Buffer.byteLength(line) + (lines.length === 0 ? 0 : 1);
    if (bytes > maxBytes) {
      const where = `${sourceName(source)}:${number}`;
      const message = `${where}: expected a document of at most ${maxBytes} bytes, found more`;
      throw new PipelineError("ERR_LIMIT", message);
    }
    lines.push(line);
  }
  if (lines.length > 0) yield { text: lines.join("\n") };
}
