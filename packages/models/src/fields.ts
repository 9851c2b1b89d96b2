// Named values of a configuration file, of the type that is asked for or an error that
// says where. Null is as if absent, but for `says`.

import { ensure, ModelError } from "./errors.js";

const isList = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value;

export class Fields {
  readonly #values: (name: string) => unknown;
  /** In front of names in errors: the file, and the objects around. */
  readonly #where: string;

  constructor(where: string, values: (name: string) => unknown) {
    this.#where = where;
    this.#values = values;
  }

  static of(where: string, object: Readonly<Record<string, unknown>>): Fields {
    return new Fields(where, (name) => (Object.hasOwn(object, name) ? object[name] : undefined));
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** Whether the file has it, null included. */
  says(name: string): boolean {
    return this.#values(name) !== undefined;
  }

  raw(name: string): unknown {
    return this.#values(name) ?? undefined;
  }

  /** A finite number above 0. */
  positive(name: string, fallback?: number): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    return this.#refuse(name, "a positive number", value);
  }

  /** As {@link positive}, if there is one. */
  maybe(name: string): number | undefined {
    return this.has(name) ? this.positive(name) : undefined;
  }

  /** An integer from 1 to `max`: what is read from a file is not trusted to be a size. */
  count(name: string, fallback?: number, max = 2 ** 31 - 1): number {
    const raw = this.raw(name) ?? fallback;
    // Some GGUF files have one for each layer.
    const all = isList(raw) ? new Set(raw) : undefined;
    const value = all?.size === 1 ? [...all][0] : raw;
    if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= max) {
      return value as number;
    }
    return this.#refuse(name, `an integer from 1 to ${max}`, value);
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false", value);
  }

  text(name: string, fallback?: string): string {
    const value = this.raw(name) ?? fallback;
    return typeof value === "string" ? value : this.#refuse(name, "a string", value);
  }

  /** An object within; absent if there is none. */
  object(name: string): Fields | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    ensure(typeof value === "object" && !Array.isArray(value), "ERR_CONFIG", () =>
      this.#message(name, "an object", value),
    );
    return Fields.of(`${this.#where}: ${name}`, value as Record<string, unknown>);
  }

  /** @throws ModelError `ERR_CONFIG` */
  refuse(name: string, expected: string): never {
    return this.#refuse(name, expected, this.raw(name));
  }

  #message(name: string, expected: string, found: unknown): string {
    const plain = isList(found) ? [...found] : found;
    const shown = found === undefined ? "nothing" : JSON.stringify(plain)?.slice(0, 200);
    return `${this.#where}: expected ${expected} as ${name}, found ${shown}`;
  }

  #refuse(name: string, expected: string, found: unknown): never {
    throw new ModelError("ERR_CONFIG", this.#message(name, expected, found));
  }
}
