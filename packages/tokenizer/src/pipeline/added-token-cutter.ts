// Cuts text that arrives in parts at added tokens, as soon as no text that follows can
// change where they are. For tokens whose flags don't look at the text around them.

import type { AddedTokenMatcher } from "../components/added-tokens.js";

/** What a cutter finds. */
export interface Cuts {
  /** More text between tokens; `closed` when a token or the end comes after it. */
  text(part: string, closed: boolean): void;
  /** @param at  where it begins, in units from the beginning of the stream. */
  token(id: number, at: number): void;
}

export class AddedTokenCutter {
  readonly #matcher: AddedTokenMatcher;
  readonly #isText: (id: number) => boolean;
  /** What may yet become a token. */
  #rest = "";
  #taken = 0;

  /** @param isText  tokens that are found and then taken as text. */
  constructor(matcher: AddedTokenMatcher, isText: (id: number) => boolean) {
    this.#matcher = matcher;
    this.#isText = isText;
  }

  push(text: string, final: boolean, cuts: Cuts): void {
    const matcher = this.#matcher;
    const rest = this.#rest + text;
    const matches = matcher.findAll(rest);
    let hold = final ? rest.length : matcher.unfinished(rest, 0);
    let at = 0;
    let decided = 0;
    for (let m = 0; m < matches.length; m += 3) {
      const start = matches[m] as number;
      if (start >= hold) break;
      decided = matches[m + 1] as number;
      if (hold < decided) hold = matcher.unfinished(rest, decided);
      const id = matches[m + 2] as number;
      if (this.#isText(id)) continue;
      cuts.text(rest.slice(at, start), true);
      cuts.token(id, this.#taken + start);
      at = decided;
    }
    hold = Math.max(hold, decided);
    if (final || hold > at) cuts.text(rest.slice(at, hold), final);
    this.#rest = rest.slice(hold);
    this.#taken += hold;
    if (final) this.reset();
  }

  reset(): void {
    this.#rest = "";
    this.#taken = 0;
  }
}
