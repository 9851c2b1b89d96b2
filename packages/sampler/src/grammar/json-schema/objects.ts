// Objects as JSON text: properties that schemas name come in the order in which
// they are named, others after them.

import { SamplerError } from "../../errors.js";
import { complement, includes, intersect, isEmpty, ofTexts } from "../characters/automata.js";
import type { Automaton, Expression, GraphEdge } from "../rules/expression.js";
import { literal, NOTHING, sequence } from "../rules/expression.js";
import type { Branch, Conjunction } from "./branch.js";
import { ANY_STRING, quoted } from "./strings.js";
import type { ValueWriter } from "./value-writer.js";

const MAX_PATTERNS = 6;

interface Member {
  readonly required: boolean;
  readonly expression: Expression;
}

export function objectExpression(branch: Branch, values: ValueWriter): Expression {
  const { minProperties, maxProperties } = branch;
  if (minProperties > maxProperties) return NOTHING;
  const named = namedMembers(branch, values);
  if (named === undefined) return NOTHING;
  const others = otherMembers(branch, namesOf(branch), values);
  const needed = named.filter((member) => member.required).length;
  if (others.length > 0 && minProperties > Math.max(1, needed)) {
    // Names that aren't known could come twice, and count as one.
    throw new SamplerError(
      "ERR_UNSUPPORTED",
      `${branch.minPropertiesAt}: more than 1 is supported only where all names are known`,
    );
  }
  const most = others.length > 0 ? Number.POSITIVE_INFINITY : named.length;
  const cap = maxProperties < most ? maxProperties : minProperties > needed ? minProperties : 0;
  return sequence(
    literal("{"),
    values.space,
    membersGraph(named, others, { min: minProperties, max: maxProperties, cap }, values),
    literal("}"),
  );
}

function namesOf({ objects, required, forbidden }: Branch): string[] {
  return [
    ...new Set([...objects.flatMap((o) => [...o.properties.keys()]), ...required, ...forbidden]),
  ];
}

/** Members whose names are known; undefined if one is required that can't be. */
function namedMembers(branch: Branch, values: ValueWriter): Member[] | undefined {
  const members: Member[] = [];
  for (const name of namesOf(branch)) {
    const required = branch.required.has(name);
    if (branch.forbidden.has(name) || !values.allowsName(branch.names, name)) {
      if (required) return undefined;
      continue;
    }
    members.push({
      required,
      expression: member(
        quoted(ofTexts([name], values.budget)),
        memberConjunction(branch, name),
        values,
      ),
    });
  }
  return members;
}

/** What must hold for the value of the property `name`. */
export function memberConjunction(branch: Branch, name: string): Conjunction {
  return branch.objects.flatMap((shape) => {
    const own = shape.properties.get(name);
    const literals = shape.patterns
      .filter(([pattern]) => includes(pattern, name))
      .map(([, inner]) => inner);
    if (own !== undefined) literals.push(own);
    return literals.length > 0 ? literals : (shape.rest ?? []);
  });
}

/** Members of other names: an expression for each set of patterns that a name can match. */
function otherMembers(branch: Branch, names: readonly string[], values: ValueWriter): Expression[] {
  const { budget } = values;
  const patterns = [...new Set(branch.objects.flatMap((o) => o.patterns.map(([p]) => p)))];
  if (patterns.length > MAX_PATTERNS) {
    throw new SamplerError(
      "ERR_LIMIT",
      `${branch.objects[0]?.patterns[0]?.[1].node.pointer}: more than ${MAX_PATTERNS} patterns in one place`,
    );
  }
  const members: Expression[] = [];
  for (const allowed of values.nameSets(branch.names)) {
    for (let matched = 0; matched < 1 << patterns.length; matched++) {
      const literals = branch.objects.flatMap((shape) => {
        const own = shape.patterns.filter(([p]) => (matched >> patterns.indexOf(p)) & 1);
        return own.length > 0 ? own.map(([, inner]) => inner) : (shape.rest ?? []);
      });
      if (literals.some(({ node, holds }) => node.value === !holds)) continue;
      const sets: Automaton[] = patterns.map((pattern, i) =>
        (matched >> i) & 1 ? pattern : complement(pattern, budget),
      );
      if (names.length > 0) sets.push(complement(ofTexts(names, budget), budget));
      if (allowed !== undefined) sets.push(allowed);
      if (sets.length === 0) members.push(member(ANY_STRING, literals, values));
      else {
        const set = intersect(sets, budget);
        if (!isEmpty(set)) members.push(member(quoted(set), literals, values));
      }
    }
  }
  return members;
}

function member(name: Expression, value: Conjunction, values: ValueWriter): Expression {
  return sequence(name, values.space, values.colon, values.value(value), values.space);
}

/** Before the first member and after it differ by the comma; `cap` is up to which number members are counted. */
function membersGraph(
  named: readonly Member[],
  others: readonly Expression[],
  { min, max, cap }: { min: number; max: number; cap: number },
  values: ValueWriter,
): Expression {
  const edges: GraphEdge[] = [];
  const places = new Map<string, number>();
  const place = (kind: "first" | "after" | "member", index: number, count: number) => {
    const key = `${kind} ${index} ${count}`;
    let found = places.get(key);
    if (found === undefined) {
      found = places.size;
      places.set(key, found);
    }
    return found;
  };
  const start = place("first", 0, 0);
  const join = (from: number, to: number, by?: Expression) => edges.push({ from, to, by });
  const ends: number[] = [];
  for (let index = 0; index <= named.length; index++) {
    const own = named[index];
    const options = own === undefined ? others : [own.expression];
    const next = Math.min(index + 1, named.length);
    for (let count = 0; count <= Math.min(cap, own === undefined ? cap : index); count++) {
      const kinds = count === 0 && cap > 0 ? ["first"] : count > 0 ? ["after"] : ["first", "after"];
      for (const kind of kinds as ("first" | "after")[]) {
        const here = place(kind, index, count);
        if (own === undefined && (cap === 0 || count >= min)) ends.push(here);
        if (own !== undefined && !own.required) join(here, place(kind, index + 1, count));
        if (options.length === 0 || (count === max && cap === max)) continue;
        join(here, place("member", index, count), kind === "after" ? values.comma : undefined);
      }
      if (options.length === 0 || (count === max && cap === max)) continue;
      for (const option of options) {
        const to = place("after", next, Math.min(count + 1, cap));
        join(place("member", index, count), to, option);
      }
    }
  }
  return { kind: "graph", size: places.size, start, ends, edges };
}
