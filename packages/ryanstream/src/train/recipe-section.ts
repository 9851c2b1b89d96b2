// An object of a recipe: its fields by type, with errors that say where, and none left over.

import { TrainError } from "./errors.js";

export class Section {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #asked = new Set<string>();
  readonly #inner: Section[] = [];

  constructor(value: unknown, where: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TrainError(
        "ERR_RECIPE",
        `${where || "the recipe"}: expected an object, found ${shown(value)}`,
      );
    }
    this.#fields = value as Record<string, unknown>;
    this.#where = where;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  raw(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }

  text(name: string, fallback?: string): string {
    const value = this.raw(name) ?? fallback;
    return typeof value === "string" && value !== "" ? value : this.refuse(name, "text");
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.raw(name) ?? fallback;
    const found = choices.find((each) => each === value);
    return found ?? this.refuse(name, `one of ${choices.join(", ")}`);
  }

  integer(name: string, min: number, max: number, fallback?: number): number {
    const value = this.raw(name) ?? fallback;
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
      return value as number;
    }
    return this.refuse(name, `an integer from ${min} to ${max}`);
  }

  number(name: string, min: number, max: number, fallback?: number): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value === "number" && value >= min && value <= max) return value;
    return this.refuse(name, `a number from ${min} to ${max}`);
  }

  texts(name: string, fallback: readonly string[]): readonly string[] {
    const value = this.raw(name) ?? fallback;
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
    return this.refuse(name, "a list of texts");
  }

  /** A list of some of these. */
  list<T extends string | number>(name: string, choices: readonly T[]): readonly T[] {
    const value = this.raw(name);
    const isOne = (each: unknown) => choices.includes(each as T);
    if (Array.isArray(value) && value.length > 0 && value.every(isOne)) return value;
    return this.refuse(name, `a list of ${choices.join(", ")}`);
  }

  /** An object inside; an empty one if it is absent and `optional`. */
  section(name: string, { optional = false } = {}): Section {
    const inner = new Section(this.raw(name) ?? (optional ? {} : undefined), this.path(name));
    this.#inner.push(inner);
    return inner;
  }

  sections(name: string): Section[] {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length === 0) return this.refuse(name, "a list of objects");
    const inner = value.map((each, i) => new Section(each, `${this.path(name)}[${i}]`));
    this.#inner.push(...inner);
    return inner;
  }

  path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }

  refuse(name: string, expected: string): never {
    const found = shown(this.raw(name));
    throw new TrainError("ERR_RECIPE", `${this.path(name)}: expected ${expected}, found ${found}`);
  }

  /** @throws TrainError `ERR_RECIPE` for a field that nothing asked for, here or in an object inside */
  finish(): void {
    for (const name of Object.keys(this.#fields)) {
      if (this.#asked.has(name)) continue;
      const known = [...this.#asked].join(", ");
      throw new TrainError("ERR_RECIPE", `${this.path(name)}: expected one of ${known} only`);
    }
    for (const inner of this.#inner) inner.finish();
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
