// From the words of a command line to an exit code.

import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import { type Arguments, echoed, readArguments } from "./arguments.js";
import { commands } from "./commands.js";
import { CliError } from "./errors.js";
import { failureOf, tell } from "./failure.js";
import { commandHelp, programHelp } from "./help.js";
import { onInterrupt } from "./interrupt.js";
import { nearest } from "./nearest.js";
import { styleFor, wantsColor } from "./style.js";
import { Terminal, type TerminalOptions } from "./terminal.js";

/** The version of the package, which lies above both `src` and `dist`. */
function version(): string {
  const manifest = createRequire(import.meta.url)("ryanstream/package.json");
  return (manifest as { version: string }).version;
}

/**
 * Runs a command line.
 *
 * @param words  the arguments of the process
 * @returns the exit code: 0, 1 for errors, 2 for a wrong command line, 130 and 143 for signals, 141 when the reader of
 *   stdout went away
 */
export async function run(words: readonly string[]): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  // Each of many sequences listens to it, which Node would take for a leak.
  setMaxListeners(0, signal);
  using _ = onInterrupt(controller);
  const onFailure = (reason: Error) => controller.abort(reason);
  let flags = likelyFlags(words);
  let terminal: Terminal | undefined;
  try {
    const task = await taskOf(words);
    if (task.given !== undefined) flags = flagsOf((name) => task.given?.has(name) === true);
    terminal = new Terminal({ ...flags, signal, onFailure });
    await task.run(terminal);
    // A reader may go away after the last write.
    signal.throwIfAborted();
    return 0;
  } catch (error) {
    terminal ??= new Terminal({ ...flags, signal, onFailure });
    terminal.leave();
    const { exitCode, report } = failureOf(error, signal);
    if (report) tell(report, flags.json, styleFor(wantsColor(process.stderr, flags.noColor)));
    return exitCode;
  }
}

type Flags = Pick<TerminalOptions, "json" | "quiet" | "noColor">;

const flagsOf = (has: (name: string) => boolean): Flags => ({
  json: has("json"),
  quiet: has("quiet"),
  noColor: has("no-color"),
});

/** Those of words that can't be read: how to tell what is wrong with them has to be known before. */
function likelyFlags(words: readonly string[]): Flags {
  const options = words.slice(0, words.includes("--") ? words.indexOf("--") : words.length);
  return flagsOf((name) => options.includes(`--${name}`));
}

interface Task {
  /** Where there is a command. */
  readonly given?: Arguments;
  run(terminal: Terminal): Promise<void>;
}

/** @throws CliError `ERR_USAGE` */
async function taskOf(words: readonly string[]): Promise<Task> {
  const at = words.findIndex((word) => !["--no-color", "--json", "--quiet", "-q"].includes(word));
  const [name, ...rest] = at < 0 ? [] : words.slice(at);
  if (name === "--version" || name === "-v") return { run: (terminal) => terminal.line(version()) };
  if (name === undefined) {
    throw new CliError("ERR_USAGE", "expected a command, found nothing", "See: ryanstream --help");
  }
  const isHelp = ["--help", "-h", "help"].includes(name);
  if (isHelp && (rest[0] === undefined || rest[0].startsWith("-"))) {
    return { run: (terminal) => terminal.write(programHelp(commands, terminal.style)) };
  }
  const wanted = isHelp ? (rest[0] as string) : name;
  const entry = commands.find((each) => each.name === wanted);
  if (entry === undefined) throw unknownCommand(wanted);
  const command = await entry.load();
  const before = words.slice(0, at);
  const given = readArguments(command, [
    ...before,
    ...(isHelp ? ["--help", ...rest.slice(1)] : rest),
  ]);
  const run = (terminal: Terminal) =>
    given.has("help")
      ? terminal.write(commandHelp(command, terminal.style))
      : command.run(given, terminal);
  return { given, run };
}

function unknownCommand(name: string): CliError {
  const isOption = name.startsWith("-");
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  const what = isOption
    ? `there is no option ${echoed(name)} before a command`
    : `there is no command ${echoed(name)}`;
  const advice = near === undefined ? "See: ryanstream --help" : `Did you mean ${near}?`;
  return new CliError("ERR_USAGE", what, advice);
}
