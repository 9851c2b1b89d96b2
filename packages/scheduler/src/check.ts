// Checks of arguments, used wherever numbers come from outside.

import { ensure, SchedulerError } from "./errors.js";

/** `value` if it is an integer within the bounds. */
export function integer(value: unknown, name: string, least: number, most: number): number {
  ensure(
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    "ERR_ARGUMENT",
    () => `${name}: expected an integer from ${least} to ${most}, found ${describe(value)}`,
  );
  return value as number;
}

/** `value` if it is one of the choices. */
export function oneOf<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  ensure(
    choices.includes(value as T),
    "ERR_ARGUMENT",
    () => `${name}: expected ${choices.map(describe).join(" or ")}, found ${describe(value)}`,
  );
  return value as T;
}

/** The number of tokens in what should be an array of at least one. */
export function tokenCount(tokens: ArrayLike<number>): number {
  const found = typeof tokens === "object" && tokens !== null ? tokens.length : 0;
  ensure(
    Number.isInteger(found) && found > 0,
    "ERR_ARGUMENT",
    () => `tokens: expected an array of at least one id, found ${describe(tokens)}`,
  );
  return found;
}

/** A copy of token ids, each of which the vocabulary has. */
export function tokenIds(tokens: ArrayLike<number>, vocabularySize: number): Int32Array {
  const copy = new Int32Array(tokens.length);
  for (let i = 0; i < copy.length; i++) {
    const id = tokens[i];
    if (!(Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabularySize)) {
      throw new SchedulerError(
        "ERR_TOKEN",
        `tokens[${i}]: expected an id from 0 to ${vocabularySize - 1}, found ${describe(id)}`,
      );
    }
    copy[i] = id as number;
  }
  return copy;
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
