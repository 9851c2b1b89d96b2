// What callers hand in, turned into a template's values: a copy made of plain data, so
// that a template can neither change what it is given nor reach an object of the host.

import { TokenizerError } from "../errors.js";
import { Float, float, int, type Value } from "./values.js";

const MAX_DEPTH = 200;
const MAX_ITEMS = 1e6;

/**
 * Numbers that are integers become ints, others floats; undefined fields are left out, as
 * in JSON. What is no plain data (images, dates) becomes a placeholder that names its type,
 * since templates only look whether it is there. Throws ERR_ARGUMENT for functions and
 * symbols, ERR_LIMIT for data without end.
 */
export function toValue(
  input: unknown,
  where: string,
  budget = { items: MAX_ITEMS },
  depth = 0,
): Value {
  switch (typeof input) {
    case "string":
    case "boolean":
      return input;
    case "bigint":
      return int(input);
    case "number":
      return Number.isInteger(input) && !Number.isSafeInteger(input) ? BigInt(input) : input + 0;
    case "undefined":
      return null;
    case "object":
      break;
    default:
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected data in ${where}, found a ${typeof input}`,
      );
  }
  if (input === null) return input;
  if (input instanceof Float) return float(input.value);
  if (depth > MAX_DEPTH || --budget.items < 0) {
    throw new TokenizerError(
      "ERR_LIMIT",
      `expected data of at most ${MAX_ITEMS} items, nested at most ${MAX_DEPTH} deep, found more in ${where}`,
    );
  }
  const convert = (value: unknown): Value => toValue(value, where, budget, depth + 1);
  if (Array.isArray(input)) return input.map(convert);
  const made = new Map<Value, Value>();
  if (input instanceof Map) {
    for (const [key, value] of input) made.set(convert(key), convert(value));
    return made;
  }
  const tag = Object.prototype.toString.call(input);
  if (tag !== "[object Object]") return `<${tag.slice(8, -1)}>`;
  for (const key of Object.keys(input)) {
    const value = (input as Record<string, unknown>)[key];
    if (value !== undefined) made.set(key, convert(value));
  }
  return made;
}
