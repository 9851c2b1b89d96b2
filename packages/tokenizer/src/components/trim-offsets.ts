// White space taken off offsets, as Hugging Face's byte-level post-processors do.

import { TokenizerError } from "../errors.js";
import { isWhiteSpace } from "../unicode/categories.js";
import { type EncodingParts, withOverflow } from "./encoding-parts.js";

/** Takes white space off the offsets of tokens that begin or end with it. */
export function trimOffsets(parts: EncodingParts, addPrefixSpace: boolean): EncodingParts {
  const { tokens } = parts;
  if (!parts.offsets) return parts;
  if (!tokens) throw new TokenizerError("ERR_ARGUMENT", "Trimming offsets needs the tokens");
  return withOverflow(parts, (part) => {
    const offsets = [...(part.offsets ?? [])];
    (part.tokens ?? []).forEach((token, i) => {
      let leading = 0;
      let trailing = 0;
      while (leading < token.length && isSpace(token.charCodeAt(leading))) leading++;
      while (trailing < token.length && isSpace(token.charCodeAt(token.length - 1 - trailing))) {
        trailing++;
      }
      const start = offsets[2 * i] as number;
      const end = offsets[2 * i + 1] as number;
      // One space before the first token is the one that the pre-tokenizer put there.
      if (addPrefixSpace && leading === 1 && (i === 0 || start === 0)) leading = 0;
      // A space alone has all of its character, which is another one where it was put in front.
      const width = token.length === 1 ? end - start : undefined;
      const from = leading > 0 ? Math.min(start + (width ?? leading), end) : start;
      offsets[2 * i] = from;
      if (trailing > 0 && end >= (width ?? trailing)) {
        offsets[2 * i + 1] = Math.max(end - (width ?? trailing), from);
      }
    });
    return { ...part, offsets };
  });
}

/** White space, or U+0120, which is a space in the byte-level alphabet. */
const isSpace = (unit: number): boolean => unit === 0x120 || isWhiteSpace(unit);
