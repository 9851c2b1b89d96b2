import { FormatError } from "../errors.js";
import { type NativeDecoding, nativeCoder } from "./native.js";

/** A refusal of the addon as an error of this package; others are given back as they are. */
export function ownError(error: unknown): unknown {
  const { code, message } = error as Error & { code?: string };
  if (code !== "ERR_CHUNK") return error;
  const expected = "a chunk as the coder writes it";
  return new FormatError("ERR_CHUNK", { expected, found: `a fault: ${message}`, cause: error });
}

/** Decodes natively where that is possible. */
export function decodedNatively(job: NativeDecoding): boolean {
  const coder = nativeCoder();
  if (coder === undefined) return false;
  try {
    coder.decodeChunk(job);
  } catch (error) {
    throw ownError(error);
  }
  return true;
}
