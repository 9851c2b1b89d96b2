// Whether special tokens that are written out in a text are taken for what they say.

import { TokenizerError } from "../errors.js";

/**
 * - `"parse"`: they become their ids, as Hugging Face does.
 * - `"text"`: they are text like any other, so that nobody's message can end a turn.
 * - `"refuse"`: a text that has one is an error.
 */
export type SpecialTokens = "parse" | "text" | "refuse";

export function refused(content: string, at: number): TokenizerError {
  return new TokenizerError(
    "ERR_SPECIAL_TOKEN",
    `the text has the special token ${JSON.stringify(content)} at ${at}, and special tokens are ` +
      `refused: pass specialTokens: "text" to take it as text, or "parse" to take it as the token`,
  );
}
