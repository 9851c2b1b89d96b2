// Text of tokens as they are generated.

import type { Detokenizer } from "@ryanstream/scheduler";

/** What {@link textDecoder} needs of a tokenizer, such as `Tokenizer` of `@ryanstream/tokenizer`. */
export interface DecodingTokenizer {
  decodeStream(options: { readonly skipSpecialTokens: boolean }): {
    push(id: number): string;
    end(): string;
  };
  idToToken(id: number): string | undefined;
}

/**
 * For `generate`: text without special tokens, and without ids that have no token, which models give whose vocabulary
 * was rounded up.
 */
export function textDecoder(tokenizer: DecodingTokenizer): Detokenizer {
  return {
    decodeStream: () => {
      const decoder = tokenizer.decodeStream({ skipSpecialTokens: true });
      return {
        push: (id) => (tokenizer.idToToken(id) === undefined ? "" : decoder.push(id)),
        end: () => decoder.end(),
      };
    },
  };
}
