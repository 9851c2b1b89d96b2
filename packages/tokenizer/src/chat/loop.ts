// The variable `loop`: where a loop is, what comes before and after.

import { fail } from "./budget.js";
import { equal, Fn, iterate, Obj, size, tuple, Undefined, type Value } from "./values.js";

export class Loop extends Obj {
  readonly type = "LoopContext";
  index0 = -1;
  current: Value = null;
  #before: Value = null;
  #after: Value | undefined;
  #peeked = false;
  #count: number | undefined;
  #last: Value | undefined;
  #items: Iterator<Value>;

  readonly #iterable: Value;
  readonly #depth0: number;
  readonly #recurse: ((items: Value, depth: number) => Value) | undefined;

  constructor(
    iterable: Value,
    depth0: number,
    recurse: ((items: Value, depth: number) => Value) | undefined,
  ) {
    super();
    this.#iterable = iterable;
    this.#depth0 = depth0;
    this.#recurse = recurse;
    this.#items = iterate(iterable)[Symbol.iterator]();
  }

  #pull(): Value | undefined {
    const next = this.#items.next();
    return next.done ? undefined : next.value;
  }

  /** Steps on; false at the end. */
  advance(): boolean {
    const next = this.#peek();
    if (next === undefined) return false;
    this.#peeked = false;
    this.index0++;
    this.#before = this.current;
    this.current = next;
    return true;
  }

  #peek(): Value | undefined {
    if (!this.#peeked) {
      this.#after = this.#pull();
      this.#peeked = true;
    }
    return this.#after;
  }

  get length(): number {
    if (this.#count === undefined) {
      this.#count = size(this.#iterable);
      if (this.#count === undefined) {
        const rest: Value[] = [];
        for (let item = this.#pull(); item !== undefined; item = this.#pull()) rest.push(item);
        const ahead = this.#peeked && this.#after !== undefined ? 1 : 0;
        this.#count = rest.length + this.index0 + 1 + ahead;
        this.#items = rest[Symbol.iterator]();
      }
    }
    return this.#count;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return this.index0 + 1;
      case "index0":
        return this.index0;
      case "first":
        return this.index0 === 0;
      case "last":
        return this.#peek() === undefined;
      case "length":
        return this.length;
      case "revindex":
        return this.length - this.index0;
      case "revindex0":
        return this.length - this.index0 - 1;
      case "depth":
        return this.#depth0 + 1;
      case "depth0":
        return this.#depth0;
      case "previtem":
        return this.index0 === 0 ? new Undefined("there is no previous item") : this.#before;
      case "nextitem": {
        const next = this.#peek();
        return next === undefined ? new Undefined("there is no next item") : next;
      }
      case "cycle":
        return new Fn(name, (args) =>
          args.length > 0
            ? (args[this.index0 % args.length] as Value)
            : fail("no items for cycling given"),
        );
      case "changed":
        return new Fn(name, (args) => {
          const now = tuple(...args);
          const changed = this.#last === undefined || !equal(this.#last, now);
          if (changed) this.#last = now;
          return changed;
        });
      default:
        return undefined;
    }
  }

  /** `loop(items)` renders the body of a recursive loop for other items. */
  call(args: Value[]): Value {
    if (!this.#recurse) {
      fail("The loop must have the 'recursive' marker to be called recursively.");
    }
    return this.#recurse(args[0] as Value, this.#depth0 + 1);
  }

  override repr(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length}>`;
  }
}
