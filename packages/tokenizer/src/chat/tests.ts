// What stands after `is`.

import { arithmetic } from "./operators.js";
import { type Routine, routine, routineTable } from "./signature.js";
import {
  compare,
  contains,
  equal,
  Fn,
  isDict,
  isFloat,
  isInt,
  isNumber,
  isText,
  iterate,
  lookup,
  Markup,
  size,
  str,
  Undefined,
  type Value,
  View,
} from "./values.js";

const is = (test: (value: Value) => boolean): Routine => routine(0, 0, test);
const order = (op: string, test: (n: number) => boolean): Routine =>
  routine(1, 1, (a, [b]) => test(compare(a, b as Value, op)));
const same = routine(1, 1, (a, [b]) => equal(a, b as Value));
const differ = routine(1, 1, (a, [b]) => !equal(a, b as Value));
const greater = order(">", (n) => n > 0);
const less = order("<", (n) => n < 0);
const atLeast = order(">=", (n) => n >= 0);
const atMost = order("<=", (n) => n <= 0);
const remainder = (value: Value, by: Value, rest: number): boolean =>
  equal(arithmetic("%", value, by), rest);
const iterable = (value: Value): boolean => {
  try {
    iterate(value);
    return true;
  } catch {
    return false;
  }
};
const some = (text: Value, has: RegExp, hasNot: RegExp): boolean =>
  has.test(str(text)) && !hasNot.test(str(text));
const lower = /\p{Lowercase}/u;
const upper = /\p{Uppercase}|\p{Lt}/u;

export function makeTests(filters: ReadonlyMap<string, unknown>): ReadonlyMap<string, Routine> {
  const tests: ReadonlyMap<string, Routine> = routineTable({
    odd: is((v) => remainder(v, 2, 1)),
    even: is((v) => remainder(v, 2, 0)),
    divisibleby: routine(1, "num", (v, [by]) => remainder(v, by as Value, 0)),
    defined: is((v) => !(v instanceof Undefined)),
    undefined: is((v) => v instanceof Undefined),
    filter: is((v) => lookup(filters as ReadonlyMap<Value, unknown>, v) !== undefined),
    test: is((v) => lookup(tests as ReadonlyMap<Value, unknown>, v) !== undefined),
    none: is((v) => v === null),
    boolean: is((v) => typeof v === "boolean"),
    false: is((v) => v === false),
    true: is((v) => v === true),
    integer: is((v) => isInt(v) && typeof v !== "boolean"),
    float: is(isFloat),
    lower: is((v) => some(v, lower, upper)),
    upper: is((v) => some(v, upper, lower)),
    string: is(isText),
    mapping: is(isDict),
    number: is(isNumber),
    sequence: is((v) => size(v) !== undefined && !(v instanceof View)),
    sameas: routine(1, "other", (a, [b]) => a === b),
    iterable: is(iterable),
    callable: is((v) => v instanceof Fn || v instanceof Undefined),
    escaped: is((v) => v instanceof Markup),
    in: routine(1, "seq", (v, [container]) => contains(container as Value, v)),
    "==": same,
    eq: same,
    equalto: same,
    "!=": differ,
    ne: differ,
    ">": greater,
    gt: greater,
    greaterthan: greater,
    "<": less,
    lt: less,
    lessthan: less,
    ">=": atLeast,
    ge: atLeast,
    "<=": atMost,
    le: atMost,
  });
  return tests;
}
