// Reading components of tokenizer.json: every field is checked, and an error names
// its place in the file, such as `pre_tokenizer.pretokenizers[1].pattern`.

import type { Component } from "../definition.js";
import { TokenizerError } from "../errors.js";

/** How deep components may be nested. */
const MAX_DEPTH = 32;
/** How many components a sequence may have, and pieces a template. */
const MAX_COUNT = 1024;

/** An object of the file, and where it is. */
export class Shape {
  constructor(
    readonly value: Readonly<Record<string, unknown>>,
    readonly path: string,
    readonly depth = 0,
  ) {}

  /** The object at `path`, or an error. */
  static of(value: unknown, path: string, depth = 0): Shape {
    if (depth > MAX_DEPTH) {
      throw new TokenizerError("ERR_LIMIT", `${path}: nested deeper than ${MAX_DEPTH} components`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw expected("an object", value, path);
    }
    return new Shape(value as Readonly<Record<string, unknown>>, path, depth);
  }

  string(field: string): string {
    const value = this.value[field];
    if (typeof value !== "string") throw expected("a string", value, this.at(field));
    return value;
  }

  /** A string of exactly one character. */
  character(field: string): string {
    const value = this.string(field);
    if ([...value].length !== 1) throw expected("one character", value, this.at(field));
    return value;
  }

  /** A boolean; an absent field has the value `absent`, and is an error without one. */
  boolean(field: string, absent?: boolean): boolean {
    const value = this.value[field] ?? absent;
    if (typeof value !== "boolean") throw expected("true or false", value, this.at(field));
    return value;
  }

  /** A whole number from `least` to 2³² - 1. */
  whole(field: string, least = 0, absent?: number): number {
    return whole(this.value[field] ?? absent, this.at(field), least);
  }

  oneOf<T extends string>(field: string, values: readonly T[], absent?: T): T {
    const value = this.value[field] ?? absent;
    if (!values.includes(value as T)) throw expected(values.join(" or "), value, this.at(field));
    return value as T;
  }

  list(field: string): readonly unknown[] {
    return list(this.value[field], this.at(field));
  }

  object(field: string): Shape {
    return Shape.of(this.value[field], this.at(field), this.depth + 1);
  }

  /** Every component of a sequence. */
  each<T>(field: string, build: (component: Shape) => T): T[] {
    return this.list(field).map((value, i) =>
      build(Shape.of(value, `${this.at(field)}[${i}]`, this.depth + 1)),
    );
  }

  at(field: string): string {
    return `${this.path}.${field}`;
  }

  /** An error for a type that this package lacks. */
  unsupported(): TokenizerError {
    const type = this.string("type");
    return new TokenizerError("ERR_UNSUPPORTED", `${this.path}.type: ${quote(type)} is unknown`);
  }
}

/** Builds what `component` describes from the table of types. */
export function build<T>(shape: Shape, types: Readonly<Record<string, (shape: Shape) => T>>): T {
  const type = shape.string("type");
  if (!Object.hasOwn(types, type)) throw shape.unsupported();
  return (types[type] as (shape: Shape) => T)(shape);
}

/** Starts reading a component that stands at `path` in the file. */
export function root(component: Component, path: string): Shape {
  return Shape.of(component, path);
}

export function whole(value: unknown, path: string, least = 0): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > 0xffffffff) {
    throw expected(`a whole number from ${least}`, value, path);
  }
  return value as number;
}

export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw expected("a list", value, path);
  if (value.length > MAX_COUNT) {
    throw new TokenizerError("ERR_LIMIT", `${path}: ${value.length} entries, at most ${MAX_COUNT}`);
  }
  return value;
}

export function expected(what: string, found: unknown, path: string): TokenizerError {
  const message = `${path}: expected ${what}, found ${quote(found)}`;
  return new TokenizerError("ERR_FORMAT", message);
}

function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "a list" : "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
