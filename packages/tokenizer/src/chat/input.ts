// What callers hand in, turned into a template's values: a copy made of plain data, so
// that a template can neither change what it is given nor reach an object of the host.

import { TokenizerError } from "../errors.js";
import { Float, float, int, type Value } from "./values.js";

const MAX_DEPTH = 200;

/**
 * Numbers that are integers become ints, others floats; undefined fields are left out, as
 * in JSON. Throws ERR_ARGUMENT for functions, symbols and other things that aren't data.
 */
export function toValue(input: unknown, where: string, depth = 0): Value {
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
  if (depth > MAX_DEPTH) {
    throw new TokenizerError(
      "ERR_LIMIT",
      `expected data nested at most ${MAX_DEPTH} deep, found more in ${where}`,
    );
  }
  if (Array.isArray(input)) {
    return input.map((item) => toValue(item, where, depth + 1));
  }
  const made = new Map<Value, Value>();
  if (input instanceof Map) {
    for (const [key, value] of input) {
      made.set(toValue(key, where, depth + 1), toValue(value, where, depth + 1));
    }
    return made;
  }
  for (const key of Object.keys(input)) {
    const value = (input as Record<string, unknown>)[key];
    if (value !== undefined) made.set(key, toValue(value, where, depth + 1));
  }
  return made;
}
