// The filters of Jinja, with `tojson` as Hugging Face's templates expect it. Left out are
// those that make HTML or chance: urlize, xmlattr, pprint, random, filesizeformat.

import { getAttribute, reversed } from "./access.js";
import { fail, spend, spendText } from "./budget.js";
import { percent } from "./format.js";
import { dumps } from "./json.js";
import { add, arithmetic, escapeHtml } from "./operators.js";
import { round, toFloat, toInt } from "./rounding.js";
import {
  batch,
  extreme,
  flag,
  folded,
  getter,
  given,
  groupBy,
  slices,
  sort,
  sortKey,
  unique,
} from "./sequences.js";
import { type Given, invoke, type Routine, routine, routineTable } from "./signature.js";
import { makeTests } from "./tests.js";
import { capitalize, center, join, replace, sliceText, splitLines, strip, text } from "./text.js";
import {
  compare,
  Float,
  float,
  Iter,
  index,
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

/** Text, with numbers and the like turned into it; marked text stays marked. */
const onText = (value: Value, run: (text: string) => string): Value =>
  value instanceof Markup ? new Markup(run(value.text)) : run(str(value));
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
  const keep = size - length(tail);
  if (keep < 0) fail(`expected length >= ${length(tail)}, got ${size}`);
  if (length(value) <= size + (given(leeway) ? index(leeway) : 5)) return value;
  const part = sliceText(text(value), [null, keep]);
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
  const iterable = Array.isArray(value) || (value instanceof Object && Symbol.iterator in value);
  if (!iterable) return quoteUrl(value, false);
  const pairs = value instanceof Map ? [...value] : list(value).map(list);
  return pairs
    .map(([key, item, ...more]) => {
      if (key === undefined || item === undefined || more.length > 0)
        fail("expected pairs to encode");
      return `${quoteUrl(key, true)}=${quoteUrl(item, true)}`;
    })
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

export const filters: ReadonlyMap<string, Routine> = routineTable({
  abs: routine(0, 0, (v) => {
    if (!isNumber(v)) fail(`bad operand type for abs(): '${typeName(v)}'`);
    return compare(v, 0) < 0 ? arithmetic("-", 0, v) : isInt(v) ? numeric(v) : v;
  }),
  attr: routine(1, "name", (v, [name]) => {
    const found = getAttribute(v, text(name));
    return v instanceof Map && v.has(name as Value) && found === v.get(name as Value)
      ? new Undefined(`'dict object' has no attribute ${repr(name as Value)}`)
      : found;
  }),
  batch: routine(1, "linecount fill_with", (v, args) => new Iter(batch(v, args))),
  capitalize: routine(0, 0, (v) => onText(v, capitalize)),
  center: routine(0, "width", (v, [width = 80]) => onText(v, (s) => center(s, [width]))),
  count: count,
  d: otherwise,
  default: otherwise,
  dictsort: routine(0, "case_sensitive by reverse", dictSort),
  e: escaping,
  escape: escaping,
  first: routine(0, 0, (v) => {
    for (const item of iterate(v)) return item;
    return new Undefined("No first item, sequence was empty.");
  }),
  float: routine(0, "default", (v, [fallback = new Float(0)]) => {
    const x = toFloat(v);
    return x === undefined ? fallback : float(x);
  }),
  forceescape: routine(0, 0, (v) => new Markup(escapeHtml(str(v)))),
  format: routine(0, "*", (v, args, kwargs) => {
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
  groupby: routine(1, "attribute default case_sensitive", groupBy),
  indent: routine(0, "width first blank", indent),
  int: routine(
    0,
    "default base",
    (v, [fallback = 0, base = 10]) => toInt(v, index(base)) ?? fallback,
  ),
  items: routine(0, 0, (v) => {
    if (v instanceof Undefined) return new Iter([]);
    if (!(v instanceof Map)) return new Iter(refusing());
    return new Iter(Array.from(v, ([key, value]) => tuple(key, value)));
  }),
  join: routine(0, "d attribute", (v, [separator = "", attribute]) => {
    const get = getter(attribute);
    return join(str(separator), v, (item) => str(get(item)));
  }),
  last: routine(0, 0, (v) => {
    const [last] = reversed(v);
    return last === undefined ? new Undefined("No last item, sequence was empty.") : last;
  }),
  length: count,
  list: routine(0, 0, list),
  lower: routine(0, 0, (v) => onText(v, (s) => s.toLowerCase())),
  map: routine(0, "*", (v, args, kwargs) => new Iter(map(v, args as Value[], kwargs))),
  max: routine(0, "case_sensitive attribute", (v, args) => extreme(v, args, 1)),
  min: routine(0, "case_sensitive attribute", (v, args) => extreme(v, args, -1)),
  reject: chooser(false, false),
  rejectattr: chooser(false, true),
  replace: routine(2, "old new count", (v, [from, to, most]) =>
    replace(str(v), str(from as Value), str(to as Value), given(most) ? index(most) : -1),
  ),
  reverse: routine(0, 0, (v) => {
    if (isText(v)) return onText(v, (s) => [...s].reverse().join(""));
    return v instanceof Iter ? list(v).reverse() : new Iter(reversed(v), "list_reverseiterator");
  }),
  round: routine(0, "precision method", round),
  safe: routine(0, 0, (v) => new Markup(str(v))),
  select: chooser(true, false),
  selectattr: chooser(true, true),
  slice: routine(1, "slices fill_with", (v, args) => new Iter(slices(v, args))),
  sort: routine(0, "reverse case_sensitive attribute", (v, [descending, sensitive, attribute]) => {
    const names: Value[] =
      given(attribute) && isText(attribute) ? str(attribute).split(",") : [attribute ?? null];
    const keys = names.map((name) => sortKey(name, sensitive));
    return sort(list(v), (item) => keys.map((key) => key(item)), flag(descending));
  }),
  string: routine(0, 0, (v) => (v instanceof Markup ? v : str(v))),
  striptags: routine(0, 0, (v) => {
    const plain = str(v).replace(/<!--.*?-->|<[^>]*>/gs, "");
    return strip(plain, null, 3)
      .replace(/\s+/g, " ")
      .replace(
        /&(?:lt|gt|amp|quot|#39|#34);/g,
        (e) => ({ "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#39;": "'" })[e] ?? '"',
      );
  }),
  sum: routine(0, "attribute start", (v, [attribute, start = 0]) => {
    const get = getter(attribute);
    if (isText(start)) fail("sum() can't sum strings [use ''.join(seq) instead]");
    let total: Value = start;
    for (const item of iterate(v)) total = add(total, get(item));
    return total;
  }),
  title: routine(0, 0, (v) =>
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
  tojson: routine(0, "ensure_ascii indent separators sort_keys", toJson),
  trim: routine(0, "chars", (v, [chars]) => onText(v, (s) => strip(s, chars, 3))),
  truncate: routine(0, "length killwords end leeway", truncate),
  unique: routine(0, "case_sensitive attribute", (v, args) => new Iter(unique(v, args))),
  upper: routine(0, 0, (v) => onText(v, (s) => s.toUpperCase())),
  urlencode: routine(0, 0, urlEncode),
  wordcount: routine(0, 0, (v) => str(v).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
});

export const tests: ReadonlyMap<string, Routine> = makeTests(filters);
