// Any known format, by what a file begins with.

import type { TokenizerDefinition } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { readCompiled } from "./compiled.js";
import { readGguf } from "./gguf.js";
import { detect, type LoadOptions } from "./resolve.js";
import { readSentencePiece } from "./sentencepiece.js";
import { readRankFile } from "./tiktoken.js";
import { readTokenizerJson } from "./tokenizer-json.js";

export function readBytes(
  bytes: Uint8Array,
  { tiktoken }: LoadOptions,
  name = "",
): TokenizerDefinition {
  switch (detect(bytes)) {
    case "tokenizer.json":
      return readTokenizerJson(bytes);
    case "compiled":
      return readCompiled(bytes);
    case "gguf":
      return readGguf(bytes);
    case "sentencepiece":
      return readSentencePiece(bytes);
    case "tiktoken":
      return readRankFile(bytes, tiktoken, name);
    default:
      throw new TokenizerError(
        "ERR_FORMAT",
        "expected tokenizer.json, GGUF, a SentencePiece model or a tiktoken rank file, " +
          `found ${bytes.length} bytes of something else${name && ` in ${name}`}`,
      );
  }
}
