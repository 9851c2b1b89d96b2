// What a command talks to: results go to stdout, everything else to stderr.

import { once } from "node:events";
import { Progress } from "./progress.js";
import { type Style, styleFor, wantsColor } from "./style.js";
import { printable } from "./visible.js";

/** The reader of our output went away; not a failure. */
export class ClosedOutput extends Error {
  override readonly name = "ClosedOutput";
}

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
  readonly signal: AbortSignal;
  /** Called when stdout can't be written: a {@link ClosedOutput} if its reader went away. */
  readonly onFailure: (reason: Error) => void;
}

export class Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Aborted by SIGINT, SIGTERM, and when stdout can't be written. */
  readonly signal: AbortSignal;
  readonly style: Style;
  readonly errorStyle: Style;
  readonly progress: Progress;
  #inLine = false;
  #drained: Promise<void> | undefined;

  constructor({ json, quiet, noColor, signal, onFailure }: TerminalOptions) {
    this.json = json;
    this.quiet = quiet;
    this.signal = signal;
    this.style = styleFor(!json && wantsColor(process.stdout, noColor));
    this.errorStyle = styleFor(wantsColor(process.stderr, noColor));
    this.progress = new Progress(process.stderr, !quiet);
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      const gone = error.code === "EPIPE";
      onFailure(gone ? new ClosedOutput("stdout was closed", { cause: error }) : error);
    });
    process.stderr.on("error", () => {}); // nobody is left to tell
  }

  /** Writes to stdout, and waits while the reader is slower than we are. */
  async write(text: string): Promise<void> {
    this.signal.throwIfAborted();
    this.progress.clear();
    if (text !== "") this.#inLine = !text.endsWith("\n");
    if (process.stdout.write(text)) return;
    // Many may write at the same time, and all wait for the same.
    this.#drained ??= once(process.stdout, "drain", { signal: this.signal }).then(() => {
      this.#drained = undefined;
    });
    await this.#drained;
  }

  /** Text that a model made: on a terminal without the control characters that the terminal would obey. */
  async writeText(text: string): Promise<void> {
    await this.write(process.stdout.isTTY ? printable(text) : text);
  }

  async line(text = ""): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** One JSON value on a line. */
  async writeJson(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value));
  }

  /** Leaves the cursor where a shell's prompt can stand. */
  leave(): void {
    this.progress.clear();
    if (this.#inLine && process.stdout.isTTY && !process.stdout.destroyed)
      process.stdout.write("\n");
    this.#inLine = false;
  }

  /** A line on stderr. */
  note(text: string): void {
    if (this.quiet) return;
    this.progress.clear();
    process.stderr.write(`${text}\n`);
  }
}
