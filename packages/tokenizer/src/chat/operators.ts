// Python's arithmetic on a template's values: integers without bound, floats apart from
// integers, text and lists that add and repeat, and undefined values that refuse.

import { fail, overLimit, spend, spendText } from "./budget.js";
import { percent } from "./format.js";
import {
  defined,
  float,
  index,
  int,
  isFloat,
  isInt,
  isNumber,
  isText,
  Markup,
  numeric,
  str,
  Tuple,
  typeName,
  type Value,
} from "./values.js";

/** Bits that an integer may have. */
const MAX_BITS = 1 << 16;

const html: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** Text made safe for HTML; text that is marked safe stays as it is. */
export function escapeHtml(value: Value): string {
  if (value instanceof Markup) return value.text;
  const text = str(value);
  spendText(text.length * 5);
  return text.replace(/[&<>'"]/g, (c) => html[c] as string);
}

function checked(value: bigint): Value {
  const magnitude = value < 0n ? -value : value;
  if (magnitude >> BigInt(MAX_BITS)) overLimit(`an integer of more than ${MAX_BITS} bits`);
  spend(1);
  return int(value);
}

const floorMod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 ? (rest < 0 !== b < 0 ? rest + b : rest) : b < 0 ? -0 : 0;
};

function onBigints(op: string, a: bigint, b: bigint): Value {
  switch (op) {
    case "+":
      return checked(a + b);
    case "-":
      return checked(a - b);
    case "*":
      return checked(a * b);
    case "**": {
      if (b < 0n) return onFloats(op, Number(a), Number(b));
      const bits = a.toString(16).length * 4;
      if (a * a > 1n && b * BigInt(bits) > BigInt(MAX_BITS * 4)) {
        overLimit(`an integer of more than ${MAX_BITS} bits`);
      }
      return checked(a ** b);
    }
  }
  if (b === 0n) fail(op === "/" ? "division by zero" : "integer modulo by zero");
  if (op === "/") return float(Number(a) / Number(b));
  const rest = a % b;
  const down = rest !== 0n && rest < 0n !== b < 0n;
  if (op === "%") return checked(down ? rest + b : rest);
  return checked(a / b - (down ? 1n : 0n));
}

function onFloats(op: string, a: number, b: number): Value {
  switch (op) {
    case "+":
      return float(a + b);
    case "-":
      return float(a - b);
    case "*":
      return float(a * b);
    case "**":
      if (a === 0 && b < 0) fail("0.0 cannot be raised to a negative power");
      return float(a === 1 ? 1 : a ** b);
  }
  if (b === 0)
    fail(
      op === "%"
        ? "float modulo"
        : op === "/"
          ? "float division by zero"
          : "float floor division by zero",
    );
  if (op === "/") return float(a / b);
  const rest = floorMod(a, b);
  return float(op === "%" ? rest : Math.round((a - rest) / b));
}

function onIntegers(op: string, a: number, b: number): Value {
  let result = Number.NaN;
  if (op === "+") result = a + b;
  else if (op === "-") result = a - b;
  else if (op === "*") result = a * b;
  else if (b !== 0 && op === "%") result = floorMod(a, b) + 0;
  return Number.isSafeInteger(result) ? result + 0 : onBigints(op, BigInt(a), BigInt(b));
}

function repeat(sequence: Value, times: Value): Value | undefined {
  if (!isInt(times)) return undefined;
  const n = Math.max(0, Number(times));
  if (isText(sequence)) {
    const text = str(sequence);
    spendText(text.length * n);
    return sequence instanceof Markup ? new Markup(text.repeat(n)) : text.repeat(n);
  }
  if (!Array.isArray(sequence)) return undefined;
  spend(sequence.length * n);
  const made: Value[] = sequence instanceof Tuple ? new Tuple() : [];
  for (let i = 0; i < n; i++) for (const item of sequence) made.push(item);
  return made;
}

export function add(a: Value, b: Value): Value {
  if (typeof a === "string" && typeof b === "string") {
    spendText(a.length + b.length);
    return a + b;
  }
  if (isText(a) && isText(b)) {
    const text = escapeHtml(a) + escapeHtml(b);
    spendText(text.length);
    return new Markup(text);
  }
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    spend(a.length + b.length);
    const made: Value[] = a instanceof Tuple ? new Tuple() : [];
    for (const item of a) made.push(item);
    for (const item of b) made.push(item);
    return made;
  }
  return arithmetic("+", a, b);
}

export function arithmetic(op: string, a: Value, b: Value): Value {
  if (
    typeof a === "number" &&
    typeof b === "number" &&
    Number.isInteger(a) &&
    Number.isInteger(b)
  ) {
    return onIntegers(op, a, b);
  }
  if (isNumber(a) && isNumber(b)) {
    const x = numeric(a);
    const y = numeric(b);
    if (isFloat(a) || isFloat(b)) return onFloats(op, Number(x), Number(y));
    return onBigints(op, BigInt(x), BigInt(y));
  }
  if (op === "*") {
    const made = repeat(a, b) ?? repeat(b, a);
    if (made !== undefined) return made;
  }
  if (op === "%" && isText(a)) {
    const made = percent(str(a), b, a instanceof Markup ? escapeHtml : str);
    return a instanceof Markup ? new Markup(made) : made;
  }
  defined(a);
  defined(b);
  if (op === "+" && (typeof a === "string" || Array.isArray(a))) {
    fail(`can only concatenate ${typeName(a)} (not "${typeName(b)}") to ${typeName(a)}`);
  }
  fail(
    `unsupported operand type(s) for ${op === "**" ? "** or pow()" : op}: '${typeName(a)}' and '${typeName(b)}'`,
  );
}

export function negate(op: string, value: Value): Value {
  if (isFloat(value))
    return float(op === "-" ? -(numeric(value) as number) : (numeric(value) as number));
  if (isInt(value)) {
    const n = numeric(value);
    return op === "-" ? (typeof n === "bigint" ? int(-n) : 0 - n) : n;
  }
  defined(value);
  fail(`bad operand type for unary ${op}: '${typeName(value)}'`);
}

/** Start, step and count of a slice of something `size` long. */
export function sliceOf(
  size: number,
  [from, to, by]: readonly (Value | undefined)[],
): { start: number; step: number; count: number } {
  const part = (value: Value | undefined): number | undefined =>
    value === undefined || value === null
      ? undefined
      : index(value, "slice indices that are integers or None");
  const step = part(by) ?? 1;
  if (step === 0) fail("slice step cannot be zero");
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clamp = (value: number | undefined, otherwise: number): number =>
    value === undefined
      ? otherwise
      : Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const start = clamp(part(from), step > 0 ? low : high);
  const stop = clamp(part(to), step > 0 ? high : low);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}
