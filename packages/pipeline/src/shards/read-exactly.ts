import type { FileHandle } from "node:fs/promises";
import { PipelineError } from "../errors.js";

/** `length` bytes of a file from `offset`, or `ERR_TRUNCATED`. */
export async function readExactly(
  handle: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) {
      throw new PipelineError(
        "ERR_TRUNCATED",
        `${path} at byte ${offset + done}: expected ${length - done} bytes more, found the end`,
      );
    }
    done += bytesRead;
  }
  return bytes;
}
