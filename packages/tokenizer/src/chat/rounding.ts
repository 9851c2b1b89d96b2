// Filters that make numbers of things, and round them, as Python does.

import { fail, spend } from "./budget.js";
import { add, arithmetic } from "./operators.js";
import type { Given } from "./signature.js";
import { strip } from "./text.js";
import {
  compare,
  defined,
  equal,
  float,
  index,
  int,
  isInt,
  isNumber,
  isText,
  numeric,
  str,
  typeName,
  type Value,
} from "./values.js";

const numberText =
  /^[+-]?(?:(?:\d+_)*\d+(?:\.(?:(?:\d+_)*\d+)?)?|\.(?:\d+_)*\d+)(?:[eE][+-]?\d+)?$/;

/** Python's `float(x)`, or undefined where that raises TypeError or ValueError. */
export function toFloat(value: Value): number | undefined {
  if (isNumber(value)) return Number(numeric(value));
  defined(value);
  if (!isText(value)) return undefined;
  const trimmed = strip(str(value), null, 3);
  if (numberText.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const word = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(trimmed);
  return word ? (word[2] ? Number(`${word[1]}Infinity`) : Number.NaN) : undefined;
}

export function toInt(value: Value, base: number): Value | undefined {
  if (isInt(value)) return numeric(value);
  const match =
    isText(value) &&
    /^([+-]?)(0[xXoObB])?_?([\da-zA-Z]+(?:_[\da-zA-Z]+)*)$/.exec(strip(str(value), null, 3));
  if (match) {
    const [, sign, prefix = "", body = ""] = match;
    const named = { x: 16, o: 8, b: 2 }[prefix.slice(1).toLowerCase()];
    const radix = base === 0 ? (named ?? 10) : base;
    const digits = ((named === radix ? "" : prefix) + body).replaceAll("_", "");
    let total = 0n;
    spend(1 + ((digits.length ** 2) >> 8));
    for (const c of digits) {
      const digit = Number.parseInt(c, 36);
      total = digit < radix && total >= 0n ? total * BigInt(radix) + BigInt(digit) : -1n;
    }
    if (total >= 0n) return int(sign === "-" ? -total : total);
  }
  const x = toFloat(value);
  return x === undefined || !Number.isFinite(x) ? undefined : int(BigInt(Math.trunc(x)));
}

export function round(value: Value, [precision, method]: Given): Value {
  const places = precision === undefined ? 0 : index(precision);
  const how = method === undefined ? "common" : str(method);
  if (!["common", "ceil", "floor"].includes(how)) fail("method must be common, ceil or floor");
  if (!isNumber(value)) fail(`type ${typeName(value)} doesn't define __round__ method`);
  if (how !== "common") {
    const scale = arithmetic("**", 10, places);
    const scaled = Number(numeric(arithmetic("*", value, scale) as number));
    return arithmetic(
      "/",
      int(BigInt(how === "ceil" ? Math.ceil(scaled) : Math.floor(scaled))),
      scale,
    );
  }
  if (isInt(value)) {
    if (places >= 0) return numeric(value);
    const unit = arithmetic("**", 10, -places);
    const rest = arithmetic("%", value, unit);
    const down = arithmetic("-", value, rest);
    const twice = compare(arithmetic("*", rest, 2), unit);
    const odd = equal(arithmetic("%", arithmetic("//", down, unit), 2), 1);
    return twice > 0 || (twice === 0 && odd) ? add(down, unit) : down;
  }
  return float(roundHalfEven(numeric(value) as number, places));
}

/** Correct rounding of the exact binary value, ties to even. */
function roundHalfEven(x: number, places: number): number {
  if (!Number.isFinite(x) || places > 22) return x;
  if (places < 0) {
    const unit = 10 ** -places;
    return roundHalfEven(x / unit, 0) * unit;
  }
  const fixed = Number(Math.abs(x) < 1e21 ? x.toFixed(Math.min(places, 100)) : x);
  // toFixed is exact and rounds ties up in magnitude; a tie needs a binary fraction.
  const scaled = Math.abs(x) * 2 ** places * 5 ** places;
  const exact =
    scaled % 1 === 0.5 &&
    scaled / 5 ** places / 2 ** places === Math.abs(x) &&
    (Math.abs(x) * 2 ** (places + 1)) % 1 === 0;
  if (!exact || Math.floor(scaled) % 2 === 1) return fixed;
  return (Math.sign(x) * Math.floor(scaled)) / 10 ** places;
}
