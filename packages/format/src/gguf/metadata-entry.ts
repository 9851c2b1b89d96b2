// A key of GGUF metadata with its value, out of a header's window.

import { FormatError, type FormatErrorCode, quoted } from "../errors.js";
import type { Limits } from "../limits.js";
import type { HeaderWindow } from "./header-window.js";
import type { MetadataValue } from "./metadata-array.js";
import { readMetadataValue } from "./metadata-value.js";
import type { GgufType } from "./value-types.js";

/** Of the shortest key with the shortest value. */
export const LEAST_ENTRY_BYTES = 13;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Metadata {
  readonly values = new Map<string, MetadataValue>();
  readonly types = new Map<string, GgufType>();

  /** Reads one entry. @throws FormatError `ERR_METADATA` for a key that comes twice */
  read(window: HeaderWindow, limits: Limits): void {
    const offset = window.at;
    const key = readName(window, "a key");
    if (this.values.has(key)) {
      const [expected, found] = ["each key once", `${quoted(key)} twice`];
      throw new FormatError("ERR_METADATA", { file: window.file.path, offset, expected, found });
    }
    const { type, value } = readMetadataValue(window, key, limits);
    this.values.set(key, value);
    this.types.set(key, type);
  }
}

/** A key, or a tensor's name. */
export function readName(window: HeaderWindow, what: string): string {
  const offset = window.at;
  const fail = (code: FormatErrorCode, expected: string, found: unknown): never => {
    throw new FormatError(code, { file: window.file.path, offset, expected, found });
  };
  const length = window.u64(`the length of ${what}`);
  if (length > 65535) fail("ERR_LIMIT", `${what} of at most 65535 bytes`, length);
  const from = window.take(length);
  try {
    return strict.decode(window.bytes.subarray(from, from + length));
  } catch {
    return fail("ERR_HEADER", `${what} in UTF-8`, "other bytes");
  }
}
