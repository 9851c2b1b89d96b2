// Filters that order, group and cut lists.

import { getItem } from "./access.js";
import { fail, spend } from "./budget.js";
import type { Given } from "./signature.js";
import {
  compare,
  type Dict,
  equal,
  Group,
  hashable,
  index,
  isText,
  iterate,
  list,
  lookup,
  str,
  truth,
  Undefined,
  type Value,
} from "./values.js";

export const given = (value: Value | undefined): value is Value =>
  value !== undefined && value !== null;
export const flag = (value: Value | undefined): boolean => value !== undefined && truth(value);

export const folded = (value: Value): Value => (isText(value) ? str(value).toLowerCase() : value);

/** `a.b.0` as a function of an item. */
export function getter(attribute: Value | undefined, otherwise?: Value): (item: Value) => Value {
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

export const sortKey = (
  attribute: Value | undefined,
  sensitive: Value | undefined,
  otherwise?: Value,
) => {
  const get = getter(attribute, otherwise);
  return flag(sensitive) ? get : (item: Value) => folded(get(item));
};

export function extreme(items: Value, [sensitive, attribute]: Given, sign: number): Value {
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

export function* unique(items: Value, [sensitive, attribute]: Given): Generator<Value> {
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

export function groupBy(items: Value, [attribute, otherwise, sensitive]: Given): Value {
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

export function* batch(items: Value, [count, fill]: Given): Generator<Value> {
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

export function* slices(value: Value, [count, fill]: Given): Generator<Value> {
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
