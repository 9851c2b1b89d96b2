// Formats of strings that are regular, as regular expressions. They are asserted
// only where that is asked for: in draft 2020-12 `format` is an annotation.

import { SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";
import { parseRegex } from "../regex/parse.js";
import { searchAutomaton } from "../regex/search.js";
import type { Automaton } from "../rules/expression.js";
import { describe } from "./schema-node.js";

const LEAP_YEAR = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const DATE =
  "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)" +
  `|02-(?:0[1-9]|1\\d|2[0-8]))|${LEAP_YEAR}-02-29)`;
/** Without leap seconds, whose place depends on the offset. */
const TIME =
  "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[zZ]|[+\\-](?:[01]\\d|2[0-3]):[0-5]\\d)";
const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const DURATION_TIME = "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
const DURATION_DATE = "(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)";
const HEX = "[\\da-fA-F]";

/** RFC 3339, RFC 4122 and RFC 2673, as the specification names them (JSON Schema Validation, section 7.3). */
const FORMATS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  "date-time": `${DATE}[tT]${TIME}`,
  duration: `P(?:${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME}|\\d+W)`,
  uuid: `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
  ipv4: `${BYTE}(?:\\.${BYTE}){3}`,
};

export function formatAutomaton(format: unknown, where: string, budget: Budget): Automaton {
  const pattern =
    typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (pattern === undefined) {
    throw new SamplerError(
      "ERR_UNSUPPORTED",
      `${where}: the format ${describe(format)} isn't supported`,
    );
  }
  return searchAutomaton(parseRegex(`^(?:${pattern})$`, budget), budget);
}
