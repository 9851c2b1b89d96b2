// Units and other words after a number.

import type { UnitPower } from "./side.js";
import type { Token } from "./tokens.js";
import { unitOf } from "./units.js";
import { articles, changesWhatPrecedes, endsUnit, functionNames, numberWords } from "./words.js";

const maxWords = 7;

export interface UnitWords {
  /** The token after them. */
  readonly next: number;
  /** Known units. Empty when a square or a cube of one makes them something else. */
  readonly units: readonly UnitPower[];
  /** A word that begins something else stands there. */
  readonly stopped: boolean;
  readonly doubt: string | undefined;
}

/** Reads from `from` on, up to a sign, for which `isSign` is asked. */
export function readUnits(
  tokens: readonly Token[],
  from: number,
  isSign: (at: number) => boolean,
): UnitWords {
  const found: UnitPower[] = [];
  let [at, power, known, stopped] = [from, 1 as 1 | -1, true, false];
  let doubt: string | undefined;
  while (at - from < maxWords) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token === undefined) break;
    if (token.kind === "word") {
      const { text } = token;
      if (isSign(at)) break;
      if (endsUnit.has(text) || functionNames.has(text)) {
        stopped = true;
        break;
      }
      if (changesWhatPrecedes.has(text)) doubt ??= `\`${text}\` stands after a number`;
      if (text === "per" || text === "every") power = -1;
      else if (text === "square" || text === "cubic" || text === "sq") known = false;
      else {
        const unit = unitOf(text);
        const first = at === from || power === -1 || found.length === 0;
        if (unit !== undefined && first) found.push({ unit, power });
      }
    } else if (token.text === "^" && at > from && next?.kind === "number" && !next.spaced) {
      known = false;
      at++;
    } else if (token.text === "/" && next?.kind === "word" && !numberWords.has(next.text)) {
      power = -1;
    } else if (token.kind === "letter" && next?.kind === "word") {
      const article = articles.has(token.text);
      if (at === from && !article) break;
      if (article) power = -1;
    } else break;
    at++;
  }
  const units = known && (!stopped || found[0]?.power === 1) ? found : [];
  return { next: at, units, stopped, doubt };
}
