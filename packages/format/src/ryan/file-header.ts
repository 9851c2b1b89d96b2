// The first 64 bytes of a file: what it is, and the number that ties its commits to it.

import { randomBytes } from "node:crypto";
import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";
import { FORMAT_VERSION, HEADER_BYTES } from "./layout.js";
import { sha256 } from "./sha256.js";

/** Not ASCII, and with both kinds of line ends: a transfer as text breaks it. */
export const RYAN_MAGIC = Uint8Array.of(0x89, 0x52, 0x59, 0x41, 0x4e, 0x0d, 0x0a, 0x1a);

export const isRyan = (head: Uint8Array): boolean =>
  head.length >= 8 && RYAN_MAGIC.every((byte, i) => head[i] === byte);

/** Hex of a new file's 16 bytes. */
export const newFileId = (): string => randomBytes(16).toString("hex");

export function fileHeader(fileId: string): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.set(RYAN_MAGIC);
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.write(fileId, 16, "hex");
  bytes.write(sha256(bytes.subarray(0, 32)), 32, "hex");
  return bytes;
}

/**
 * Reads the header and gives the file's id.
 *
 * @throws FormatError `ERR_UNRECOGNIZED`, `ERR_TRUNCATED`, `ERR_HEADER`, `ERR_UNSUPPORTED`
 */
export async function readFileHeader(file: InputFile, signal?: AbortSignal): Promise<string> {
  const bytes = Buffer.alloc(Math.min(HEADER_BYTES, file.byteLength));
  await file.read(bytes, 0, signal);
  const where = { file: file.path, offset: 0 };
  if (!isRyan(bytes)) {
    const expected = "the first eight bytes of a RyanFormat file";
    throw new FormatError("ERR_UNRECOGNIZED", { ...where, expected, found: "others" });
  }
  if (bytes.length < HEADER_BYTES) {
    const expected = `a header of ${HEADER_BYTES} bytes`;
    throw new FormatError("ERR_TRUNCATED", { ...where, expected, found: bytes.length });
  }
  if (bytes.toString("hex", 32) !== sha256(bytes.subarray(0, 32))) {
    const expected = "a file header whose SHA-256 follows it";
    throw new FormatError("ERR_HEADER", { ...where, expected, found: "another: it is damaged" });
  }
  const version = bytes.readUInt32LE(8);
  if (version !== FORMAT_VERSION || bytes.readUInt32LE(12) !== 0) {
    const expected = `version ${FORMAT_VERSION} of RyanFormat`;
    throw new FormatError("ERR_UNSUPPORTED", { ...where, expected, found: version });
  }
  return bytes.toString("hex", 16, 32);
}
