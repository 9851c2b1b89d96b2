// The filters of Jinja, with `tojson` as Hugging Face's templates expect it. Left out are
// those that make HTML or chance: urlize, xmlattr, pprint, random, filesizeformat.

import { getAttribute, getItem, reversed } from "./access.js";
import { fail, spend, spendText } from "./budget.js";
import { percent } from "./format.js";
import { dumps } from "./json.js";
import { add, arithmetic, escapeHtml } from "./operators.js";
import { type Given, invoke, type Routine, routine } from "./signature.js";
import { makeTests } from "./tests.js";
import { center, join, replace, splitLines, strip, text, titleCase } from "./text.js";
import {
  characters,
  compare,
  type Dict,
  equal,
  Float,
  float,
  Group,
  hashable,
  Iter,
  index,
  int,
  isInt,
  isNumber,
  isText,
  iterate,
  length,
  list,
  lookup,
  Markup,
  numeric,
  repr,
  str,
  truth,
  tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.js";

const given = (value: Value | undefined): value is Value => value !== undefined && value !== null;
const flag = (value: Value | undefined): boolean => value !== undefined && truth(value);

/** Text, with numbers and the like turned into it; marked text stays marked. */
const onText = (value: Value, run: (text: string) => string): Value =>
  value instanceof Markup ? new Markup(run(value.text)) : run(str(value));
const folded = (value: Value): Value => (isText(value) ? str(value).toLowerCase() : value);

/** `a.b.0` as a function of an item. */
function getter(attribute: Value | undefined, otherwise?: Value): (item: Value) => Value {
  if (!given(attribute)) return (item) => item;
  const parts: Value[] = isText(attribute)
    ? str(attribute)
        .split(".")
        .map((p) => (/^\d+$/.test(p) ? Number(p) : p))
    : [attribute];
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = getItem(value, part);
      if (value instanceof Undefined && given(otherwise)) value = otherwise;
    }
    return value;
  };
}

/** Stable, descending order included, by keys that are worked out once. */
export function sort(items: Value[], key: (item: Value) => Value, descending: boolean): Value[] {
  spend(items.length * 4);
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => {
    spend(1);
    if (compare(a.key, b.key) < 0) return descending ? 1 : -1;
    return compare(b.key, a.key) < 0 ? (descending ? -1 : 1) : 0;
  });
  return keyed.map(({ item }) => item);
}

const sortKey = (attribute: Value | undefined, sensitive: Value | undefined, otherwise?: Value) => {
  const get = getter(attribute, otherwise);
  return flag(sensitive) ? get : (item: Value) => folded(get(item));
};

function extreme(items: Value, [sensitive, attribute]: Given, sign: number): Value {
  const key = sortKey(attribute, sensitive);
  let best: Value | undefined;
  let bestKey: Value = null;
  for (const item of iterate(items)) {
    spend(1);
    const itemKey = key(item);
    if (best === undefined || sign * compare(itemKey, bestKey, sign > 0 ? ">" : "<") > 0) {
      best = item;
      bestKey = itemKey;
    }
  }
  return best === undefined ? new Undefined("No aggregated item, sequence was empty.") : best;
}

function* choose(
  items: Value,
  args: Value[],
  kwargs: Map<string, Value> | null,
  wanted: boolean,
  byAttribute: boolean,
) {
  if (!truth(items)) return;
  const rest = args.slice(byAttribute ? 1 : 0);
  if (byAttribute && args.length === 0) fail("Missing parameter for attribute name");
  const get = byAttribute ? getter(args[0]) : (item: Value) => item;
  const [name, ...more] = rest;
  const test = name === undefined ? undefined : named(tests, "test", name);
  for (const item of iterate(items)) {
    spend(1);
    const value = get(item);
    const holds = test
      ? truth(invoke(str(name as Value), test, value, more, kwargs))
      : truth(value);
    if (holds === wanted) yield item;
  }
}
const chooser = (wanted: boolean, byAttribute: boolean): Routine =>
  routine(
    0,
    "*",
    (items, args, kwargs) => new Iter(choose(items, args as Value[], kwargs, wanted, byAttribute)),
  );

function* map(items: Value, args: Value[], kwargs: Map<string, Value> | null): Generator<Value> {
  if (!truth(items)) return;
  const [name, ...rest] = args;
  let run: (item: Value) => Value;
  if (name === undefined) {
    if (!kwargs?.has("attribute")) fail("map requires a filter argument");
    for (const key of kwargs.keys()) {
      if (key !== "attribute" && key !== "default") fail(`Unexpected keyword argument '${key}'`);
    }
    run = getter(kwargs.get("attribute"), kwargs.get("default"));
  } else {
    const filter = named(filters, "filter", name);
    run = (item) => invoke(str(name), filter, item, rest, kwargs);
  }
  for (const item of iterate(items)) {
    spend(1);
    yield run(item);
  }
}

