// Functions of a template's world: what they are called, which arguments they take, by
// position and by name, and what is said when they are given others.

import { fail } from "./budget.js";
import type { Value } from "./values.js";

export type Given = (Value | undefined)[];

/** `self` is what a method is called on, or a filter or test is applied to. */
export interface Routine {
  readonly min: number;
  /** Names of the arguments, or how many may be given where names are refused. */
  readonly takes: readonly string[] | number;
  readonly run: (self: Value, args: Given, kwargs: Map<string, Value> | null) => Value;
}

/** `takes` is names with spaces between; a number where arguments have no names; "*" for anything. */
export function routine(min: number, takes: string | number, run: Routine["run"]): Routine {
  return { min, takes: typeof takes === "number" ? takes : takes.split(" "), run };
}

/** Routines by name. */
export const routineTable = (table: Record<string, Routine>): ReadonlyMap<string, Routine> =>
  new Map(Object.entries(table));

export function invoke(
  name: string,
  { min, takes, run }: Routine,
  self: Value,
  args: Value[],
  kwargs: Map<string, Value> | null,
): Value {
  if (typeof takes !== "number" && takes[0] === "*") return run(self, args, kwargs);
  const count = typeof takes === "number" ? takes : takes.length;
  if (args.length > count) {
    fail(
      `${name}() takes at most ${count} argument${count === 1 ? "" : "s"} (${args.length} given)`,
    );
  }
  let given: Given = args;
  if (kwargs && kwargs.size > 0) {
    if (typeof takes === "number") fail(`${name}() takes no keyword arguments`);
    given = [...args];
    for (const [key, value] of kwargs) {
      const at = takes.indexOf(key);
      if (at < 0) fail(`${name}() got an unexpected keyword argument '${key}'`);
      if (at < args.length) fail(`${name}() got multiple values for argument '${key}'`);
      given[at] = value;
    }
  }
  for (let i = 0; i < min; i++) {
    if (given[i] === undefined) {
      fail(`${name}() missing ${min} required argument${min === 1 ? "" : "s"}`);
    }
  }
  return run(self, given, null);
}
