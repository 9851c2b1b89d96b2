// What a command is: what it is called with, what help says of it, and what it does.

import type { Arguments } from "./arguments.js";
import type { Terminal } from "./terminal.js";

export interface OptionSpec {
  /** What stands for the value in help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly repeatable?: boolean;
  /** One line, with the default. */
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface PositionalSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** Whether there may be several, of the last one. */
  readonly variadic?: boolean;
}

export interface Command {
  readonly name: string;
  /** What it does, as a sentence. */
  readonly summary: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: OptionSpecs;
  /** Command lines without the program's name, and what each is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  run(given: Arguments, terminal: Terminal): Promise<void>;
}

/** Options that every command has. */
export const commonOptions: OptionSpecs = {
  json: { help: "write JSON to stdout" },
  quiet: { short: "q", help: "no progress and no summary on stderr" },
  "no-color": { help: "no colours; NO_COLOR does the same, FORCE_COLOR the opposite" },
  help: { short: "h", help: "show this text" },
};
