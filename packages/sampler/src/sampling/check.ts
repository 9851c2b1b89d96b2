// Checks of numbers that come from outside.

import { ensure } from "../errors.js";

/** `value` if it is an integer within the bounds. */
export function integer(value: unknown, name: string, least: number, most: number): number {
  ensure(
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    "ERR_ARGUMENT",
    () => `${name}: expected an integer from ${least} to ${most}, found ${describe(value)}`,
  );
  return value as number;
}

/** `value` if it is a number from `least` to `most`. */
export function real(value: unknown, name: string, least: number, most: number): number {
  const is = typeof value === "number" && value >= least && value <= most;
  ensure(
    is,
    "ERR_ARGUMENT",
    () => `${name}: expected a number from ${least} to ${most}, found ${describe(value)}`,
  );
  return value as number;
}

/** The ids of a list of tokens. */
export function tokenIds(tokens: Iterable<number>, name: string): Int32Array {
  ensure(
    typeof tokens === "object" && tokens !== null && Symbol.iterator in tokens,
    "ERR_ARGUMENT",
    () => `${name}: expected token ids, found ${describe(tokens)}`,
  );
  return Int32Array.from(tokens, (id, i) => integer(id, `${name}[${i}]`, 0, 2 ** 31 - 1));
}

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  const { length } = value as { length?: unknown };
  const name = value.constructor?.name ?? "object";
  return typeof length === "number" ? `${name} of length ${length}` : name;
}
