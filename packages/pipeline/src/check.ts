// Checks of arguments, used wherever numbers come from outside.

import { ensure } from "./errors.js";

/** `value` if it is an integer within the bounds. */
export function integer(value: unknown, name: string, least: number, most: number): number {
  ensure(
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    "ERR_ARGUMENT",
    () => `${name}: expected an integer from ${least} to ${most}, found ${describe(value)}`,
  );
  return value as number;
}

/** `value` if it is a string that isn't empty. */
export function text(value: unknown, name: string): string {
  ensure(
    typeof value === "string" && value !== "",
    "ERR_ARGUMENT",
    () => `${name}: expected a string that isn't empty, found ${describe(value)}`,
  );
  return value;
}

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  const { length } = value as { length?: unknown };
  const name = value.constructor?.name ?? "object";
  return typeof length === "number" ? `${name} of length ${length}` : name;
}
