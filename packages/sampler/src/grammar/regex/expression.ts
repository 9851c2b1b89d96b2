// A regular expression as an expression over bytes. It matches the whole text,
// so ^ and $ may stand at its ends, where they say nothing new.

import { SamplerError } from "../../errors.js";
import {
  characters,
  choice,
  EMPTY,
  type Expression,
  repeat,
  sequence,
} from "../rules/expression.js";
import type { Regex } from "./syntax.js";

export function regexExpression(regex: Regex): Expression {
  return convert(regex, true, true);
}

function convert(regex: Regex, first: boolean, last: boolean): Expression {
  switch (regex.kind) {
    case "characters":
      return characters(regex.set);
    case "choice":
      return choice(...regex.items.map((item) => convert(item, first, last)));
    case "sequence":
      return sequence(
        ...regex.items.map((item, i) =>
          convert(item, first && i === 0, last && i === regex.items.length - 1),
        ),
      );
    case "repeat":
      return repeat(convert(regex.item, false, false), regex.min, regex.max);
    default:
      if (regex.kind === "start" ? !first : !last) {
        throw new SamplerError(
          "ERR_UNSUPPORTED",
          `${regex.kind === "start" ? "^" : "$"} is only supported at the ${regex.kind} of a regular expression`,
        );
      }
      return EMPTY;
  }
}
