// Lines of UTF-8 from bytes in parts. A line is decoded whole, so a character may be cut
// by a part; one that is too long is refused before more of it is held.

import { createReadStream } from "node:fs";
import { PipelineError } from "../errors.js";
import { type ByteSource, sourceName } from "./text-document.js";

const NEWLINE = 10;
const RETURN = 13;

export interface LinesOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The lines without their ends (`\n` or `\r\n`), and without a byte order mark. */
export async function* readLines(
  source: ByteSource,
  { maxBytes, signal }: LinesOptions,
): AsyncGenerator<string, void, undefined> {
  signal?.throwIfAborted();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const hold = (part: Uint8Array) => {
    heldBytes += part.length;
    if (heldBytes > maxBytes) {
      const where = `${sourceName(source)}:${line}`;
      throw new PipelineError(
        "ERR_LIMIT",
        `${where}: expected at most ${maxBytes} bytes, found more`,
      );
    }
    held.push(part);
  };
  const take = (): string => {
    let bytes: Uint8Array = held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held);
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    [held, heldBytes] = [[], 0];
    try {
      const text = decoder.decode(bytes);
      return line++ === 1 && text.startsWith("\ufeff") ? text.slice(1) : text;
    } catch (cause) {
      const where = `${sourceName(source)}:${line}`;
      throw new PipelineError("ERR_FORMAT", `${where}: expected UTF-8, found other bytes`, {
        cause,
      });
    }
  };
  const parts =
    typeof source === "string" ? createReadStream(source, { highWaterMark: 2 ** 18 }) : source;
  for await (const part of parts) {
    signal?.throwIfAborted();
    const bytes: Uint8Array = part;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      hold(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    // A copy, since whoever gives the parts may use their memory again.
    if (start < bytes.length) hold(bytes.slice(start));
  }
  if (heldBytes > 0) yield take();
}
