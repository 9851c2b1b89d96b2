// The functions that every template finds: Jinja's, and those of Hugging Face's templates.

import { fail, render } from "./budget.js";
import { invoke, type Routine, routine } from "./signature.js";
import { strftime } from "./strftime.js";
import { text } from "./text.js";
import {
  type Dict,
  Fn,
  index,
  isDict,
  iterate,
  list,
  Namespace,
  Obj,
  put,
  Range,
  str,
  type Value,
} from "./values.js";

/** As Jinja's sandbox has it. */
const MAX_RANGE = 100_000;

class Cycler extends Obj {
  readonly type = "Cycler";
  #at = 0;
  readonly #items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }
  override attribute(name: string): Value | undefined {
    const current = this.#items[this.#at] as Value;
    if (name === "current") return current;
    if (name === "next") {
      return new Fn(name, () => {
        const now = this.#items[this.#at] as Value;
        this.#at = (this.#at + 1) % this.#items.length;
        return now;
      });
    }
    return name === "reset"
      ? new Fn(name, () => {
          this.#at = 0;
          return null;
        })
      : undefined;
  }
}

/** Python's `dict(mapping or pairs, **more)`. */
function dict(args: readonly Value[], kwargs: ReadonlyMap<string, Value> | null): Dict {
  if (args.length > 1) fail(`dict expected at most 1 argument, got ${args.length}`);
  const made: Dict = new Map();
  const [first] = args;
  if (first !== undefined) {
    if (isDict(first)) for (const [key, value] of first) made.set(key, value);
    else {
      for (const pair of iterate(first)) {
        const [key, value, ...more] = list(pair);
        if (key === undefined || value === undefined || more.length > 0) {
          fail("dictionary update sequence element has a length other than 2; 2 is required");
        }
        put(made, key, value);
      }
    }
  }
  for (const [key, value] of kwargs ?? []) made.set(key, value);
  return made;
}

function range(args: readonly (Value | undefined)[]): Value {
  const [a, b, c] = args.map((arg) => index(arg));
  const made = b === undefined ? new Range(0, a as number, 1) : new Range(a as number, b, c ?? 1);
  if (made.step === 0) fail("range() arg 3 must not be zero");
  if (made.length > MAX_RANGE) {
    fail(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`);
  }
  return made;
}

const named = (name: string, { min, takes, run }: Routine): [string, Fn] => [
  name,
  new Fn(name, (args, kwargs) => invoke(name, { min, takes, run }, null, args, kwargs)),
];

export const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  named(
    "range",
    routine(1, 3, (_, args) => range(args)),
  ),
  [
    "dict",
    new Fn("dict", dict, {
      fromkeys: new Fn(
        "fromkeys",
        ([keys, value]) => new Map(list(keys as Value).map((key) => [key, value ?? null])),
      ),
    }),
  ],
  ["namespace", new Fn("namespace", (args, kwargs) => new Namespace(dict(args, kwargs)))],
  [
    "cycler",
    new Fn("cycler", (args) =>
      args.length > 0 ? new Cycler(args) : fail("at least one item has to be provided"),
    ),
  ],
  named(
    "joiner",
    routine(0, "sep", (_, [separator = ", "]) => {
      let used = false;
      return new Fn("joiner", () => {
        const made = used ? separator : "";
        used = true;
        return made;
      });
    }),
  ),
  named(
    "raise_exception",
    routine(1, "message", (_, [message]) => fail(str(message as Value))),
  ),
  named(
    "strftime_now",
    routine(1, "format", (_, [format]) => strftime(render.date, text(format))),
  ),
]);
