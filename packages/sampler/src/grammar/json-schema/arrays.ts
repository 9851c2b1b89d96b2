// Arrays as JSON text.

import { SamplerError } from "../../errors.js";
import {
  EMPTY,
  type Expression,
  type GraphEdge,
  literal,
  NOTHING,
  optional,
  repeat,
  sequence,
} from "../rules/expression.js";
import type { Branch, Conjunction, Contains, Literal } from "./branch.js";
import type { ValueWriter } from "./value-writer.js";

const MAX_CONTAINS = 6;

export function arrayExpression(branch: Branch, values: ValueWriter): Expression {
  const { minItems, maxItems, unique } = branch;
  if (minItems > maxItems) return NOTHING;
  if (unique !== undefined && maxItems > 1) {
    throw new SamplerError("ERR_UNSUPPORTED", `${unique}: distinct items aren't supported`);
  }
  const prefix = Math.max(0, ...branch.arrays.map((shape) => shape.prefix.length));
  const at = (index: number): Conjunction =>
    branch.arrays.flatMap((shape) => shape.prefix[index] ?? shape.rest ?? []);
  const body =
    branch.contains.length > 0
      ? counted(branch, prefix, at, values)
      : listed(branch, prefix, at, values);
  return sequence(literal("["), values.space, body, literal("]"));
}

/** Items without any to be counted. Space follows each item. */
function listed(
  { minItems, maxItems }: Branch,
  prefix: number,
  at: (index: number) => Conjunction,
  values: ValueWriter,
): Expression {
  if (maxItems === 0) return EMPTY;
  const item = (index: number) => sequence(values.value(at(index)), values.space);
  const next = (index: number) => sequence(values.comma, item(index));
  const last = Math.min(prefix, maxItems);
  const more = Math.max(0, minItems - Math.max(1, prefix));
  let rest =
    maxItems > Math.max(1, prefix)
      ? repeat(next(prefix), more, maxItems - Math.max(1, prefix))
      : EMPTY;
  for (let index = last - 1; index >= 1; index--) {
    const all = sequence(next(index), rest);
    rest = index < minItems ? all : optional(all);
  }
  const all = sequence(item(0), rest);
  return minItems > 0 ? all : optional(all);
}

/** Items as a graph whose places know how many there were, and how many of them count. */
function counted(
  { minItems, maxItems, contains }: Branch,
  prefix: number,
  at: (index: number) => Conjunction,
  values: ValueWriter,
): Expression {
  if (contains.length > MAX_CONTAINS) {
    const { pointer } = (contains[0] as Contains).literal.node;
    throw new SamplerError(
      "ERR_LIMIT",
      `${pointer}: more than ${MAX_CONTAINS} contains in one place`,
    );
  }
  // Beyond these nothing changes any more.
  const lengthCap =
    maxItems === Number.POSITIVE_INFINITY
      ? Math.max(minItems, prefix, 1, ...contains.map(({ from }) => from))
      : maxItems;
  const countCaps = contains.map(({ min, max }) => (max === Number.POSITIVE_INFINITY ? min : max));
  const places = new Map<string, number>();
  const states: { length: number; counts: readonly number[] }[] = [];
  const placeOf = (length: number, counts: readonly number[]) => {
    const key = `${length} ${counts.join()}`;
    let place = places.get(key);
    if (place === undefined) {
      place = states.push({ length, counts }) - 1;
      places.set(key, place);
    }
    return place;
  };
  const edges: GraphEdge[] = [];
  placeOf(
    0,
    contains.map(() => 0),
  );
  for (let from = 0; from < states.length; from++) {
    const { length, counts } = states[from] as (typeof states)[number];
    if (length === maxItems) continue;
    for (const { literals, counted: which } of waysToCount(contains, length)) {
      const next = counts.map((count, i) =>
        Math.min(count + (which[i] ? 1 : 0), (countCaps[i] as number) + 1),
      );
      if (next.some((count, i) => count > (contains[i] as Contains).max)) continue;
      const capped = next.map((count, i) => Math.min(count, countCaps[i] as number));
      const item = sequence(values.value([...at(length), ...literals]), values.space);
      edges.push({
        from,
        to: placeOf(Math.min(length + 1, lengthCap), capped),
        by: length === 0 ? item : sequence(values.comma, item),
      });
    }
  }
  const ends = states.flatMap(({ length, counts }, place) =>
    length >= minItems && counts.every((count, i) => count >= (contains[i] as Contains).min)
      ? [place]
      : [],
  );
  return { kind: "graph", size: states.length, start: 0, ends, edges };
}

/** Which of `contains` an item counts for. That it doesn't must hold only where counting too many is wrong. */
function waysToCount(
  contains: readonly Contains[],
  index: number,
): { literals: Literal[]; counted: boolean[] }[] {
  let ways: { literals: Literal[]; counted: boolean[] }[] = [{ literals: [], counted: [] }];
  for (const { literal: what, max, from } of contains) {
    ways = ways.flatMap(({ literals, counted: before }) => {
      const not = { literals, counted: [...before, false] };
      if (index < from) return [not];
      const opposite = { node: what.node, holds: !what.holds };
      return [
        { literals: [...literals, what], counted: [...before, true] },
        max === Number.POSITIVE_INFINITY ? not : { ...not, literals: [...literals, opposite] },
      ];
    });
  }
  return ways;
}
