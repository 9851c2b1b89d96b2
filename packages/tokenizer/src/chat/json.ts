// JSON in both directions as Python's json module has it, floats apart from integers.

import { TokenizerError } from "../errors.js";
import { fail, spend, spendText } from "./budget.js";
import {
  compare,
  type Float,
  float,
  floatRepr,
  int,
  intText,
  isFloat,
  isInt,
  isText,
  numeric,
  str,
  typeName,
  type Value,
} from "./values.js";

export interface Layout {
  readonly ascii: boolean;
  /** What one level is indented by; null for a single line. */
  readonly indent: string | null;
  readonly comma: string;
  readonly colon: string;
  readonly sorted: boolean;
}

function quoted(text: string, ascii: boolean): string {
  spendText(text.length);
  let made = JSON.stringify(text);
  // JavaScript escapes lone surrogates, which Python leaves as they are.
  if (made.includes("\\ud")) {
    made = made.replace(
      /(?<!\\)((?:\\\\)*)\\u(d[89a-f][\da-f]{2})/g,
      (_, before: string, hex: string) => before + String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  if (!ascii) return made;
  return made.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function number(value: number | bigint | boolean | Float): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  const n = numeric(value);
  if (!isFloat(value)) return intText(n);
  const text = floatRepr(n as number);
  return { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" }[text] ?? text;
}

function keyText(key: Value): string {
  if (isText(key)) return str(key);
  if (key === null) return "null";
  if (isInt(key) || isFloat(key)) return number(key);
  fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

/** `json.dumps`. */
export function dumps(value: Value, layout: Layout, depth = 0): string {
  if (isText(value)) return quoted(str(value), layout.ascii);
  if (value === null) return "null";
  if (isInt(value) || isFloat(value)) return number(value);
  let parts: string[];
  let ends: string;
  spend(1);
  if (Array.isArray(value)) {
    ends = "[]";
    parts = value.map((item) => dumps(item, layout, depth + 1));
  } else if (value instanceof Map) {
    ends = "{}";
    parts = [];
    const entries = [...value];
    if (layout.sorted) entries.sort((a, b) => compare(a[0], b[0]));
    for (const [key, item] of entries) {
      parts.push(
        quoted(keyText(key), layout.ascii) + layout.colon + dumps(item, layout, depth + 1),
      );
    }
  } else fail(`Object of type ${typeName(value)} is not JSON serializable`);
  if (parts.length === 0) return ends;
  let made: string;
  if (layout.indent === null) made = ends[0] + parts.join(layout.comma) + ends[1];
  else {
    spendText(layout.indent.length * (depth + 1));
    const line = `\n${layout.indent.repeat(depth + 1)}`;
    spendText(line.length * parts.length);
    made = `${ends[0]}${line}${parts.join(layout.comma + line)}\n${layout.indent.repeat(depth)}${ends[1]}`;
  }
  spendText(made.length);
  return made;
}

/**
 * Reads JSON with the numbers kept as they are written: `1.0` becomes a {@link Float}, an
 * integer past 2^53 a bigint. Objects become Maps, which keep the order of their keys. The
 * result may stand anywhere in messages, tools or variables.
 * Throws ERR_FORMAT where the text is no JSON.
 */
export function parseJson(text: string): unknown {
  const token =
    /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)|(true|false|null))/y;
  let match: RegExpExecArray | null = null;
  const bad = (): never => {
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected JSON, found something else before character ${token.lastIndex}`,
    );
  };
  const next = (): RegExpExecArray => {
    match = token.exec(text);
    return match ?? bad();
  };
  const value = (m: RegExpExecArray, depth: number): unknown => {
    if (depth > 200)
      throw new TokenizerError("ERR_LIMIT", "expected JSON nested at most 200 deep, found more");
    const [, mark, string, digits, fraction, exponent, word] = m;
    if (string !== undefined) {
      try {
        return JSON.parse(string);
      } catch {
        bad();
      }
    }
    if (digits !== undefined) {
      return fraction || exponent ? float(Number(digits)) : int(BigInt(digits));
    }
    if (word !== undefined) return word === "null" ? null : word === "true";
    if (mark === "[") {
      const items: unknown[] = [];
      for (let m = next(); m[1] !== "]" || items.length > 0; m = next()) {
        items.push(value(m, depth + 1));
        const end = next()[1];
        if (end === "]") break;
        if (end !== ",") bad();
      }
      return items;
    }
    if (mark !== "{") bad();
    const entries = new Map<string, unknown>();
    for (let m = next(); m[1] !== "}" || entries.size > 0; m = next()) {
      if (m[2] === undefined) bad();
      const key = value(m, depth) as string;
      if (next()[1] !== ":") bad();
      entries.set(key, value(next(), depth + 1));
      const end = next()[1];
      if (end === "}") break;
      if (end !== ",") bad();
    }
    return entries;
  };
  const result = value(next(), 0);
  if (/[^ \t\n\r]/.test(text.slice(token.lastIndex))) bad();
  return result;
}
