// What `a.b`, `a[b]` and `a[b:c]` mean: attributes before items for a dot, items before
// attributes for brackets, nothing that changes its object, nothing of the host.

import { fail, spend } from "./budget.js";
import { escapeHtml, sliceOf } from "./operators.js";
import { invoke, type Routine, routine, routineTable } from "./signature.js";
import { sliceText, textMethods } from "./text.js";
import {
  characters,
  type Dict,
  defined,
  equal,
  Fn,
  Group,
  hashable,
  isInt,
  isText,
  iterate,
  list,
  lookup,
  Markup,
  Obj,
  Range,
  repr,
  str,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "./values.js";

const textRoutines = textMethods((object, key, attribute) =>
  attribute ? getAttribute(object, key) : getItem(object, /^\d+$/.test(key) ? Number(key) : key),
);

const dictRoutines = routineTable({
  get: routine(1, 2, (self, [key, otherwise = null]) => {
    const found = lookup(self as Dict, key as Value);
    return found === undefined ? otherwise : found;
  }),
  items: routine(0, 0, (self) => new View(self as Dict, "items")),
  keys: routine(0, 0, (self) => new View(self as Dict, "keys")),
  values: routine(0, 0, (self) => new View(self as Dict, "values")),
  copy: routine(0, 0, (self) => new Map(self as Dict)),
  fromkeys: routine(
    1,
    2,
    (_, [keys, value]) => new Map(list(keys as Value).map((k) => [k, value ?? null])),
  ),
});

const listRoutines = routineTable({
  count: routine(
    1,
    1,
    (self, [item]) => (self as Value[]).filter((other) => equal(other, item as Value)).length,
  ),
  index: routine(1, 3, (self, [item, from, to]) => {
    const items = self as Value[];
    const { start, count } = sliceOf(items.length, [from, to]);
    for (let i = start; i < start + count; i++)
      if (equal(items[i] as Value, item as Value)) return i;
    fail(`${repr(item as Value)} is not in list`);
  }),
  copy: routine(0, 0, (self) => (self as Value[]).slice()),
});

/** Attributes that Python's objects have and a sandbox hides. */
const hidden = new Set(
  "class contains delattr delitem dir doc eq format ge getattribute getitem getstate gt hash init init_subclass ior iter le len lt ne new or reduce reduce_ex repr reversed ror setattr setitem sizeof str subclasshook class_getitem add mul rmul mod iadd imul".split(
    " ",
  ),
);
const mutators = new Set(
  "append clear pop popitem setdefault update reverse insert sort extend remove".split(" "),
);
const ofDict = new Set("clear pop popitem setdefault update".split(" "));

const unsafe = (object: Value, name: string): Undefined =>
  new Undefined(`access to attribute '${name}' of '${typeName(object)}' object is unsafe.`);

function routines(object: Value): ReadonlyMap<string, Routine> | undefined {
  if (isText(object)) return textRoutines;
  if (object instanceof Map) return dictRoutines;
  return Array.isArray(object) ? listRoutines : undefined;
}

/** The method that `object.name` is, if it is one; used to call it without making an object of it. */
export function methodOf(object: Value, name: string): Routine | undefined {
  const method = routines(object)?.get(name);
  return method && name === "copy" && object instanceof Tuple ? undefined : method;
}

export function callMethod(
  name: string,
  method: Routine,
  self: Value,
  args: Value[],
  kwargs: Map<string, Value> | null,
): Value {
  spend(1);
  if (!(self instanceof Markup)) return invoke(name, method, self, args, kwargs);
  const safe = (value: Value): Value => (isText(value) ? escapeHtml(value) : value);
  let given = args;
  if (name === "format") given = args.map(safe);
  else if (name === "join" && args[0] !== undefined) given = [list(args[0]).map(safe)];
  else if (name === "replace") given = args.map((arg, i) => (i === 1 ? safe(arg) : arg));
  const named = kwargs && new Map(Array.from(kwargs, ([key, value]) => [key, safe(value)]));
  const mark = (value: Value): Value =>
    typeof value === "string"
      ? new Markup(value)
      : Array.isArray(value)
        ? value instanceof Tuple
          ? Tuple.from(value, mark)
          : value.map(mark)
        : value;
  return mark(invoke(name, method, self.text, given, named));
}

function attribute(object: Value, name: string): Value | undefined {
  if (name.startsWith("__") && name.endsWith("__") && hidden.has(name.slice(2, -2))) {
    if (!(object instanceof Undefined)) return unsafe(object, name);
  }
  const method = methodOf(object, name);
  if (method) return new Fn(name, (args, kwargs) => callMethod(name, method, object, args, kwargs));
  if (object instanceof Map) return ofDict.has(name) ? unsafe(object, name) : undefined;
  if (Array.isArray(object)) {
    if (object instanceof Group && (name === "grouper" || name === "list"))
      return object[name === "list" ? 1 : 0];
    return mutators.has(name) && !(object instanceof Tuple) && !ofDictOnly.has(name)
      ? unsafe(object, name)
      : undefined;
  }
  return object instanceof Obj ? object.attribute(name) : undefined;
}
const ofDictOnly = new Set(["popitem", "setdefault", "update"]);

/** The element at a key, or undefined where Python raises KeyError, IndexError or TypeError. */
function item(object: Value, key: Value): Value | undefined {
  if (object instanceof Map) {
    if (typeof key === "string") return object.get(key);
    try {
      hashable(key);
    } catch {
      return undefined;
    }
    return lookup(object, key);
  }
  if (!isInt(key)) return undefined;
  const at = Number(key);
  if (Array.isArray(object)) return object[at < 0 ? at + object.length : at];
  if (isText(object)) {
    const chars = characters(str(object));
    const char = chars[at < 0 ? at + chars.length : at];
    return char !== undefined && object instanceof Markup ? new Markup(char) : char;
  }
  if (object instanceof Range) {
    const i = at < 0 ? at + object.length : at;
    return i >= 0 && i < object.length ? object.start + i * object.step : undefined;
  }
  return undefined;
}

function missing(object: Value, key: Value): Undefined {
  const owner = object === null ? "None" : `${typeName(object)} object`;
  return new Undefined(
    typeof key === "string"
      ? `'${owner}' has no attribute ${repr(key)}`
      : `${owner} has no element ${repr(key)}`,
  );
}

export function getAttribute(object: Value, name: string): Value {
  if (object instanceof Map) {
    // Most of what templates read; a method's name hides a key's.
    const found = object.get(name);
    if (
      found !== undefined &&
      !dictRoutines.has(name) &&
      !ofDict.has(name) &&
      !name.startsWith("__")
    )
      return found;
  }
  defined(object);
  let found = attribute(object, name);
  if (found === undefined) found = item(object, name);
  return found === undefined ? missing(object, name) : found;
}

export function getItem(object: Value, key: Value): Value {
  defined(object);
  let found = item(object, key);
  if (found === undefined && isText(key)) found = attribute(object, str(key));
  return found === undefined ? missing(object, key) : found;
}

export function getSlice(object: Value, parts: readonly Value[]): Value {
  if (typeof object === "string") return sliceText(object, parts);
  if (object instanceof Markup) return new Markup(sliceText(object.text, parts));
  if (!Array.isArray(object) && !(object instanceof Range)) {
    defined(object);
    fail(
      object instanceof Map
        ? "unhashable type: 'slice'"
        : `'${typeName(object)}' object is not subscriptable`,
    );
  }
  const { start, step, count } = sliceOf(object.length, parts);
  if (object instanceof Range) {
    const from = object.start + start * object.step;
    return new Range(from, from + count * step * object.step, step * object.step);
  }
  spend(count);
  const made: Value[] = object instanceof Tuple ? new Tuple() : [];
  for (let i = 0; i < count; i++) made.push(object[start + i * step] as Value);
  return made;
}

/** Calls what a template takes for callable. */
export function call(callee: Value, args: Value[], kwargs: Map<string, Value> | null): Value {
  spend(1);
  if (callee instanceof Fn) return callee.call(args, kwargs);
  defined(callee);
  fail(`'${typeName(callee)}' object is not callable`);
}

export const reversed = (value: Value): Value[] => {
  if (typeof value === "object" && value !== null && !(value instanceof Obj))
    return list(value).reverse();
  if (value instanceof Range || value instanceof View) return list(value).reverse();
  if (isText(value)) return [...iterate(value)].reverse();
  if (value instanceof Undefined) return [];
  fail(`'${typeName(value)}' object is not reversible`);
};
