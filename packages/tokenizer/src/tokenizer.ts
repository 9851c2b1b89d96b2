// The core with everything that any definition may ask for.

import { CoreTokenizer } from "./core-tokenizer.js";
import { extras } from "./extras.js";

/**
 * A tokenizer, loaded from any of the formats in use.
 *
 * @example
 * const tokenizer = await Tokenizer.load("./tokenizer.json");
 * const { ids } = tokenizer.encode("Solve x^2 = 9.");
 * tokenizer.decode(ids); // "Solve x^2 = 9."
 */
export class Tokenizer extends CoreTokenizer {
  static override readonly name: string = "Tokenizer"; // as users see it, minified or not
  protected override get extras(): object {
    return extras;
  }
}
