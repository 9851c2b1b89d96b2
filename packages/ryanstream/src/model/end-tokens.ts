// The tokens that end a text.

import type { Model } from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";

/** What the model's files name, else the tokenizer's end of a text. */
export function endTokensOf(
  { endTokens }: Pick<Model, "endTokens">,
  tokenizer: Pick<Tokenizer, "config" | "tokenToId">,
): readonly number[] {
  if (endTokens.length > 0) return endTokens;
  const { eosToken } = tokenizer.config;
  const id = eosToken === undefined ? undefined : tokenizer.tokenToId(eosToken);
  return id === undefined ? [] : [id];
}
