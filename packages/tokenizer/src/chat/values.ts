// Python's values as a template sees them. Strings, booleans and None are JavaScript's; an
// integer is a number, or a bigint past 2^53; a float is a number with a fraction, or a
// Float; a list is an array; a dict is a Map. The rest are classes that no caller hands in.

import { fail, spend, spendText } from "./budget.js";

export interface List extends Array<Value> {}
export interface Dict extends Map<Value, Value> {}
export type Value = null | boolean | number | bigint | string | Obj | List | Dict;

export abstract class Obj {
  abstract readonly type: string;
  /** An attribute that templates may read, or undefined. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }
  repr(): string {
    return `<${this.type} object>`;
  }
}

/**
 * A float that JavaScript can't tell from an integer: `new Float(1)` is Python's `1.0`.
 * Messages and tools may hold them; {@link parseJson} makes them from `1.0`.
 */
export class Float extends Obj {
  readonly type = "float";
  constructor(readonly value: number) {
    super();
  }
  /** As JSON the number is written with its fraction lost. */
  toJSON(): number {
    return this.value;
  }
}

/** A tuple is an array that prints with parentheses. */
export class Tuple extends Array<Value> {}
export const tuple = (...items: Value[]): Tuple => {
  const made = new Tuple();
  for (const item of items) made.push(item);
  return made;
};

/** The pair that `groupby` gives, with names for its halves. */
export class Group extends Tuple {}

/** Text marked safe: joining it to other text by `+` escapes that for HTML. */
export class Markup extends Obj {
  readonly type = "Markup";
  constructor(readonly text: string) {
    super();
  }
}

export class Undefined extends Obj {
  readonly type = "Undefined";
  constructor(readonly message: string) {
    super();
  }
}

export class Fn extends Obj {
  readonly type = "function";
  constructor(
    readonly name: string,
    readonly call: (args: Value[], kwargs: Map<string, Value> | null) => Value,
    readonly attributes: Record<string, Value> = {},
  ) {
    super();
  }
  override attribute(name: string): Value | undefined {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined;
  }
}

/** Something that is gone through once, as Python's generators and iterators. */
export class Iter extends Obj {
  readonly items: Iterator<Value>;
  constructor(
    items: Iterable<Value>,
    readonly type = "generator",
  ) {
    super();
    this.items = items[Symbol.iterator]();
  }
  *[Symbol.iterator](): Generator<Value> {
    for (let next = this.items.next(); !next.done; next = this.items.next()) yield next.value;
  }
}

export class View extends Obj {
  constructor(
    readonly dict: Dict,
    readonly kind: "keys" | "values" | "items",
  ) {
    super();
  }
  get type(): string {
    return `dict_${this.kind}`;
  }
  *[Symbol.iterator](): Generator<Value> {
    if (this.kind === "items") for (const [key, value] of this.dict) yield tuple(key, value);
    else yield* this.dict[this.kind]();
  }
  override repr(): string {
    return `${this.type}(${repr([...this])})`;
  }
}

export class Range extends Obj {
  readonly type = "range";
  readonly length: number;
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {
    super();
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }
  *[Symbol.iterator](): Generator<Value> {
    for (let i = 0; i < this.length; i++) yield this.start + i * this.step;
  }
  override repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1 ? "" : `, ${this.step}`})`;
  }
}

export class Namespace extends Obj {
  readonly type = "Namespace";
  constructor(readonly values: Dict) {
    super();
    for (const name of values.keys()) this.set(name, values.get(name) as Value);
  }
  override attribute(name: string): Value | undefined {
    return this.values.get(name);
  }
  set(name: Value, value: Value): void {
    if (typeof name === "string" && name.startsWith("_")) {
      fail(
        `Chat templates cannot store underscore-prefixed attributes on a namespace, but got ${repr(name)}. Please rename the attribute.`,
      );
    }
    this.values.set(name, value);
  }
  override repr(): string {
    return `<Namespace ${repr(this.values)}>`;
  }
}

const names: Record<string, string> = {
  string: "str",
  boolean: "bool",
  bigint: "int",
};

export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (typeof value !== "object") return names[typeof value] as string;
  if (value instanceof Obj) return value.type;
  return value instanceof Map ? "dict" : value instanceof Tuple ? "tuple" : "list";
}

export const isDict = (value: Value): value is Dict => value instanceof Map;
export const isText = (value: Value): value is string | Markup =>
  typeof value === "string" || value instanceof Markup;
export const isInt = (value: Value | undefined): value is number | bigint | boolean =>
  typeof value === "bigint" || typeof value === "boolean" || Number.isInteger(value);
export const isFloat = (value: Value): value is number | Float =>
  value instanceof Float || (typeof value === "number" && !Number.isInteger(value));
export const isNumber = (value: Value): value is number | bigint | boolean | Float =>
  isInt(value) || isFloat(value);

/** The number, or bigint, of something numeric. */
export const numeric = (value: number | bigint | boolean | Float): number | bigint =>
  typeof value === "boolean" ? +value : value instanceof Float ? value.value : value;
export const float = (value: number): Value => (Number.isInteger(value) ? new Float(value) : value);
export const int = (value: bigint): number | bigint =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;

export function truth(value: Value): boolean {
  if (value === null || typeof value !== "object") return !!value;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Markup) return value.text !== "";
  if (value instanceof Range) return value.length > 0;
  if (value instanceof View) return value.dict.size > 0;
  return !(value instanceof Undefined);
}

export function floatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  let text = String(value);
  if (text.includes("e"))
    text = value.toFixed(-power + (digits.length > 1 ? digits.replace("-", "").length - 2 : 0));
  return text.includes(".") ? text : `${text}.0`;
}

export function intText(value: number | bigint): string {
  const text = String(value);
  if (text.length > 4301) fail("Exceeds the limit (4300 digits) for integer string conversion");
  return text;
}

/** Python's `str`. */
export function str(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return "";
  return repr(value);
}

const escapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\p{C}\p{Z}\\'"]/gu, (c) => {
    if (c === " ") return c;
    if (c === "'" || c === '"') return c === quote ? `\\${c}` : c;
    const code = c.codePointAt(0) as number;
    const hex = code.toString(16);
    return (
      escapes[c] ??
      (code < 256
        ? `\\x${hex.padStart(2, "0")}`
        : code < 65536
          ? `\\u${hex.padStart(4, "0")}`
          : `\\U${hex.padStart(8, "0")}`)
    );
  });
  return quote + body + quote;
}

/** Python's `repr`. */
export function repr(value: Value): string {
  if (typeof value === "string") {
    spendText(value.length);
    return textRepr(value);
  }
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isFloat(value)) return floatRepr(numeric(value) as number);
  if (typeof value !== "object") return intText(value);
  if (value instanceof Markup) return `Markup(${textRepr(value.text)})`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Obj) return value.repr();
  spend(1);
  if (value instanceof Map) {
    const parts: string[] = [];
    for (const [key, item] of value) parts.push(`${repr(key)}: ${repr(item)}`);
    return sized(`{${parts.join(", ")}}`);
  }
  const inner = value.map(repr).join(", ");
  if (!(value instanceof Tuple)) return sized(`[${inner}]`);
  return sized(`(${inner}${value.length === 1 ? "," : ""})`);
}

function sized(text: string): string {
  spendText(text.length);
  return text;
}

/** Python's `==`. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a instanceof Markup) return equal(a.text, b);
  if (b instanceof Markup) return equal(a, b.text);
  if (isNumber(a)) {
    // Loose comparison is exact between numbers and bigints.
    // biome-ignore lint/suspicious/noDoubleEquals: see above
    return isNumber(b) && numeric(a) == numeric(b);
  }
  if (a instanceof Undefined) return b instanceof Undefined;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    if (a instanceof Tuple !== b instanceof Tuple) return false;
    spend(a.length);
    return a.every((item, i) => equal(item, b[i] as Value));
  }
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    spend(a.size);
    for (const [key, item] of a) {
      const other = lookup(b, key);
      if (other === undefined || !equal(item, other)) return false;
    }
    return true;
  }
  return (
    a instanceof Range &&
    b instanceof Range &&
    a.length === b.length &&
    (a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step)))
  );
}

/** Throws unless `key` may be a key of a dict. */
export function hashable(key: Value): void {
  if (key instanceof Map || (Array.isArray(key) && !(key instanceof Tuple))) {
    fail(`unhashable type: '${typeName(key)}'`);
  }
  if (Array.isArray(key)) key.forEach(hashable);
}

/** The key under which `dict` has what Python takes for the same key. */
function sameKey(dict: ReadonlyMap<Value, unknown>, key: Value): Value | undefined {
  if (key instanceof Markup) return dict.has(key.text) ? key.text : undefined;
  if (dict.has(key)) return key;
  if (typeof key === "string" || key === null) return undefined;
  hashable(key);
  for (const other of dict.keys()) {
    spend(1);
    if (typeof other !== "string" && equal(key, other)) return other;
  }
  return undefined;
}

export function lookup<T>(dict: ReadonlyMap<Value, T>, key: Value): T | undefined {
  if (typeof key === "string") return dict.get(key);
  const same = sameKey(dict, key);
  return same === undefined ? undefined : dict.get(same);
}

/** Sets a key as a dict display does: an equal key keeps its first form. */
export function put(dict: Dict, key: Value, value: Value): void {
  dict.set(
    typeof key === "string" ? key : (sameKey(dict, key) ?? (isText(key) ? str(key) : key)),
    value,
  );
}

/** Order by code points, which UTF-16 units don't have. */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  let i = 0;
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === n) return a.length - b.length;
  const rank = (c: number) => (c >= 0xe000 ? c - 0x800 : c >= 0xd800 ? c + 0x2000 : c);
  return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
}

/** Negative, zero or positive as `a` is before, at or after `b`; NaN where neither. */
export function compare(a: Value, b: Value, operator = "<"): number {
  if (isNumber(a) && isNumber(b)) {
    const x = numeric(a);
    const y = numeric(b);
    // biome-ignore lint/suspicious/noDoubleEquals: exact between numbers and bigints
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : Number.NaN;
  }
  if (isText(a) && isText(b)) return compareText(str(a), str(b));
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      spend(1);
      if (!equal(a[i] as Value, b[i] as Value))
        return compare(a[i] as Value, b[i] as Value, operator);
    }
    return a.length - b.length;
  }
  defined(a);
  defined(b);
  fail(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/** Throws what using an undefined value throws. */
export function defined(value: Value): void {
  if (value instanceof Undefined) fail(value.message);
}

const astral = /[\ud800-\udbff][\udc00-\udfff]/;

/** Characters of `text`: itself if each is one UTF-16 unit, else an array. */
export const characters = (text: string): string | string[] =>
  astral.test(text) ? Array.from(text) : text;

export function iterate(value: Value): Iterable<Value> {
  if (typeof value === "string" || Array.isArray(value)) return value;
  if (value instanceof Map) return value.keys();
  if (value instanceof Markup) return value.text;
  if (value instanceof Iter || value instanceof View || value instanceof Range) return value;
  if (value instanceof Undefined) return [];
  fail(`'${typeName(value)}' object is not iterable`);
}

export function list(value: Value): Value[] {
  const items: Value[] = [];
  for (const item of iterate(value)) {
    spend(1);
    items.push(item);
  }
  return items;
}

export function size(value: Value): number | undefined {
  if (isText(value)) {
    const text = str(value);
    spend(text.length >> 4);
    return characters(text).length;
  }
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (value instanceof Range) return value.length;
  if (value instanceof View) return value.dict.size;
  return value instanceof Undefined ? 0 : undefined;
}

export const length = (value: Value): number =>
  size(value) ?? fail(`object of type '${typeName(value)}' has no len()`);

/** An argument that has to be an integer of ordinary size. */
export function index(value: Value | undefined, what = "an integer"): number {
  if (!isInt(value)) {
    if (value !== undefined) defined(value);
    fail(`expected ${what}, found '${value === undefined ? "nothing" : typeName(value)}'`);
  }
  return Number(value);
}

/** Python's `in`. */
export function contains(container: Value, item: Value): boolean {
  if (isText(container)) {
    if (!isText(item)) {
      fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    const text = str(container);
    spend(text.length >> 4);
    return text.includes(str(item));
  }
  if (container instanceof Map) return lookup(container, item) !== undefined;
  if (container instanceof View && container.kind === "keys") {
    return lookup(container.dict, item) !== undefined;
  }
  if (container instanceof Obj && !(container instanceof Undefined)) {
    if (!(Symbol.iterator in container)) {
      fail(`argument of type '${typeName(container)}' is not iterable`);
    }
  } else if (container === null || typeof container !== "object") {
    fail(`argument of type '${typeName(container)}' is not iterable`);
  }
  for (const other of iterate(container)) {
    spend(1);
    if (equal(item, other)) return true;
  }
  return false;
}