function named(table: ReadonlyMap<string, Routine>, kind: string, name: Value): Routine {
  return (
    lookup(table as ReadonlyMap<Value, Routine>, name) ?? fail(`No ${kind} named ${repr(name)}.`)
  );
}

function* unique(items: Value, [sensitive, attribute]: Given): Generator<Value> {
  const seen: Dict = new Map();
  const key = sortKey(attribute, sensitive);
  for (const item of iterate(items)) {
    spend(1);
    const itemKey = key(item);
    hashable(itemKey);
    if (lookup(seen, itemKey) !== undefined) continue;
    seen.set(isText(itemKey) ? str(itemKey) : itemKey, true);
    yield item;
  }
}

function groupBy(items: Value, [attribute, otherwise, sensitive]: Given): Value {
  const key = sortKey(attribute, sensitive, otherwise);
  const groups: Group[] = [];
  let last: Value | undefined;
  for (const item of sort(list(items), key, false)) {
    const itemKey = key(item);
    if (last !== undefined && equal(last, itemKey))
      ((groups.at(-1) as Group)[1] as Value[]).push(item);
    else {
      const group = new Group();
      group.push(flag(sensitive) ? itemKey : getter(attribute, otherwise)(item), [item]);
      groups.push(group);
    }
    last = itemKey;
  }
  return groups;
}

function* batch(items: Value, [count, fill]: Given): Generator<Value> {
  const size = index(count);
  let part: Value[] = [];
  for (const item of iterate(items)) {
    spend(1);
    if (part.length === size) {
      yield part;
      part = [];
    }
    part.push(item);
  }
  if (part.length === 0) return;
  if (given(fill)) {
    spend(Math.max(0, size - part.length));
    while (part.length < size) part.push(fill);
  }
  yield part;
}

function* slices(value: Value, [count, fill]: Given): Generator<Value> {
  const items = list(value);
  const n = index(count);
  if (n === 0) fail("integer division or modulo by zero");
  spend(Math.max(0, n));
  const each = Math.floor(items.length / n);
  const extra = items.length % n;
  for (let i = 0, at = 0; i < n; i++) {
    const part = items.slice(at, at + each + (i < extra ? 1 : 0));
    at += part.length;
    if (given(fill) && i >= extra) part.push(fill);
    yield part;
  }
}

const numberText =
  /^[+-]?(?:(?:\d+_)*\d+(?:\.(?:(?:\d+_)*\d+)?)?|\.(?:\d+_)*\d+)(?:[eE][+-]?\d+)?$/;

