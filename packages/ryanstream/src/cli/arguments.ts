// The words after a command's name, checked against what the command takes.

import { parseArgs } from "node:util";
import { type Command, commonOptions, type OptionSpec, type OptionSpecs } from "./command.js";
import { CliError } from "./errors.js";
import { nearest } from "./nearest.js";

const MAX_ECHOED = 60;

/** What was typed, cut where it is long. */
export function echoed(text: string): string {
  return JSON.stringify(text.length > MAX_ECHOED ? `${text.slice(0, MAX_ECHOED)}…` : text);
}

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** Options that are switches have a value "" each time they were given. */
  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value given. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** @throws CliError `ERR_USAGE` */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw usage(`--${name}: expected ${list(choices)}, found ${echoed(text)}`);
  }

  /** @throws CliError `ERR_USAGE` */
  number(name: string, { min = -Infinity, max = Infinity }: NumberRange = {}): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    throw usage(`--${name}: expected a number${rangeText(min, max)}, found ${echoed(text)}`);
  }

  /** @throws CliError `ERR_USAGE` */
  integer(
    name: string,
    { min = 0, max = Number.MAX_SAFE_INTEGER }: NumberRange = {},
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = rangeText(min, max === Number.MAX_SAFE_INTEGER ? Infinity : max);
    throw usage(`--${name}: expected a whole number${range}, found ${echoed(text)}`);
  }
}

const usage = (message: string, advice?: string): CliError =>
  new CliError("ERR_USAGE", message, advice);

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

function rangeText(min: number, max: number): string {
  if (max === Infinity) return min === -Infinity ? "" : ` from ${min} up`;
  return min === -Infinity ? ` up to ${max}` : ` from ${min} to ${max}`;
}

/**
 * Reads the words after a command's name.
 *
 * @throws CliError `ERR_USAGE` for an option that the command lacks, a value that is missing or too many, and
 *   arguments that are missing or too many
 */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const specs = { ...command.options, ...commonOptions };
  const { values, positionals } = split(words, specs, command.name);
  const given = new Arguments(positionals, values);
  if (given.has("help")) return given;
  const required = command.positionals.filter((each) => each.required);
  const missing = required[positionals.length];
  const help = `See: ryanstream ${command.name} --help`;
  if (missing !== undefined) {
    throw usage(`${command.name}: expected ${missing.name} (${missing.help}), found nothing`, help);
  }
  const isVariadic = command.positionals.at(-1)?.variadic === true;
  const extra = isVariadic ? undefined : positionals[command.positionals.length];
  if (extra !== undefined) {
    const most = command.positionals.length;
    throw usage(
      `${command.name}: expected at most ${most} ${most === 1 ? "argument" : "arguments"}, found ${echoed(extra)} too`,
      "Put text of several words in quotes.",
    );
  }
  return given;
}

function split(words: readonly string[], specs: OptionSpecs, command: string) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value, short }]) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  const args = [...words];
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(token.rawName, specs, command);
    const all = values.get(token.name) ?? [];
    if (all.length > 0 && spec.value !== undefined && !spec.repeatable) {
      throw usage(`--${token.name}: expected it once, found it again`);
    }
    all.push(optionValue(token, spec));
    values.set(token.name, all);
  }
  return { values, positionals };
}

function optionValue(
  { rawName, value }: { readonly rawName: string; readonly value: string | undefined },
  spec: OptionSpec,
): string {
  if (spec.value === undefined) {
    if (value === undefined) return "";
    throw usage(`${rawName}: expected no value, found ${echoed(value)}`);
  }
  if (value === undefined)
    throw usage(`${rawName}: expected ${spec.value} after it, found nothing`);
  return value;
}

function unknownOption(rawName: string, specs: OptionSpecs, command: string): CliError {
  const near = nearest(rawName.replace(/^-+/, ""), Object.keys(specs));
  const message = `${command}: there is no option ${echoed(rawName)}`;
  return near === undefined
    ? usage(message, `See: ryanstream ${command} --help`)
    : usage(message, `Did you mean --${near}?`);
}
