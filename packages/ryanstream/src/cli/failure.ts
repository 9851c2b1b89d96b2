// How a failure is told, and the exit code that it gives.

import { CliError } from "./errors.js";
import { Interrupted } from "./interrupt.js";
import type { Style } from "./style.js";
import { ClosedOutput } from "./terminal.js";
import { printable } from "./visible.js";

/** What to do about errors of the packages below whose own message doesn't say it. */
const advice: Readonly<Record<string, string>> = {
  ENOENT: "Check the path.",
  EACCES: "Check the permissions of the path.",
  ENOSPC: "Make room on the disk, or choose another.",
  EDQUOT: "Make room on the disk, or choose another.",
  EFBIG: "Choose a file system, or a limit (ulimit -f), that has room for it.",
  ERR_FILE: "Check the path.",
  ERR_UNRECOGNIZED: "Give a .gguf, .safetensors or .ryan file, or a folder that has one.",
  ERR_CHUNK: "`ryanstream verify` lists what is damaged: fetch the file again.",
  ERR_COMMIT: "`ryanstream verify` lists the commits that there are, and what is damaged.",
  ERR_AMBIGUOUS: "Give the path of the file.",
  ERR_TRUNCATED: "The file is incomplete: fetch the file again.",
  ERR_ARCHITECTURE: "`ryanstream inspect` shows what the file is.",
  ERR_WEIGHTS: "`ryanstream inspect` shows what the file has.",
  ERR_LOAD: "Name a tokenizer with --tokenizer, or put tokenizer.json beside the weights.",
  ERR_OFFLINE: "Leave out --offline, and HF_HUB_OFFLINE, to fetch it once.",
  ERR_BUDGET: "Raise --target-bits.",
  ERR_RESUME: "Give the options of the interrupted run, or --force to start anew.",
  ERR_LENGTH: "Raise --context, or shorten the text.",
  ERR_MEMORY: "Lower --context or --n.",
};

/** Text of one line for an exit code that is not 0; undefined where nothing is to be said. */
export interface Failure {
  readonly exitCode: number;
  readonly report?: { readonly message: string; readonly code?: string; readonly advice?: string };
}

/** What to tell of anything that was thrown. */
export function failureOf(thrown: unknown, signal: AbortSignal): Failure {
  // What an abort looks like depends on who noticed it; why it was is in the signal.
  const error = signal.aborted ? signal.reason : thrown;
  if (error instanceof Interrupted) return { exitCode: error.exitCode };
  if (error instanceof ClosedOutput) return { exitCode: 128 + 13 }; // as SIGPIPE
  if (!(error instanceof Error)) return { exitCode: 1, report: { message: String(error) } };
  const { code } = error as Error & { readonly code?: unknown };
  if (typeof code !== "string") {
    // Nothing that we throw lacks a code: this is a mistake in the program.
    return { exitCode: 1, report: { message: error.stack ?? error.message } };
  }
  // What the system refused says more than that it did.
  const { code: cause } = (error.cause ?? {}) as { readonly code?: string };
  const own = error instanceof CliError ? error.advice : (advice[cause ?? code] ?? advice[code]);
  return {
    exitCode: code === "ERR_USAGE" ? 2 : 1,
    report: { message: error.message, code, ...(own === undefined ? {} : { advice: own }) },
  };
}

/** Tells it on stderr: as text, or as a line of JSON. */
export function tell(report: NonNullable<Failure["report"]>, json: boolean, style: Style): void {
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: report })}\n`);
    return;
  }
  const { message, code, advice: hint } = report;
  const name = code === undefined ? "" : ` (${code})`;
  process.stderr.write(`${style.red("error:")} ${printable(message)}${name}\n`);
  if (hint !== undefined) process.stderr.write(`${hint}\n`);
}