/** Python's `float(x)`, or undefined where that raises TypeError or ValueError. */
function toFloat(value: Value): number | undefined {
  if (isNumber(value)) return Number(numeric(value));
  if (!isText(value)) return undefined;
  const trimmed = strip(str(value), null, 3);
  if (numberText.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const word = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(trimmed);
  return word ? (word[2] ? Number(`${word[1]}Infinity`) : Number.NaN) : undefined;
}

function toInt(value: Value, base: number): Value | undefined {
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

function round(value: Value, [precision, method]: Given): Value {
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

function toJson(value: Value, [ascii, indent, separators, sorted]: Given): Value {
  let unit: string | null = null;
  if (given(indent)) {
    const width = isText(indent) ? 0 : Math.max(0, index(indent));
    spendText(width);
    unit = isText(indent) ? str(indent) : " ".repeat(width);
  }
  let comma = unit === null ? ", " : ",";
  let colon = ": ";
  if (given(separators)) {
    const pair = list(separators);
    if (pair.length !== 2) fail(`expected 2 separators, found ${pair.length}`);
    [comma, colon] = [text(pair[0]), text(pair[1])];
  }
  return dumps(value, { ascii: flag(ascii), indent: unit, comma, colon, sorted: flag(sorted) });
}

function indent(value: Value, [width, first, blank]: Given): Value {
  if (!isText(value)) {
    fail(`unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
  }
  const size = given(width) && !isText(width) ? Math.max(0, index(width)) : 4;
  spendText(size);
  const unit = given(width) && isText(width) ? str(width) : " ".repeat(size);
  return onText(value, (s) => {
    const lines = splitLines(`${s}\n`);
    spendText(s.length + lines.length * unit.length);
    const made = lines
      .map((line, i) => (i === 0 || (!line && !flag(blank)) ? line : unit + line))
      .join("\n");
    return flag(first) ? unit + made : made;
  });
}

function truncate(value: Value, [most, kill, end, leeway]: Given): Value {
  const size = most === undefined ? 255 : index(most);
  const tail = end === undefined ? "..." : text(end);
  const room = given(leeway) ? index(leeway) : 5;
  const chars = characters(text(value));
  const keep = size - characters(tail).length;
  if (keep < 0) fail(`expected length >= ${characters(tail).length}, got ${size}`);
  if (chars.length <= size + room) return value;
  const cut = chars.slice(0, keep);
  const part = typeof cut === "string" ? cut : cut.join("");
  const space = flag(kill) ? -1 : part.lastIndexOf(" ");
  return (space < 0 ? part : part.slice(0, space)) + tail;
}

function quoteUrl(value: Value, query: boolean): string {
  const body = str(value);
  spendText(body.length * 3);
  const made = encodeURIComponent(
    body.replace(
      /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    ),
  ).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return query ? made.replaceAll("%20", "+") : made.replaceAll("%2F", "/");
}

function urlEncode(value: Value): Value {
  if (isText(value) || !(value instanceof Map || Array.isArray(value)))
    return quoteUrl(value, false);
  const pairs = value instanceof Map ? [...value] : value.map(list);
  return pairs
    .map(([k, v]) => `${quoteUrl(k as Value, true)}=${quoteUrl(v as Value, true)}`)
    .join("&");
}

function dictSort(value: Value, [sensitive, by, descending]: Given): Value {
  const half = by === undefined ? "key" : str(by);
  if (half !== "key" && half !== "value") fail('You can only sort by either "key" or "value"');
  if (!(value instanceof Map)) fail(`'${typeName(value)}' object has no attribute 'items'`);
  const key = (pair: Value): Value => (pair as Value[])[half === "key" ? 0 : 1] as Value;
  return sort(
    Array.from(value, ([k, v]) => tuple(k, v)),
    flag(sensitive) ? key : (pair) => folded(key(pair)),
    flag(descending),
  );
}

/** Filters that are generators refuse their input only once something is taken from them. */
function* refusing(): Generator<Value> {
  yield fail("Can only get item pairs from a mapping.");
}

const otherwise = routine(0, "default_value boolean", (value, [fallback = "", boolean]) =>
  value instanceof Undefined || (flag(boolean) && !truth(value)) ? fallback : value,
);
const escaping = routine(0, 0, (value) => new Markup(escapeHtml(value)));
const count = routine(0, 0, length);

export const filters: ReadonlyMap<string, Routine> = new Map<string, Routine>([
  [
    "abs",
    routine(0, 0, (v) => {
      if (!isNumber(v)) fail(`bad operand type for abs(): '${typeName(v)}'`);
      return compare(v, 0) < 0 ? arithmetic("-", 0, v) : isInt(v) ? numeric(v) : v;
    }),
  ],
  [
    "attr",
    routine(1, "name", (v, [name]) => {
      const found = getAttribute(v, text(name));
      return v instanceof Map && v.has(name as Value) && found === v.get(name as Value)
        ? new Undefined(`'dict object' has no attribute ${repr(name as Value)}`)
        : found;
    }),
  ],
  ["batch", routine(1, "linecount fill_with", (v, args) => new Iter(batch(v, args)))],
  [
    "capitalize",
    routine(0, 0, (v) =>
      onText(v, (s) => {
        const [first = ""] = s;
        return titleCase(first) + s.slice(first.length).toLowerCase();
      }),
    ),
  ],
  ["center", routine(0, "width", (v, [width = 80]) => onText(v, (s) => center(s, [width])))],
  ["count", count],
  ["d", otherwise],
  ["default", otherwise],
  ["dictsort", routine(0, "case_sensitive by reverse", dictSort)],
  ["e", escaping],
  ["escape", escaping],
  [
    "first",
    routine(0, 0, (v) => {
      for (const item of iterate(v)) return item;
      return new Undefined("No first item, sequence was empty.");
    }),
  ],
  [
    "float",
    routine(0, "default", (v, [fallback = new Float(0)]) => {
      const x = toFloat(v);
      return x === undefined ? fallback : float(x);
    }),
  ],
  ["forceescape", routine(0, 0, (v) => new Markup(escapeHtml(str(v))))],
  [
    "format",
    routine(0, "*", (v, args, kwargs) => {
      if (args.length > 0 && kwargs?.size)
        fail("can't handle positional and keyword arguments at the same time");
      return onText(v, (s) =>
        percent(
          s,
          kwargs?.size ? new Map(kwargs) : tuple(...(args as Value[])),
          v instanceof Markup ? escapeHtml : str,
        ),
      );
    }),
  ],
  ["groupby", routine(1, "attribute default case_sensitive", groupBy)],
  ["indent", routine(0, "width first blank", indent)],
  [
    "int",
    routine(0, "default base", (v, [fallback = 0, base = 10]) => toInt(v, index(base)) ?? fallback),
  ],
  [
    "items",
    routine(0, 0, (v) => {
      if (v instanceof Undefined) return new Iter([]);
      if (!(v instanceof Map)) return new Iter(refusing());
      return new Iter(Array.from(v, ([key, value]) => tuple(key, value)));
    }),
  ],
  [
    "join",
    routine(0, "d attribute", (v, [separator = "", attribute]) => {
      const get = getter(attribute);
      return join(str(separator), v, (item) => str(get(item)));
    }),
  ],
  [
    "last",
    routine(0, 0, (v) => {
      const [last] = reversed(v);
      return last === undefined ? new Undefined("No last item, sequence was empty.") : last;
    }),
  ],
  ["length", count],
  ["list", routine(0, 0, list)],
  ["lower", routine(0, 0, (v) => onText(v, (s) => s.toLowerCase()))],
  ["map", routine(0, "*", (v, args, kwargs) => new Iter(map(v, args as Value[], kwargs)))],
  ["max", routine(0, "case_sensitive attribute", (v, args) => extreme(v, args, 1))],
  ["min", routine(0, "case_sensitive attribute", (v, args) => extreme(v, args, -1))],
  ["reject", chooser(false, false)],
  ["rejectattr", chooser(false, true)],
  [
    "replace",
    routine(2, "old new count", (v, [from, to, most]) =>
      replace(str(v), str(from as Value), str(to as Value), given(most) ? index(most) : -1),
    ),
  ],
  [
    "reverse",
    routine(0, 0, (v) => {
      if (isText(v)) return onText(v, (s) => [...s].reverse().join(""));
      return v instanceof Iter ? list(v).reverse() : new Iter(reversed(v), "list_reverseiterator");
    }),
  ],
  ["round", routine(0, "precision method", round)],
  ["safe", routine(0, 0, (v) => new Markup(str(v)))],
  ["select", chooser(true, false)],
  ["selectattr", chooser(true, true)],
  ["slice", routine(1, "slices fill_with", (v, args) => new Iter(slices(v, args)))],
  [
    "sort",
    routine(0, "reverse case_sensitive attribute", (v, [descending, sensitive, attribute]) => {
      const names: Value[] =
        given(attribute) && isText(attribute) ? str(attribute).split(",") : [attribute ?? null];
      const keys = names.map((name) => sortKey(name, sensitive));
      return sort(list(v), (item) => keys.map((key) => key(item)), flag(descending));
    }),
  ],
  ["string", routine(0, 0, (v) => (v instanceof Markup ? v : str(v)))],
  [
    "striptags",
    routine(0, 0, (v) => {
      const plain = str(v).replace(/<!--.*?-->|<[^>]*>/gs, "");
      return strip(plain, null, 3)
        .replace(/\s+/g, " ")
        .replace(
          /&(?:lt|gt|amp|quot|#39|#34);/g,
          (e) => ({ "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#39;": "'" })[e] ?? '"',
        );
    }),
  ],
  [
    "sum",
    routine(0, "attribute start", (v, [attribute, start = 0]) => {
      const get = getter(attribute);
      if (isText(start)) fail("sum() can't sum strings [use ''.join(seq) instead]");
      let total: Value = start;
      for (const item of iterate(v)) total = add(total, get(item));
      return total;
    }),
  ],
  [
    "title",
    routine(0, 0, (v) =>
      onText(v, (s) =>
        s
          .split(/([-\s({[<]+)/)
          .map((part) => {
            const [first = ""] = part;
            return first.toUpperCase() + part.slice(first.length).toLowerCase();
          })
          .join(""),
      ),
    ),
  ],
  ["tojson", routine(0, "ensure_ascii indent separators sort_keys", toJson)],
  ["trim", routine(0, "chars", (v, [chars]) => onText(v, (s) => strip(s, chars, 3)))],
  ["truncate", routine(0, "length killwords end leeway", truncate)],
  ["unique", routine(0, "case_sensitive attribute", (v, args) => new Iter(unique(v, args)))],
  ["upper", routine(0, 0, (v) => onText(v, (s) => s.toUpperCase()))],
  ["urlencode", routine(0, 0, urlEncode)],
  ["wordcount", routine(0, 0, (v) => str(v).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
]);

export const tests: ReadonlyMap<string, Routine> = makeTests(filters);
