// A file that was dropped on the page, as a tokenizer.

import { MathTokenizer, type TiktokenName, TokenizerError } from "../src/index.js";

/** What a GGUF file is read by: its vocabulary is at its beginning, and the rest may be huge. */
const GGUF_START = 1 << 26;
/** No vocabulary is larger, and a browser would end with the page when it reads much more. */
const MOST_BYTES = 1 << 29;

/** @param tiktoken  an encoding's name, or `""` for what the file's name says. */
export async function loadFile(file: Blob, tiktoken: string): Promise<MathTokenizer> {
  if ((await file.slice(0, 4).text()) === "GGUF") return loadGguf(file);
  checkSize(file.size);
  const encoding = tiktoken as TiktokenName | "";
  return MathTokenizer.load(file, encoding === "" ? {} : { tiktoken: encoding });
}

async function loadGguf(file: Blob): Promise<MathTokenizer> {
  for (let size = GGUF_START; ; size *= 2) {
    try {
      return await MathTokenizer.load(file.slice(0, size));
    } catch (error) {
      // A damaged file fails in the same way at any size, and then the last failure is told.
      const more = error instanceof TokenizerError && error.code === "ERR_FORMAT";
      if (!more || size >= file.size) throw error;
      checkSize(2 * size);
    }
  }
}

function checkSize(size: number): void {
  if (size <= MOST_BYTES) return;
  throw new TokenizerError(
    "ERR_LIMIT",
    `expected a vocabulary of at most ${MOST_BYTES >> 20} MiB, found ${Math.ceil(size / 2 ** 20)} MiB`,
  );
}
