// What the core says when it is asked for more than it has.

import { TokenizerError } from "./errors.js";
import type { Extras } from "./extras.js";

/** @param what  what is asked for, the subject of a sentence. */
export function needed(extras: Extras | undefined, what: string): Extras {
  if (extras !== undefined) return extras;
  throw new TokenizerError(
    "ERR_UNSUPPORTED",
    `${what} isn't in the core: import Tokenizer from "@ryanstream/tokenizer" instead of "@ryanstream/tokenizer/core"`,
  );
}
